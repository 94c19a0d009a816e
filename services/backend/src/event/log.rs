//! Rows of `taskflow.events`, read back as the events they are.

use events::{Actor, Cause, ChangeSetId, Event, EventId, Payload, TokenId, UserId};
use futures::{TryStreamExt, stream::BoxStream};
use jiff_sqlx::Timestamp;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

#[derive(Clone, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) event_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) event_type: String,
    pub(crate) aggregate_id: Uuid,
    pub(crate) version: i64,
    pub(crate) schema: i32,
    /// The text that was written. Accounts that still exist have all of theirs.
    pub(crate) data: String,
    pub(crate) correlation_id: String,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) token_id: Option<Uuid>,
    pub(crate) change_set_id: Uuid,
    pub(crate) cause: Option<Json<Cause>>,
    pub(crate) created_at: Timestamp,
}

/// A row that this version cannot read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error(
        "event {event_id}: its data do not fit its type: {}",
        events::complaint(error)
    )]
    Data {
        event_id: Uuid,
        // Not a source: whoever prints those would print what the event says.
        error: serde_json::Error,
    },
    #[error("event {event_id}: there is no actor `{kind}`")]
    Actor { event_id: Uuid, kind: String },
}

impl TryFrom<EventRow> for Event {
    type Error = Unreadable;

    fn try_from(row: EventRow) -> Result<Self, Self::Error> {
        let event_id = row.event_id;
        let schema = row.schema.unsigned_abs();
        let mut data = serde_json::Deserializer::from_str(&row.data);
        let payload = Payload::read(schema, &row.event_type, &mut data)
            .map_err(|error| Unreadable::Data { event_id, error })?;
        let actor = Actor::from_parts(&row.actor_kind, row.actor_id, row.token_id.map(TokenId));
        Ok(Self {
            id: EventId(event_id),
            user_id: UserId(row.user_id),
            timestamp: row.created_at.to_jiff(),
            aggregate_id: row.aggregate_id,
            version: row.version.unsigned_abs(),
            seq: row.seq.unsigned_abs(),
            schema: events::current_schema(schema),
            correlation_id: row.correlation_id,
            causation_id: row.causation_id.map(EventId),
            actor: actor.ok_or(Unreadable::Actor {
                event_id,
                kind: row.actor_kind,
            })?,
            change_set_id: ChangeSetId(row.change_set_id),
            cause: row.cause.map(|cause| cause.0),
            payload,
        })
    }
}

/// A checked `select` of whole rows of accounts that exist; every one begins with the user.
macro_rules! select {
    ($user:expr, $condition:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            EventRow,
            r#"select event_id, user_id, seq, event_type, aggregate_id, version, schema,
                      data::text as "data!", correlation_id, causation_id, actor_kind, actor_id,
                      token_id, change_set_id, cause as "cause: Json<Cause>", created_at
               from taskflow.events where user_id = $1 and "#
                + $condition,
            $user.0,
            $($argument),*
        )
    };
}

/// A page that has come to so many bytes ends, whatever its limit: an event may carry a long text
/// twice.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A part of a user's log, in order.
pub(crate) struct Page {
    pub(crate) rows: Vec<EventRow>,
    /// Whether there is nothing after it of what was asked for.
    pub(crate) is_last: bool,
}

/// A user's events after a cursor, oldest first.
pub(crate) async fn after(
    db: &mut PgConnection,
    user: UserId,
    after: i64,
    limit: i64,
    types: &[String],
) -> sqlx::Result<Page> {
    let mut found = select!(
        user,
        "seq > $2 and ($4::text[] = '{}' or event_type = any($4)) order by seq limit $3",
        after,
        limit,
        types,
    )
    .fetch(db);
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while bytes < PAGE_BYTES {
        let Some(row) = found.try_next().await? else {
            let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let is_last = count < limit;
            return Ok(Page { rows, is_last });
        };
        bytes += row.data.len();
        rows.push(row);
    }
    Ok(Page {
        rows,
        is_last: false,
    })
}

/// A user's events after a cursor of which a webhook wants to hear, oldest first: by their type,
/// their family (`task.*`), or all (`*`).
pub(crate) async fn wanted_after(
    db: &mut PgConnection,
    user: UserId,
    after: i64,
    limit: i64,
    types: &[String],
) -> sqlx::Result<Vec<EventRow>> {
    select!(
        user,
        "seq > $2
         and $4::text[] && array[event_type, split_part(event_type, '.', 1) || '.*', '*']
         order by seq limit $3",
        after,
        limit,
        types,
    )
    .fetch_all(db)
    .await
}

/// What an aggregate is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Task,
    Project,
    Tag,
    Notification,
    ToolCall,
}

impl Kind {
    /// Of the event types about it, for `like`.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Task => "task.%",
            Self::Project => "project.%",
            Self::Tag => "tag.%",
            Self::Notification => "notification.%",
            Self::ToolCall => "tool.%",
        }
    }
}

/// All that happened to an aggregate up to and with `seq`, in order.
pub(crate) fn of_aggregate(
    db: &mut PgConnection,
    user: UserId,
    aggregate: Uuid,
    seq: i64,
) -> BoxStream<'_, sqlx::Result<EventRow>> {
    select!(
        user,
        "aggregate_id = $2 and seq <= $3 order by version",
        aggregate,
        seq,
    )
    .fetch(db)
}

/// All that happened to a user's aggregates of a kind up to and with `seq`: one after the other
/// in order of id, each in order.
pub(crate) fn of_kind(
    db: &mut PgConnection,
    user: UserId,
    kind: Kind,
    seq: i64,
) -> BoxStream<'_, sqlx::Result<EventRow>> {
    select!(
        user,
        "event_type like $2 and seq <= $3 order by aggregate_id, version",
        kind.pattern(),
        seq,
    )
    .fetch(db)
}

/// All that happened to a user's conversations up to and with `seq`, what was said in them too: one
/// after the other in order of id, each in order.
pub(crate) fn of_conversations(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> BoxStream<'_, sqlx::Result<EventRow>> {
    select!(
        user,
        "(event_type like 'conversation.%' or event_type like 'message.%') and seq <= $2
         order by aggregate_id, version",
        seq,
    )
    .fetch(db)
}

/// What happened to an aggregate after `seq`, in order.
pub(crate) async fn of_aggregate_since(
    db: &mut PgConnection,
    user: UserId,
    aggregate: Uuid,
    seq: i64,
) -> sqlx::Result<Vec<EventRow>> {
    select!(
        user,
        "aggregate_id = $2 and seq > $3 order by version",
        aggregate,
        seq,
    )
    .fetch_all(db)
    .await
}

/// The events of a change-set, in order.
pub(crate) async fn of_change_set(
    db: &mut PgConnection,
    user: UserId,
    id: ChangeSetId,
) -> sqlx::Result<Vec<EventRow>> {
    select!(user, "change_set_id = $2 order by seq", id.0)
        .fetch_all(db)
        .await
}

/// The events of an agent's run and what followed from them, in order.
pub(crate) async fn of_run(
    db: &mut PgConnection,
    user: UserId,
    run_id: &str,
) -> sqlx::Result<Vec<EventRow>> {
    select!(
        user,
        "change_set_id in (
             select change_set_id from taskflow.events
             where user_id = $1 and actor_kind = 'agent_run' and actor_id = $2
         ) order by seq",
        run_id,
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
