//! `get_task`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    About, Done, Effect, Report, Session, Tool, Trouble,
    arguments::Controls,
    outcome, recurrence, reference,
    row::{Row, Task},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Id, or the exact title
    #[serde(alias = "id", alias = "task_title")]
    task_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Found {
    task: Row,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    comes_again: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    next_dates: Vec<String>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "get_task",
        title: "Show a task",
        description: "One task with its description, reminders and next dates.",
        effect: Effect::Reads,
        controls: Controls::None,
    };
    Tool::new(about, run)
}

async fn run(session: Session, wanted: Arguments) -> Result<Found, Trouble> {
    let id = reference::task(&session, &wanted.task_id).await?;
    let task: Task = session
        .get(&format!("/tasks/{id}?include_deleted=true"))
        .await?;
    let (comes_again, next_dates) = match (&task.due, &task.recurrence) {
        (Some(due), Some(rule)) => recurrence::next_dates(&session, due, rule).await?,
        _ => (None, Vec::new()),
    };
    Ok(Found {
        task: Row::full(task),
        comes_again,
        next_dates,
    })
}

impl Report for Found {
    fn done(&self, value: Value) -> Done {
        outcome::found(value, format!("“{}”", self.task.title))
    }
}
