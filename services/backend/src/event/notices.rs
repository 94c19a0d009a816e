//! What sockets are told of a user's log: that something changed, and where.

use events::{Payload, UserId};
use futures::TryStreamExt;
use jiff_sqlx::Timestamp;
use proto::v1::Notice;
use sqlx::PgConnection;
use uuid::Uuid;

/// All of an event's row that its notice is made of.
struct Row {
    event_id: Uuid,
    event_type: String,
    seq: i64,
    aggregate_id: Uuid,
    version: i64,
    schema: i32,
    /// `None` where all of an aggregate is new: no field is named then, so it is not read at all.
    data: Option<String>,
    correlation_id: String,
    created_at: Timestamp,
}

/// Of a user's events after a cursor, oldest first.
pub(crate) async fn after(
    db: &mut PgConnection,
    user: UserId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<Notice>> {
    sqlx::query_as!(
        Row,
        "select event_id, event_type, seq, aggregate_id, version, schema,
                case when event_type not like '%.created' then data::text end as data,
                correlation_id, created_at
         from taskflow.events where user_id = $1 and seq > $2 order by seq limit $3",
        user.0,
        after,
        limit,
    )
    .fetch(db)
    .map_ok(notice)
    .try_collect()
    .await
}

fn notice(row: Row) -> Notice {
    Notice {
        changed: changed(&row),
        event_id: row.event_id.to_string(),
        event_type: row.event_type,
        seq: row.seq.unsigned_abs(),
        aggregate_id: row.aggregate_id.to_string(),
        version: row.version.unsigned_abs(),
        timestamp: row.created_at.to_jiff().to_string(),
        correlation_id: row.correlation_id,
    }
}

/// Of an event that cannot be read, nothing: its user's sockets must get past it.
fn changed(row: &Row) -> Vec<String> {
    let Some(data) = &row.data else {
        return Vec::new();
    };
    let mut data = serde_json::Deserializer::from_str(data);
    match Payload::read(row.schema.unsigned_abs(), &row.event_type, &mut data) {
        Ok(payload) => payload.changed_fields(),
        Err(error) => {
            tracing::warn!(
                event_id = %row.event_id,
                error = events::complaint(&error),
                "told sockets of an event that cannot be read"
            );
            Vec::new()
        }
    }
}
