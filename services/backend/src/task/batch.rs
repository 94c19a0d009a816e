//! `POST /tasks/batch`

use axum::{extract::State, http::StatusCode};
use events::TaskId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    change,
    input::{NewTask, TaskPatch},
    model::Task,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        precondition::{IfMatch, RequestLine, Unversioned},
        reply::Reply,
    },
    write::{Begun, Write},
};

const MAX_OPERATIONS: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    /// All or nothing (the default), or each operation for itself.
    #[serde(default = "yes")]
    atomic: bool,
    /// 1 to 100, carried out in order.
    #[schema(min_items = 1, max_items = 100)]
    operations: Vec<Operation>,
}

const fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Op {
    Create,
    Update,
    Complete,
    Delete,
    Restore,
}

/// One struct instead of one for each `op`, so that an error can name the exact field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    op: Op,
    /// Which task; for all but `create`.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<TaskId>,
    /// Like `If-Match`, which a batch itself does not take.
    #[serde(default)]
    if_version: Option<i64>,
    /// For `create`.
    #[serde(default)]
    task: Option<NewTask>,
    /// For `update`.
    #[serde(default)]
    patch: Option<TaskPatch>,
    /// For `complete`: true if absent.
    #[serde(default)]
    completed: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchResult {
    /// None when nothing has changed.
    #[schema(value_type = Option<uuid::Uuid>)]
    change_set_id: Option<events::ChangeSetId>,
    /// One for each operation, in order.
    results: Vec<ItemResult>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ItemResult {
    Done { status: u16, task: Box<Task> },
    Failed { status: u16, error: Problem },
}

/// Up to 100 changes in one transaction and one change-set.
#[utoipa::path(
    post, path = "/tasks/batch", tag = "tasks", operation_id = "batch_tasks",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = Batch,
    responses(
        (status = 200, body = BatchResult), (status = 412, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn batch_tasks(
    State(app): State<App>,
    ctx: Ctx,
    _: Unversioned,
    line: RequestLine,
    body: Body<Batch>,
) -> Result<Reply, ApiError> {
    let Batch { atomic, operations } = body.value;
    if !(1..=MAX_OPERATIONS).contains(&operations.len()) {
        return Err(ApiError::invalid(
            "operations",
            format!("A batch has 1 to {MAX_OPERATIONS} operations"),
        ));
    }
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let mut results = Vec::with_capacity(operations.len());
    for (index, operation) in operations.into_iter().enumerate() {
        let created = operation.op == Op::Create;
        match carry_out(&mut write, operation).await {
            Ok(task) => results.push(ItemResult::Done {
                status: if created { 201 } else { 200 },
                task: Box::new(task),
            }),
            Err(error) if atomic || is_fatal(&error) => {
                return Err(at(index, error));
            }
            Err(error) => results.push(ItemResult::Failed {
                status: error.problem().status,
                error: error.problem(),
            }),
        }
    }
    let result = BatchResult {
        change_set_id: write.change_set(),
        results,
    };
    write.commit(Reply::json(StatusCode::OK, &result)?).await
}

/// An operation checks everything before it writes, so one that fails has written nothing.
async fn carry_out(write: &mut Write, operation: Operation) -> Result<Task, ApiError> {
    let if_match = IfMatch::version(operation.if_version);
    if operation.op == Op::Create {
        let task = operation.task.ok_or_else(|| missing("task"))?;
        return change::create(write, task).await;
    }
    let id = operation.id.ok_or_else(|| missing("id"))?;
    if operation.op == Op::Restore {
        let task = change::find_any(write, id, if_match).await?;
        return change::restore(write, task).await;
    }
    let task = change::find_live(write, id, if_match).await?;
    match operation.op {
        Op::Complete => {
            let completed = operation.completed.unwrap_or(true);
            let after = Task {
                completed,
                ..task.clone()
            };
            change::save(write, task, after).await
        }
        Op::Delete => change::delete(write, task).await,
        _ => {
            let patch = operation.patch.ok_or_else(|| missing("patch"))?;
            change::patch(write, task, patch).await
        }
    }
}

fn missing(field: &'static str) -> ApiError {
    ApiError::invalid(field, format!("missing field `{field}`"))
}

/// The transaction itself is broken, not the item.
const fn is_fatal(error: &ApiError) -> bool {
    matches!(error, ApiError::Unavailable(_) | ApiError::Internal(_))
}

/// Says which operation stopped the batch.
fn at(index: usize, error: ApiError) -> ApiError {
    let place = format!("operations[{index}]");
    match error {
        ApiError::NotFound(what) => ApiError::invalid(place, format!("{what} not found")),
        ApiError::Conflict(detail) => ApiError::invalid(place, detail),
        ApiError::Stale { what, current, .. } => ApiError::Stale {
            what,
            current,
            field: Some(format!("{place}.if_version")),
        },
        other => other.within(&place),
    }
}
