//! `batch_tasks`

use axum::http::Method;
use events::ChangeSetId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    About, Effect, ItemResult, Outcome, Session, Tool, Trouble,
    add_task::NewTask,
    arguments::{self, Controls},
    reference::Id,
    row::{Row, Task},
    update_task::Changes,
};

/// Operations of one call, by the contract of REST.
const MAX: usize = 100;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// 1 to 100, carried out in order
    #[schemars(with = "Vec<Described>")]
    operations: Vec<Operation>,
    /// All or nothing; otherwise, the default, each for itself
    #[serde(default)]
    atomic: bool,
}

#[derive(Debug, Deserialize)]
struct Operation {
    op: Op,
    #[serde(default, alias = "id")]
    task_id: Option<Id>,
    #[serde(default)]
    if_version: Option<i64>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// As models are told: the fields are those of `add_task` and `update_task`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
#[schemars(inline)]
struct Described {
    op: Op,
    /// For all but create
    task_id: Option<String>,
    if_version: Option<i64>,
    title: Option<String>,
    description: Option<String>,
    due_date: Option<String>,
    priority: Option<String>,
    tags: Option<Vec<String>>,
    project: Option<String>,
    parent_id: Option<String>,
    recurrence: Option<String>,
    reminder: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Op {
    #[serde(alias = "add")]
    Create,
    Update,
    /// To another project or parent.
    Move,
    Complete,
    Reopen,
    Delete,
    Restore,
}

/// What came of a batch of REST.
pub(super) struct Batch {
    change_set_id: Option<ChangeSetId>,
    results: Vec<BatchItem>,
}

#[derive(Deserialize)]
struct BatchBody {
    results: Vec<BatchItem>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BatchItem {
    Done { task: Box<Task> },
    Failed { error: Failure },
}

#[derive(Deserialize)]
struct Failure {
    detail: String,
    current_version: Option<i64>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "batch_tasks",
        title: "Change several tasks",
        description: "Creates, updates, moves, completes and deletes up to 100 tasks in one change-set, with a result for each. \
            Taking more than 5 off the list needs the user's yes, which TaskFlow asks for itself.",
        effect: Effect::Removes,
        controls: Controls::Write,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    let Arguments { operations, atomic } = arguments;
    if !(1..=MAX).contains(&operations.len()) {
        let detail = format!("a call has 1 to {MAX}");
        return Err(Trouble::argument("operations", detail));
    }
    let mut bodies = Vec::with_capacity(operations.len());
    for (index, operation) in operations.into_iter().enumerate() {
        let body = operation.body(&session).await;
        bodies.push(body.map_err(|trouble| within(&format!("operations[{index}]"), trouble))?);
    }
    let written = send(&session, bodies, atomic).await?;
    Ok(report(&session, written, "changed"))
}

/// Carries out operations of REST.
pub(super) async fn send(
    session: &Session,
    operations: Vec<Value>,
    atomic: bool,
) -> Result<Batch, Trouble> {
    let body = json!({"atomic": atomic, "operations": operations});
    let path = "/tasks/batch";
    let written = session
        .write::<BatchBody>(Method::POST, path, Some(body))
        .await?;
    Ok(Batch {
        change_set_id: written.change_set_id,
        results: written.value.results,
    })
}

/// What became of each.
pub(super) fn report(session: &Session, batch: Batch, verb: &str) -> Outcome {
    let results: Vec<ItemResult> = batch.results.into_iter().map(item).collect();
    let failed = results.iter().filter(|item| item.error.is_some()).count();
    let done = results.len() - failed;
    let summary = match failed {
        0 => format!("{done} {} {verb}.", tasks(done)),
        _ => format!(
            "{done} {} {verb}, {failed} not: see the errors.",
            tasks(done)
        ),
    };
    let outcome = Outcome::of(session.dry_run, batch.change_set_id, summary);
    results.into_iter().fold(outcome, Outcome::with)
}

const fn tasks(count: usize) -> &'static str {
    if count == 1 { "task" } else { "tasks" }
}

fn item(item: BatchItem) -> ItemResult {
    match item {
        BatchItem::Done { task } => ItemResult {
            item: Some(Row::short(*task).to_value()),
            ..ItemResult::default()
        },
        BatchItem::Failed { error } => ItemResult {
            error: Some(match error.current_version {
                Some(version) => format!("{} Now at version {version}.", error.detail),
                None => error.detail,
            }),
            ..ItemResult::default()
        },
    }
}

impl Operation {
    /// As REST takes it.
    async fn body(self, session: &Session) -> Result<Value, Trouble> {
        let mut body = Map::new();
        let op = match self.op {
            Op::Create => "create",
            Op::Update | Op::Move => "update",
            Op::Complete | Op::Reopen => "complete",
            Op::Delete => "delete",
            Op::Restore => "restore",
        };
        body.insert("op".to_owned(), op.into());
        let fields = Value::Object(self.fields);
        if self.op == Op::Create {
            let new: NewTask = arguments::read(fields)?;
            body.insert("task".to_owned(), new.body(session).await?.into());
            return Ok(body.into());
        }
        let Id(id) = self
            .task_id
            .ok_or_else(|| Trouble::argument("task_id", "say which task"))?;
        body.insert("id".to_owned(), json!(id));
        if let Some(version) = self.if_version {
            body.insert("if_version".to_owned(), version.into());
        }
        let changes: Changes = arguments::read(fields)?;
        changes.check()?;
        let patch = changes.patch(session).await?;
        match self.op {
            Op::Update | Op::Move if patch.is_empty() => {
                return Err(Trouble::argument("title", "say what to change"));
            }
            Op::Update | Op::Move => {
                body.insert("patch".to_owned(), patch.into());
            }
            _ if !patch.is_empty() => {
                return Err(Trouble::argument(
                    "op",
                    "only create, update and move take fields",
                ));
            }
            Op::Complete | Op::Reopen => {
                body.insert("completed".to_owned(), (self.op == Op::Complete).into());
            }
            _ => {}
        }
        Ok(body.into())
    }
}

fn within(place: &str, trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Argument { field, detail } => {
            Trouble::argument(format!("{place}.{field}"), detail)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_in_the_place_of_an_id_is_told_where_ids_are() {
        let of = |id: &str| json!({"operations": [{"op": "delete", "task_id": id}]});
        let said = arguments::read::<Arguments>(of("b0"))
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with("`operations[0]") && said.contains("search_tasks and list_tasks"),
            "{said}"
        );
        let id = events::TaskId::generate();
        let read: Arguments = arguments::read(of(&id.to_string())).unwrap();
        let named = read.operations[0].task_id.map(|Id(id)| id);
        assert_eq!(named, Some(id));
    }
}
