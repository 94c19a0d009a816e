//! Who leads, and for how long without a sign of life.
//!
//! The lock is the leadership, and Postgres notes when the session that holds it last asked for
//! anything: that is the heartbeat. A leader that is frozen, or that the network has swallowed,
//! keeps its session and asks for nothing; a follower ends the session, and with it the lock.

use std::time::Duration;

use sqlx::{PgPool, postgres::types::PgInterval};

/// Any number that nothing else in the database locks.
pub(super) const LOCK: i64 = 0x7461_736b_666c_6f77;

/// A leader that was silent for longer has lost its place.
pub(super) const LEASE: Duration = Duration::from_secs(10);

/// How often a leader asks for something at least, whatever it waits for.
pub(super) const BEAT: Duration = Duration::from_secs(1);

/// How long the end of a session may take.
const END_MS: i64 = 2_000;

/// Whether the place is free; a leader that is silent for too long loses it now.
pub(super) async fn is_vacant(pool: &PgPool) -> sqlx::Result<bool> {
    let lease = PgInterval::try_from(LEASE).map_err(sqlx::Error::Encode)?;
    // A bigint key is split over classid and objid.
    let leader = sqlx::query!(
        r#"select a.pid as "pid!",
                  case when a.state_change < clock_timestamp() - $2::interval
                       then pg_terminate_backend(a.pid, $3) end as ended
           from pg_locks l join pg_stat_activity a using (pid)
           where l.locktype = 'advisory' and l.granted and l.objsubid = 1
             and l.database = (select oid from pg_database where datname = current_database())
             and (l.classid::bigint << 32 | l.objid::bigint) = $1"#,
        LOCK,
        lease,
        END_MS,
    )
    .fetch_optional(pool)
    .await?;
    let Some(leader) = leader else {
        return Ok(true);
    };
    if let Some(ended) = leader.ended {
        let pid = leader.pid;
        tracing::warn!("the relay's leader, session {pid}, was silent for {LEASE:?} and is ended");
        return Ok(ended);
    }
    Ok(false)
}
