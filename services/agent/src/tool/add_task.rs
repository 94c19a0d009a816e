//! `add_task`

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    About, Effect, Outcome, Session, Tool, Trouble,
    arguments::Controls,
    due,
    priority::Priority,
    recurrence, reference, reminder,
    row::{Row, Task},
};

/// A new task, alone or in a batch.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTask {
    pub(super) title: String,
    pub(super) description: Option<String>,
    /// ISO 8601 or words: `2026-11-21T09:00`, `tomorrow 5pm`
    #[serde(alias = "due", alias = "due_at")]
    pub(super) due_date: Option<String>,
    pub(super) priority: Option<Priority>,
    pub(super) tags: Option<Vec<String>>,
    /// Name or id
    #[serde(alias = "project_id", alias = "category", alias = "category_id")]
    pub(super) project: Option<String>,
    /// The task that this is a part of: id
    #[serde(alias = "parent_task_id")]
    pub(super) parent_id: Option<String>,
    /// RRULE or words: `every monday`
    #[serde(
        alias = "recurrence_rule",
        alias = "recurring_rule",
        alias = "recurrence_pattern"
    )]
    pub(super) recurrence: Option<String>,
    /// `30 minutes before`, or a time
    #[serde(alias = "reminder_offset", alias = "reminder_at", alias = "remind_at")]
    pub(super) reminder: Option<String>,
    #[schemars(skip)]
    recurrence_interval: Option<u32>,
    #[schemars(skip)]
    #[serde(alias = "recurrence_end_date")]
    recurring_end_date: Option<String>,
    #[schemars(skip)]
    is_recurring: Option<bool>,
    #[schemars(skip)]
    remind_before_minutes: Option<u32>,
    /// The title is a line of quick add, and nothing else is given.
    #[schemars(skip)]
    #[serde(default)]
    quick: bool,
}

#[derive(Deserialize)]
struct Quick {
    task: Task,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "add_task",
        title: "Add a task",
        description: "Creates one task. For several, use batch_tasks.",
        effect: Effect::Adds,
        controls: Controls::Write,
    };
    Tool::new(about, run)
}

async fn run(session: Session, new: NewTask) -> Result<Outcome, Trouble> {
    let written = if new.quick {
        let line = json!({"text": new.title});
        let written = session.write::<Quick>(Method::POST, "/tasks/quick", Some(line));
        written.await?.map(|quick| quick.task)
    } else {
        let body = Value::Object(new.body(&session).await?);
        session.write(Method::POST, "/tasks", Some(body)).await?
    };
    let row = Row::full(written.value);
    let summary = format!("Added “{}”.", row.title);
    Ok(Outcome::of(session.dry_run, written.change_set_id, summary).with_task(&row, Vec::new()))
}

impl NewTask {
    /// As REST takes it.
    pub(super) async fn body(self, session: &Session) -> Result<Map<String, Value>, Trouble> {
        let mut body = Map::new();
        body.insert("title".to_owned(), self.title.into());
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        put("description", self.description.map(Value::from));
        put("priority", self.priority.map(|priority| json!(priority)));
        put("tags", self.tags.map(Value::from));
        put("parent_id", self.parent_id.map(Value::from));
        if let Some(project) = &self.project {
            let project = reference::project(session, project).await?;
            body.insert("project_id".to_owned(), project);
        }
        if let Some(due) = &self.due_date {
            due::put(session, &mut body, "due_date", due).await?;
        }
        if let Some(text) = &self.recurrence {
            let until = self.recurring_end_date.as_deref();
            let text = recurrence::with_interval(text, self.recurrence_interval, until)?;
            let meaning = recurrence::meaning(session, "recurrence", &text).await?;
            if let Some(due) = &meaning.due
                && self.due_date.is_none()
            {
                body.insert("due".to_owned(), json!(due));
            }
            body.insert("recurrence".to_owned(), meaning.body().into());
        } else if self.is_recurring == Some(true) {
            return Err(Trouble::argument("recurrence", "say how it comes again"));
        }
        let reminder = match (&self.reminder, self.remind_before_minutes) {
            (Some(text), _) => Some(reminder::meaning(session, "reminder", text).await?),
            (None, minutes) => minutes.map(reminder::minutes_before),
        };
        if let Some(reminder) = reminder {
            body.insert("reminders".to_owned(), json!([reminder]));
        }
        Ok(body)
    }
}
