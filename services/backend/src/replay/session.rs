//! How far a replay has come, so that it goes on there after whatever ended it.

use anyhow::bail;
use sqlx::{Connection, Executor, PgConnection, PgPool};

/// Where a replay is.
pub(super) struct Position {
    /// Every selected event up to this id is published.
    pub(super) done: i64,
    /// The newest event when it first began.
    pub(super) until: i64,
    pub(super) published: i64,
}

/// Holds a lock on a connection of its own: the same replay does not run twice at once.
pub(super) struct Session {
    db: PgConnection,
    key: [u8; 32],
}

impl Session {
    /// Begins, or goes on with what was interrupted.
    pub(super) async fn begin(
        pool: &PgPool,
        key: &[u8; 32],
        restart: bool,
    ) -> anyhow::Result<(Self, Position)> {
        let mut db = pool.acquire().await?.detach();
        // A narrow selection may have to look at much of the log for one bulk. A position that
        // a crash of Postgres takes back is published again, which consumers expect.
        db.execute("set statement_timeout = 0; set synchronous_commit = off")
            .await?;
        // As for the relay: without fresh statistics, a plan would read and sort all that is left
        // of the log for every bulk.
        db.execute(
            "set enable_seqscan = off; set enable_bitmapscan = off; \
             set enable_mergejoin = off; set enable_hashjoin = off",
        )
        .await?;
        let won = sqlx::query_scalar!(
            r#"select pg_try_advisory_lock(hashtextextended(encode($1, 'hex'), 0)) as "won!""#,
            key,
        )
        .fetch_one(&mut db)
        .await?;
        if !won {
            db.close().await?;
            bail!("the same replay is running already");
        }
        if restart {
            sqlx::query!("delete from taskflow.replays where key = $1", key)
                .execute(&mut db)
                .await?;
        }
        sqlx::query!(
            "insert into taskflow.replays (key, done, until)
             select $1, 0, coalesce(max(id), 0) from taskflow.events
             on conflict do nothing",
            key,
        )
        .execute(&mut db)
        .await?;
        let position = sqlx::query_as!(
            Position,
            "select done, until, published from taskflow.replays where key = $1",
            key,
        )
        .fetch_one(&mut db)
        .await?;
        Ok((Self { db, key: *key }, position))
    }

    pub(super) fn db(&mut self) -> &mut PgConnection {
        &mut self.db
    }

    pub(super) async fn advance(&mut self, done: i64, published: i64) -> sqlx::Result<()> {
        sqlx::query!(
            "update taskflow.replays set done = $2, published = $3 where key = $1",
            &self.key,
            done,
            published,
        )
        .execute(&mut self.db)
        .await?;
        Ok(())
    }

    /// Forgets the replay: the next one begins anew.
    pub(super) async fn finish(mut self) -> sqlx::Result<()> {
        sqlx::query!("delete from taskflow.replays where key = $1", &self.key)
            .execute(&mut self.db)
            .await?;
        self.db.close().await
    }
}
