//! The tasks of a moment as rows, for the list to look through as it does through the table.

use events::UserId;
use serde_json::Value;
use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};

use super::{
    model::Task,
    store::{COLUMNS, priority_number},
};
use crate::{error::ApiError, event::moment::Past, projection};

/// As `taskflow.tasks` computes it (migration 2).
const SEARCH: &str = "to_tsvector('simple', lower(regexp_replace(\
     title || ' ' || description, '[^[:alnum:]]+', ' ', 'g')))";

/// Appends what can stand after `from` in place of the table.
pub(super) async fn push_rows(
    query: &mut QueryBuilder<Postgres>,
    db: &mut PgConnection,
    user: UserId,
    past: Past,
) -> Result<(), ApiError> {
    let tasks = projection::at::tasks(db, user, past.seq).await?;
    let rows = tasks.iter().map(|task| row(user, task));
    let rows: Vec<Value> = rows
        .collect::<Result<_, _>>()
        .map_err(|error| ApiError::Internal(error.into()))?;
    query
        .push(format_args!(
            "(select user_id, {COLUMNS}, {SEARCH} as search from jsonb_populate_recordset(null::taskflow.tasks, "
        ))
        .push_bind(Json(rows))
        .push(")) as tasks");
    Ok(())
}

/// By the names of the columns.
fn row(user: UserId, task: &Task) -> serde_json::Result<Value> {
    let mut row = serde_json::to_value(task)?;
    row["user_id"] = serde_json::to_value(user)?;
    row["priority"] = priority_number(task.priority).into();
    Ok(row)
}
