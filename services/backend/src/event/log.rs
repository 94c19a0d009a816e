//! Rows of `taskflow.events`, read back as the events they are.

use events::{Actor, ChangeSetId, Event, EventId, Payload, UserId};
use jiff_sqlx::Timestamp;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

pub(crate) struct EventRow {
    pub(crate) event_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) event_type: String,
    pub(crate) aggregate_id: Uuid,
    pub(crate) version: i64,
    pub(crate) schema: i32,
    pub(crate) data: Value,
    pub(crate) correlation_id: String,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) actor: Json<Actor>,
    pub(crate) change_set_id: Uuid,
    pub(crate) created_at: Timestamp,
}

impl TryFrom<EventRow> for Event {
    type Error = serde_json::Error;

    fn try_from(row: EventRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: EventId(row.event_id),
            user_id: UserId(row.user_id),
            timestamp: row.created_at.to_jiff(),
            aggregate_id: row.aggregate_id,
            version: row.version.unsigned_abs(),
            seq: row.seq.unsigned_abs(),
            schema: row.schema.unsigned_abs(),
            correlation_id: row.correlation_id,
            causation_id: row.causation_id.map(EventId),
            actor: row.actor.0,
            change_set_id: ChangeSetId(row.change_set_id),
            payload: Payload::from_parts(&row.event_type, row.data)?,
        })
    }
}

/// A user's events after a cursor, oldest first.
pub(crate) async fn after(
    db: &mut PgConnection,
    user: UserId,
    after: i64,
    limit: i64,
    types: &[String],
) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"select event_id, user_id, seq, event_type, aggregate_id, version, schema, data,
                  correlation_id, causation_id, actor as "actor: Json<Actor>", change_set_id,
                  created_at
           from taskflow.events
           where user_id = $1 and seq > $2 and ($4::text[] = '{}' or event_type = any($4))
           order by seq
           limit $3"#,
        user.0,
        after,
        limit,
        types,
    )
    .fetch_all(db)
    .await
}

/// The user's newest `seq`; `None` if there never was such a user.
pub(crate) async fn head(db: &mut PgConnection, user: UserId) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "select seq from taskflow.streams where user_id = $1",
        user.0,
    )
    .fetch_optional(db)
    .await
}
