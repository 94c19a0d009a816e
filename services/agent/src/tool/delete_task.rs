//! `delete_task`

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    About, Effect, ItemResult, Outcome, Session, Tool, Trouble, arguments::Controls, reference,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Id, or the exact title
    #[serde(alias = "id", alias = "task_title")]
    task_id: String,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "delete_task",
        title: "Delete a task",
        description: "Deletes one task with its subtasks; undo brings them back.",
        effect: Effect::Removes,
        controls: Controls::WriteOne,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    let id = reference::task(&session, &arguments.task_id).await?;
    let title = reference::title(&session, id).await;
    let path = format!("/tasks/{id}");
    let written = session.write::<Value>(Method::DELETE, &path, None).await?;
    let summary = match title {
        Some(title) => format!("Deleted “{title}”."),
        None => "Deleted it.".to_owned(),
    };
    let deleted = ItemResult {
        item: Some(json!({"id": id, "deleted": true})),
        ..ItemResult::default()
    };
    Ok(Outcome::of(session.dry_run, written.change_set_id, summary).with(deleted))
}
