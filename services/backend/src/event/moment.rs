//! A point in a user's log, as clients name it: an instant, or the `seq` of an event.
//!
//! Times of events have no index, because every write would pay for it. They never go back
//! within a stream, so an instant's place is found by halving.

use events::UserId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::{ctx::Ctx, error::ApiError};

/// What stands in `as_of`, `from` and `to`: RFC 3339, or digits only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Moment {
    Instant(Timestamp),
    /// Right after the event with this `seq`.
    Seq(i64),
}

/// A moment that the account has been through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    /// Of the last event that counts.
    pub(crate) seq: i64,
    /// What is overdue then is judged by this.
    pub(crate) at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
#[error("must be an instant such as 2026-11-21T09:00:00Z, or the seq of an event")]
pub(crate) struct NoMoment;

impl TryFrom<String> for Moment {
    type Error = NoMoment;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than a number can have: ahead of every event.
            return Ok(Self::Seq(text.parse().unwrap_or(i64::MAX)));
        }
        text.parse().map(Self::Instant).map_err(|_| NoMoment)
    }
}

impl Moment {
    /// The moment itself, if it lies between the account's first event and now. `field` is what
    /// a problem is named after.
    pub(crate) async fn past(
        self,
        db: &mut PgConnection,
        ctx: &Ctx,
        field: &'static str,
    ) -> Result<Past, ApiError> {
        let mut past = match self {
            Self::Seq(seq) => Past {
                seq,
                at: written_at(db, ctx.user, seq, field).await?,
            },
            Self::Instant(at) => Past {
                seq: until(db, ctx, at, field).await?,
                at,
            },
        };
        if telemetry::faults::enabled("as-of-off-by-one") {
            past.seq = (past.seq - 1).max(1);
        }
        Ok(past)
    }

    /// The first `seq` that is not before the moment; the log need not reach that far.
    pub(crate) async fn first_seq(self, db: &mut PgConnection, user: UserId) -> sqlx::Result<i64> {
        match self {
            Self::Seq(seq) => Ok(seq),
            Self::Instant(at) => Ok(last_before(db, user, at).await? + 1),
        }
    }

    /// The last `seq` that is not after the moment; 0 if there is none.
    pub(crate) async fn last_seq(self, db: &mut PgConnection, user: UserId) -> sqlx::Result<i64> {
        match self {
            Self::Seq(seq) => Ok(seq),
            Self::Instant(at) => last_until(db, user, at).await,
        }
    }
}

async fn written_at(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
    field: &'static str,
) -> Result<Timestamp, ApiError> {
    let row = sqlx::query!(
        r#"select s.seq as head, e.created_at as "created_at?: jiff_sqlx::Timestamp"
           from taskflow.streams s
           left join taskflow.events e on e.user_id = s.user_id and e.seq = $2
           where s.user_id = $1"#,
        user.0,
        seq,
    )
    .fetch_optional(db)
    .await?
    // The account went between the check of the token and now.
    .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    match row.created_at {
        Some(at) => Ok(at.to_jiff()),
        None if seq > row.head => Err(ApiError::invalid(
            field,
            format!("`{field}` is ahead of the newest event, {}", row.head),
        )),
        None => Err(before_the_account(field)),
    }
}

async fn until(
    db: &mut PgConnection,
    ctx: &Ctx,
    at: Timestamp,
    field: &'static str,
) -> Result<i64, ApiError> {
    if at > ctx.now && at > newest(db, ctx.user).await? {
        return Err(ApiError::invalid(
            field,
            format!("`{field}` lies in the future"),
        ));
    }
    match last_until(db, ctx.user, at).await? {
        0 => Err(before_the_account(field)),
        seq => Ok(seq),
    }
}

fn before_the_account(field: &'static str) -> ApiError {
    ApiError::invalid(field, format!("`{field}` lies before the account"))
}

/// When the user's newest event was written: by another replica, whose clock may be ahead.
async fn newest(db: &mut PgConnection, user: UserId) -> Result<Timestamp, ApiError> {
    let at = sqlx::query_scalar!(
        r#"select at as "at: jiff_sqlx::Timestamp" from taskflow.streams where user_id = $1"#,
        user.0,
    )
    .fetch_optional(db)
    .await?
    .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    Ok(at.to_jiff())
}

/// The last event strictly before an instant; 0 if there is none.
async fn last_before(db: &mut PgConnection, user: UserId, at: Timestamp) -> sqlx::Result<i64> {
    let just_before = at.checked_sub(jiff::SignedDuration::from_nanos(1));
    last_until(db, user, just_before.unwrap_or(at)).await
}

/// The last event at or before an instant; 0 if there is none.
async fn last_until(db: &mut PgConnection, user: UserId, at: Timestamp) -> sqlx::Result<i64> {
    let seq = sqlx::query_scalar!(
        r#"with recursive search (low, high) as (
               select 0::bigint, seq from taskflow.streams where user_id = $1
               union all
               select case when e.created_at <= $2 then middle else low end,
                      case when e.created_at <= $2 then high else middle - 1 end
               from search,
                    lateral (select (low + high + 1) / 2 as middle) as m,
                    lateral (
                        select created_at from taskflow.events
                        where user_id = $1 and seq = middle
                    ) as e
               where low < high
           )
           select low as "low!" from search where low = high"#,
        user.0,
        // Postgres begins in 4713 BC; nothing of ours is older than the epoch.
        at.max(Timestamp::UNIX_EPOCH).to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(seq.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_seq_and_the_rest_an_instant() {
        let read = |text: &str| Moment::try_from(text.to_owned()).ok();
        assert_eq!(read("17"), Some(Moment::Seq(17)));
        assert_eq!(read("99999999999999999999"), Some(Moment::Seq(i64::MAX)));
        let instant = "2026-11-21T09:00:00.000001Z".parse().unwrap();
        assert_eq!(
            read("2026-11-21T10:00:00.000001+01:00"),
            Some(Moment::Instant(instant))
        );
        for text in [
            "",
            "-1",
            "1.5",
            "yesterday",
            "2026-11-21",
            "2026-11-21T09:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
