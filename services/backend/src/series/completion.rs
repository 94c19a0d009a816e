//! What completed a task: whatever follows from that is a part of the same change-set, so that one
//! undo takes back both.

use std::collections::HashMap;

use events::{ChangeSetId, EventId, TaskId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Completion {
    pub(super) event: EventId,
    pub(super) change_set: ChangeSetId,
    pub(super) correlation_id: String,
    pub(super) traceparent: Option<String>,
}

/// The last of each task; some were created completed.
pub(super) async fn of(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Uuid],
) -> sqlx::Result<HashMap<TaskId, Completion>> {
    let rows = sqlx::query!(
        "select distinct on (aggregate_id)
                aggregate_id, event_id, change_set_id, correlation_id, traceparent
         from taskflow.events
         where user_id = $1 and aggregate_id = any($2)
           and event_type in ('task.completed', 'task.created')
         order by aggregate_id, version desc",
        user.0,
        tasks,
    )
    .fetch_all(db)
    .await?;
    let completions = rows.into_iter().map(|row| {
        let completion = Completion {
            event: EventId(row.event_id),
            change_set: ChangeSetId(row.change_set_id),
            correlation_id: row.correlation_id,
            traceparent: row.traceparent,
        };
        (TaskId(row.aggregate_id), completion)
    });
    Ok(completions.collect())
}
