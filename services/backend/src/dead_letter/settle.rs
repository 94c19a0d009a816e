//! What may be done with a letter that waits.

use events::{Topic, UserId};
use jiff_sqlx::ToSqlx;
use sidecar::{PublishError, Sidecar};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::store::State;
use crate::{database, relay::aside};

/// What became of one letter that was to be replayed.
#[derive(Debug)]
pub(crate) enum Replayed {
    /// It is on its topic again, or on its way there. Whether it is taken now, its handlers decide.
    Published,
    Unknown,
    /// It is not the letter's turn: it was replayed and is not back, or was dropped.
    Settled(State),
    /// It still waits, although it may have arrived; handlers bear it twice.
    Failed(PublishError),
}

/// Publishes the very bytes of a letter on the topic they came from, under the user's key:
/// whatever they are, nothing is made up for them, and bytes that nobody can read come back as
/// the same letter.
///
/// The row is locked meanwhile, so that a letter which fails again at once finds it replayed.
pub(crate) async fn replay(
    pool: &PgPool,
    sidecar: &Sidecar,
    id: Uuid,
    by: &str,
) -> sqlx::Result<Replayed> {
    let mut transaction = database::begin(pool).await?;
    let letter = sqlx::query!(
        r#"select topic, user_id, handler, payload, state as "state: State"
           from taskflow.dead_letters where id = $1 for update"#,
        id,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(letter) = letter else {
        return Ok(Replayed::Unknown);
    };
    if letter.state != State::Waiting {
        return Ok(Replayed::Settled(letter.state));
    }
    if letter.handler.as_deref() == Some(aside::HANDLER) {
        // It never was on its topic; what it holds is the row, not the message.
        aside::take_back(&mut transaction, id).await?;
        settle(&mut transaction, id, State::Replayed, None, by).await?;
        transaction.commit().await?;
        return Ok(Replayed::Published);
    }
    let topic = Topic::from_name(&letter.topic)
        .ok_or_else(|| sqlx::Error::Decode(format!("there is no topic {}", letter.topic).into()))?;
    settle(&mut transaction, id, State::Replayed, None, by).await?;
    let key = letter.user_id.map(UserId);
    if let Err(error) = sidecar.publish_raw(topic, key, letter.payload).await {
        return Ok(Replayed::Failed(error));
    }
    transaction.commit().await?;
    tracing::info!(letter.id = %id, topic = topic.name(), "replayed a dead letter");
    Ok(Replayed::Published)
}

/// What became of a letter that was to be dropped.
#[derive(Debug)]
pub(crate) enum Dropped {
    Done,
    Unknown,
    /// It did not wait any more.
    Settled(State),
}

/// Gives a letter up. Its payload and its history stay.
pub(crate) async fn drop(pool: &PgPool, id: Uuid, reason: &str, by: &str) -> sqlx::Result<Dropped> {
    let mut transaction = database::begin(pool).await?;
    let state = sqlx::query_scalar!(
        r#"select state as "state: State" from taskflow.dead_letters where id = $1 for update"#,
        id,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    match state {
        None => Ok(Dropped::Unknown),
        Some(State::Waiting) => {
            settle(&mut transaction, id, State::Dropped, Some(reason), by).await?;
            transaction.commit().await?;
            tracing::info!(letter.id = %id, "dropped a dead letter");
            Ok(Dropped::Done)
        }
        Some(other) => Ok(Dropped::Settled(other)),
    }
}

/// Why a reason cannot be taken.
pub(crate) fn check_reason(reason: &str) -> Result<(), &'static str> {
    if reason.trim().is_empty() || reason.chars().count() > 500 || reason.contains('\0') {
        return Err("`reason` must be 1 to 500 characters, without U+0000");
    }
    Ok(())
}

async fn settle(
    db: &mut PgConnection,
    id: Uuid,
    state: State,
    why: Option<&str>,
    by: &str,
) -> sqlx::Result<()> {
    if telemetry::faults::enabled("letter-forgets") {
        sqlx::query("delete from taskflow.dead_letter_history where letter_id = $1")
            .bind(id)
            .execute(&mut *db)
            .await?;
    }
    sqlx::query!(
        "with letter as (update taskflow.dead_letters set state = $2 where id = $1)
         insert into taskflow.dead_letter_history (letter_id, at, what, why, by)
         values ($1, $3, $2, $4, $5)",
        id,
        state.name(),
        telemetry::clock::now().to_sqlx(),
        why,
        by,
    )
    .execute(db)
    .await?;
    Ok(())
}
