//! `reschedule_tasks`

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    About, Effect, Outcome, Session, Tool, Trouble, arguments::Controls, batch_tasks, due,
    reference::Id,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// 1 to 100
    #[serde(alias = "items")]
    tasks: Vec<Move>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct Move {
    #[serde(alias = "id")]
    #[schemars(with = "String")]
    task_id: Id,
    /// ISO 8601 or words; `none` clears
    #[serde(alias = "due", alias = "due_at")]
    due_date: String,
    if_version: Option<i64>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "reschedule_tasks",
        title: "Move dates",
        description: "Moves when tasks are due. Of one that comes again only this date moves, its rule stays.",
        effect: Effect::Changes,
        controls: Controls::Write,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    if !(1..=100).contains(&arguments.tasks.len()) {
        return Err(Trouble::argument("tasks", "a call has 1 to 100"));
    }
    let mut operations = Vec::with_capacity(arguments.tasks.len());
    for (index, wanted) in arguments.tasks.iter().enumerate() {
        let mut patch = Map::new();
        let field = format!("tasks[{index}].due_date");
        due::put(&session, &mut patch, &field, &wanted.due_date).await?;
        let mut operation = json!({"op": "update", "id": wanted.task_id.0, "patch": patch});
        if let Some(version) = wanted.if_version {
            operation["if_version"] = Value::from(version);
        }
        operations.push(operation);
    }
    let batch = batch_tasks::send(&session, operations, false).await?;
    Ok(batch_tasks::report(&session, batch, "moved"))
}
