//! Dead letters as rows.

use events::Topic;
use jiff_sqlx::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::database;

/// What has become of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub(crate) enum State {
    /// Nobody has looked after it, or it was replayed and failed again.
    Waiting,
    /// Published again, and not back since.
    Replayed,
    /// Given up, with a reason.
    Dropped,
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Replayed => "replayed",
            Self::Dropped => "dropped",
        }
    }
}

/// A letter without its payload.
pub(crate) struct LetterRow {
    pub(crate) id: Uuid,
    pub(crate) topic: String,
    pub(crate) event_id: Option<Uuid>,
    pub(crate) event_type: Option<String>,
    pub(crate) user_id: Option<Uuid>,
    /// The app that refused it last, if it could say so.
    pub(crate) handler: Option<String>,
    pub(crate) cause: String,
    pub(crate) state: State,
    pub(crate) bytes: i32,
    pub(crate) received_at: Timestamp,
}

/// Something that happened to a letter.
pub(crate) struct HistoryRow {
    pub(crate) at: Timestamp,
    pub(crate) what: String,
    pub(crate) why: Option<String>,
    pub(crate) by: Option<String>,
}

/// Which letters to list; what is absent does not matter.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) topic: Option<Topic>,
    pub(crate) event_type: Option<&'a str>,
    pub(crate) user: Option<Uuid>,
    /// The name of one.
    pub(crate) state: Option<&'a str>,
    /// Only those that came before this one.
    pub(crate) before: Option<Uuid>,
}

/// Newest first.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &Filter<'_>,
    limit: i64,
) -> sqlx::Result<Vec<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        r#"select id, topic, event_id, event_type, user_id, handler, cause,
                  state as "state: State", octet_length(payload) as "bytes!", received_at
           from taskflow.dead_letters
           where ($1::text is null or topic = $1)
             and ($2::text is null or event_type = $2)
             and ($3::uuid is null or user_id = $3)
             and ($4::text is null or state = $4)
             and ($5::uuid is null or id < $5)
           order by id desc limit $6"#,
        filter.topic.map(Topic::name),
        filter.event_type,
        filter.user,
        filter.state,
        filter.before,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// A letter with its payload and, oldest first, its history.
pub(crate) struct Detail {
    pub(crate) letter: LetterRow,
    pub(crate) payload: Vec<u8>,
    pub(crate) history: Vec<HistoryRow>,
}

pub(crate) async fn find(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Detail>> {
    // All as of one moment: a letter that waits has no history that ends in a replay.
    let mut snapshot =
        database::begin_with(pool, "begin isolation level repeatable read, read only").await?;
    let letter = sqlx::query_as!(
        LetterRow,
        r#"select id, topic, event_id, event_type, user_id, handler, cause,
                  state as "state: State", octet_length(payload) as "bytes!", received_at
           from taskflow.dead_letters where id = $1"#,
        id,
    )
    .fetch_optional(&mut *snapshot)
    .await?;
    let Some(letter) = letter else {
        return Ok(None);
    };
    let payload = sqlx::query_scalar!(
        "select payload from taskflow.dead_letters where id = $1",
        id,
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let history = sqlx::query_as!(
        HistoryRow,
        "select at, what, why, by from taskflow.dead_letter_history where letter_id = $1 order by id",
        id,
    )
    .fetch_all(&mut *snapshot)
    .await?;
    Ok(Some(Detail {
        letter,
        payload,
        history,
    }))
}

/// The letters that wait, oldest first.
pub(crate) async fn waiting(
    pool: &PgPool,
    topic: Option<Topic>,
    limit: Option<i64>,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from taskflow.dead_letters
         where state = 'waiting' and ($1::text is null or topic = $1)
         order by id limit $2",
        topic.map(Topic::name),
        limit,
    )
    .fetch_all(pool)
    .await
}

/// How many wait.
pub(crate) async fn count_waiting(pool: &PgPool, topic: Option<Topic>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from taskflow.dead_letters
           where state = 'waiting' and ($1::text is null or topic = $1)"#,
        topic.map(Topic::name),
    )
    .fetch_one(pool)
    .await
}
