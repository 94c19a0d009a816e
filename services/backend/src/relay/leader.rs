//! The one relay that publishes.

use sidecar::Sidecar;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    aside,
    batch::{self, BATCH, Batch},
    lease::{self, BEAT, LEASE, LOCK},
};

/// Holds the lock on a connection of its own, over which it also reads and removes: when the
/// connection goes, so does the leadership.
pub(super) struct Leader {
    db: PgConnection,
    /// When it last asked for anything, and so still led.
    seen: Instant,
    /// Only with the planted fault `relay-cursor`.
    cursor: i64,
}

impl Leader {
    /// `None` when somebody else leads.
    pub(super) async fn elect(pool: &PgPool) -> sqlx::Result<Option<Self>> {
        if !lease::is_vacant(pool).await? {
            return Ok(None);
        }
        let seen = Instant::now();
        let mut db = pool.acquire().await?.detach();
        let elected = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "won!""#, LOCK)
            .fetch_one(&mut db)
            .await?;
        if !elected {
            db.close().await?;
            return Ok(None);
        }
        // A removal that a crash of Postgres takes back is published twice, which consumers
        // expect; not waiting for the disk makes room for another batch.
        db.execute("set synchronous_commit = off").await?;
        // A plan made while the log was short would read all of it for every batch, until
        // statistics catch up: events are looked up one by one.
        db.execute(
            "set enable_seqscan = off; set enable_mergejoin = off; set enable_hashjoin = off",
        )
        .await?;
        let cursor = 0;
        Ok(Some(Self { db, seen, cursor }))
    }

    /// Publishes what waits. While one bulk is on its way, the one before is removed and, with a
    /// backlog, the next is read.
    pub(super) async fn drain(&mut self, sidecar: &Sidecar) -> anyhow::Result<()> {
        let mut published: Vec<i64> = Vec::new();
        let mut next = Some(self.next(&[]).await?);
        while let Some(batch) = next {
            self.still_leads().await?;
            let arrived = CancellationToken::new();
            let (sent, ahead) = tokio::join!(
                async {
                    let _arrived = arrived.clone().drop_guard();
                    batch.publish(sidecar).await
                },
                async {
                    self.remove(&published).await?;
                    let ahead = if batch.is_full {
                        Some(self.next(&batch.ids).await?)
                    } else {
                        None
                    };
                    self.beat_until(&arrived).await?;
                    anyhow::Ok(ahead)
                }
            );
            // What was read meanwhile is read again after the retry.
            sent?;
            published = batch.ids;
            next = ahead?;
        }
        self.remove(&published).await?;
        Ok(())
    }

    /// Whoever was away for a while, such as with a machine that slept, asks before it publishes.
    async fn still_leads(&mut self) -> sqlx::Result<()> {
        if self.seen.elapsed() > LEASE / 2 {
            self.beat().await?;
        }
        Ok(())
    }

    /// A broker that is down answers late; followers must see that the leader lives.
    async fn beat_until(&mut self, arrived: &CancellationToken) -> sqlx::Result<()> {
        while timeout(BEAT, arrived.cancelled()).await.is_err() {
            self.beat().await?;
        }
        Ok(())
    }

    async fn beat(&mut self) -> sqlx::Result<()> {
        self.seen = Instant::now();
        self.db.execute("select").await.map(drop)
    }

    /// The first that wait and are not `in_flight`: no cursor, so that nobody is passed over.
    async fn next(&mut self, in_flight: &[i64]) -> sqlx::Result<Batch> {
        let after = if telemetry::faults::enabled("relay-cursor") {
            self.cursor
        } else {
            0
        };
        self.seen = Instant::now();
        let rows = batch::select!(
            "from (select id from taskflow.outbox where id > $2 and id <> all($3)
                   order by id limit $1) o
             join taskflow.events e on e.id = o.id
             order by o.id",
            i64::try_from(BATCH).unwrap_or(i64::MAX),
            after,
            in_flight,
        )
        .fetch_all(&mut self.db)
        .await?;
        self.cursor = rows.last().map_or(self.cursor, |row| row.id);
        let batch = Batch::of(rows);
        for row in &batch.unpublishable {
            aside::put(&mut self.db, row).await?;
        }
        Ok(batch)
    }

    async fn remove(&mut self, ids: &[i64]) -> sqlx::Result<()> {
        if !ids.is_empty() {
            sqlx::query!("delete from taskflow.outbox where id = any($1)", ids)
                .execute(&mut self.db)
                .await?;
        }
        Ok(())
    }
}
