//! `set_reminder`

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    About, Effect, Outcome, Session, Tool, Trouble,
    arguments::Controls,
    due, reference, reminder,
    row::{Row, Task},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Id, or the exact title
    #[serde(alias = "id", alias = "task_title")]
    task_id: String,
    /// `30 minutes before`, a time, or `none`
    #[serde(
        default,
        alias = "remind_at",
        alias = "reminder_at",
        alias = "reminder_offset"
    )]
    reminder: Option<String>,
    #[schemars(skip)]
    #[serde(default)]
    remind_before_minutes: Option<u32>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "set_reminder",
        title: "Set a reminder",
        description: "Sets when to remind of a task, in the place of its reminders; `none` takes them away.",
        effect: Effect::Changes,
        controls: Controls::WriteOne,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    let id = reference::task(&session, &arguments.task_id).await?;
    let reminders = match (&arguments.reminder, arguments.remind_before_minutes) {
        (Some(text), _) if due::is_none(text.trim()) => Vec::new(),
        (Some(text), _) => vec![reminder::meaning(&session, "reminder", text).await?],
        (None, Some(minutes)) => vec![reminder::minutes_before(minutes)],
        (None, None) => return Err(Trouble::argument("reminder", "say when to remind")),
    };
    let some = !reminders.is_empty();
    let body = json!({"reminders": reminders});
    let path = format!("/tasks/{id}");
    let written = session
        .write::<Task>(Method::PATCH, &path, Some(body))
        .await?;
    let row = Row::full(written.value);
    let summary = if some {
        format!("A reminder of “{}” is set.", row.title)
    } else {
        format!("“{}” has no reminder.", row.title)
    };
    Ok(Outcome::of(session.dry_run, written.change_set_id, summary)
        .with_task(&row, vec!["reminders".to_owned()]))
}
