//! `complete_task`

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    About, Effect, Outcome, Session, Tool, Trouble,
    arguments::Controls,
    reference,
    row::{Row, Task},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Id, or the exact title
    #[serde(alias = "id", alias = "task_title")]
    task_id: String,
    /// false opens it again; true if absent
    completed: Option<bool>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "complete_task",
        title: "Complete a task",
        description: "Marks one task done, or open again. One that comes again moves on to its next date.",
        effect: Effect::Changes,
        controls: Controls::WriteOne,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    let id = reference::task(&session, &arguments.task_id).await?;
    let completed = arguments.completed.unwrap_or(true);
    let path = format!("/tasks/{id}/complete");
    let body = json!({"completed": completed});
    let written = session
        .write::<Task>(Method::PATCH, &path, Some(body))
        .await?;
    let row = Row::short(written.value);
    let what = if completed { "Completed" } else { "Opened" };
    let summary = format!("{what} “{}”.", row.title);
    Ok(Outcome::of(session.dry_run, written.change_set_id, summary)
        .with_task(&row, vec!["completed".to_owned()]))
}
