//! What comes off the tables for one app.

use std::collections::VecDeque;

use async_trait::async_trait;
use futures::{FutureExt, future::select_all};
use sidecar::{BoxError, Group, Incoming, Record, Source};
use sqlx::PgPool;
use tokio::sync::{Mutex, watch};

use super::Bus;

/// Messages that are read at once.
const PAGE: i64 = 256;

/// The tables have no partitions.
const PARTITION: i32 = 0;

pub(super) struct Tables {
    pool: PgPool,
    /// None where no position is kept.
    app_id: Option<String>,
    reading: Mutex<Reading>,
}

struct Reading {
    topics: Vec<Topic>,
    /// Read and not handed out yet.
    page: VecDeque<Incoming>,
}

struct Topic {
    name: &'static str,
    /// The first that has not been read.
    next: i64,
    head: watch::Receiver<i64>,
}

impl Tables {
    pub(super) async fn open(
        bus: &Bus,
        app_id: &str,
        group: Group,
        names: &[&'static str],
    ) -> sqlx::Result<Self> {
        let mut topics = Vec::new();
        for &name in names {
            topics.push(Topic {
                name,
                next: match group {
                    Group::Shared => left_off(&bus.pool, app_id, name).await?,
                    Group::Everything => behind_the_newest(&bus.pool, name).await?,
                },
                head: bus.heads.of(name).subscribe(),
            });
        }
        Ok(Self {
            pool: bus.pool.clone(),
            app_id: (group == Group::Shared).then(|| app_id.to_owned()),
            reading: Mutex::new(Reading {
                topics,
                page: VecDeque::new(),
            }),
        })
    }
}

/// Where an app goes on; it is known from now on, so nothing is swept away before it.
async fn left_off(pool: &PgPool, app_id: &str, topic: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into bus.positions as p (app_id, topic, position) values ($1, $2, 1)
         on conflict (app_id, topic) do update set position = p.position
         returning p.position",
        app_id,
        topic
    )
    .fetch_one(pool)
    .await
}

async fn behind_the_newest(pool: &PgPool, topic: &str) -> sqlx::Result<i64> {
    let head = sqlx::query_scalar!("select head from bus.topics where topic = $1", topic)
        .fetch_optional(pool)
        .await?;
    Ok(head.unwrap_or(0) + 1)
}

#[async_trait]
impl Source for Tables {
    async fn next(&self) -> Result<Incoming, BoxError> {
        let mut reading = self.reading.lock().await;
        loop {
            if let Some(incoming) = reading.page.pop_front() {
                return Ok(incoming);
            }
            let at = reading.grown().await;
            let Topic { name, next, head } = &reading.topics[at];
            let (name, from, head) = (*name, *next, *head.borrow());
            let (page, next) = read(&self.pool, name, from, head).await?;
            reading.topics[at].next = next;
            reading.page = page;
            // Each topic in its turn.
            reading.topics.rotate_left(at + 1);
        }
    }

    async fn commit(&self, topic: &str, _partition: i32, position: i64) -> Result<(), BoxError> {
        let Some(app_id) = self.app_id.as_deref() else {
            return Ok(());
        };
        // A process that is on its way out may be behind the one that follows it.
        sqlx::query!(
            "update bus.positions set position = $3
             where app_id = $1 and topic = $2 and position < $3",
            app_id,
            topic,
            position
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl Reading {
    /// Waits for a topic with something new, and says which.
    async fn grown(&mut self) -> usize {
        let waiting = self.topics.iter_mut().map(|topic| {
            let next = topic.next;
            async move { topic.head.wait_for(|head| next <= *head).await.is_ok() }.boxed()
        });
        let (_, at, _) = select_all(waiting).await;
        at
    }
}

/// A page, and where the one after it begins. Positions that were swept away are passed over.
async fn read(
    pool: &PgPool,
    topic: &'static str,
    from: i64,
    head: i64,
) -> sqlx::Result<(VecDeque<Incoming>, i64)> {
    let rows = sqlx::query!(
        "select position, key, value from bus.messages
         where topic = $1 and position >= $2 order by position limit $3",
        topic,
        from,
        PAGE
    )
    .fetch_all(pool)
    .await?;
    let next = rows.last().map_or(head, |row| row.position) + 1;
    let page = rows.into_iter().map(|row| Incoming {
        topic,
        partition: PARTITION,
        position: row.position,
        record: Record {
            key: row.key,
            value: row.value.into(),
        },
    });
    Ok((page.collect(), next))
}
