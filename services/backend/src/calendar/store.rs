//! Which tasks a calendar shows.

use events::UserId;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;

use crate::task::{self, model::Task};

/// Tasks that a feed holds at most, the soonest.
const MOST: i64 = 1_000;

/// Bytes of descriptions that it holds; the tasks after them go without.
const MOST_DESCRIBED: i64 = 2 * 1024 * 1024;

/// What has been overdue for longer, nobody looks for in a calendar.
const OVERDUE: SignedDuration = SignedDuration::from_hours(90 * 24);

pub(super) async fn open_with_due(
    db: &mut PgConnection,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<Vec<Task>> {
    task::store::open_with_due(db, user, now - OVERDUE, MOST, MOST_DESCRIBED).await
}
