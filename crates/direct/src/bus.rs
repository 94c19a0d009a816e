//! Topics as tables, for a process that has no broker.
//!
//! Messages of a topic have positions without gaps, drawn under a lock that is held until commit,
//! so a consumer's position says all about what it has handled. What every app has handled is
//! deleted; what nobody takes is kept as long as Kafka would.

mod source;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sidecar::{BoxError, Broker, Group, Record, Source};
use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use source::Tables;

/// How often topics are looked at that somebody else may have published to: a command beside
/// this process, or this process in a life before.
const POLL: Duration = Duration::from_secs(1);

/// Looks between two sweeps.
const SWEEP_EVERY: u32 = 60;

/// Topics in the database. Clones share it.
#[derive(Clone)]
pub struct Bus {
    pool: PgPool,
    heads: Heads,
}

/// The newest position of each topic, as far as it is known here.
#[derive(Clone, Default)]
struct Heads(Arc<Mutex<HashMap<String, watch::Sender<i64>>>>);

impl Heads {
    fn of(&self, topic: &str) -> watch::Sender<i64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(topic.to_owned()).or_default().clone()
    }

    fn reached(&self, topic: &str, position: i64) {
        self.of(topic).send_if_modified(|head| {
            let grown = *head < position;
            *head = position.max(*head);
            grown
        });
    }
}

impl Bus {
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            heads: Heads::default(),
        }
    }

    /// Looks for what others publish and sweeps away what is over. Never ends.
    pub async fn keep(self) {
        let mut looks = interval(POLL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for look in 1_u32.. {
            looks.tick().await;
            let kept = match look % SWEEP_EVERY {
                0 => self.sweep().await,
                _ => self.look().await,
            };
            if let Err(error) = kept {
                tracing::warn!(error = %error, "The tables of the bus do not answer");
            }
        }
    }

    async fn look(&self) -> sqlx::Result<()> {
        let topics = sqlx::query!("select topic, head from bus.topics")
            .fetch_all(&self.pool)
            .await?;
        for row in topics {
            self.heads.reached(&row.topic, row.head);
        }
        Ok(())
    }

    async fn sweep(&self) -> sqlx::Result<()> {
        // A minute, for those who take everything and keep no position. What somebody takes waits
        // for them however long they sleep.
        sqlx::query!(
            "delete from bus.messages m
             where published_at < now() - interval '1 minute'
                   and position < (select min(position) from bus.positions p where p.topic = m.topic)
                or published_at < now() - interval '7 days'
                   and not exists (select from bus.positions p where p.topic = m.topic)"
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!("delete from bus.state where expires_at <= now()")
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Broker for Bus {
    async fn publish(&self, topic: &str, records: &[Record]) -> Result<(), BoxError> {
        let keys: Vec<_> = records.iter().map(|record| record.key.clone()).collect();
        let values: Vec<_> = records.iter().map(|record| record.value.to_vec()).collect();
        let head = sqlx::query_scalar!(
            r#"with topic as (
                 insert into bus.topics as t (topic, head) values ($1, $2)
                 on conflict (topic) do update set head = t.head + $2
                 returning head
             ), written as (
                 insert into bus.messages (topic, position, key, value)
                 select $1, topic.head - $2 + n, key, value
                 from topic, unnest($3::text[], $4::bytea[]) with ordinality as new (key, value, n)
             )
             select head as "head!" from topic"#,
            topic,
            i64::try_from(records.len())?,
            &keys as _,
            &values,
        )
        .fetch_one(&self.pool)
        .await?;
        self.heads.reached(topic, head);
        Ok(())
    }

    /// What an app takes no longer would otherwise be kept for it for ever.
    async fn keep_only(&self, app_id: &str, topics: &[&'static str]) -> Result<(), BoxError> {
        let topics: Vec<_> = topics.iter().map(|&topic| topic.to_owned()).collect();
        sqlx::query!(
            "delete from bus.positions where app_id = $1 and topic <> all($2)",
            app_id,
            &topics
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn subscribe(
        &self,
        app_id: &str,
        group: Group,
        topics: &[&'static str],
        begun: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Box<dyn Source>, BoxError> {
        let tables = Tables::open(self, app_id, group, topics).await?;
        if group == Group::Everything {
            begun();
        }
        Ok(Box::new(tables))
    }

    async fn check(&self) -> Result<(), BoxError> {
        sqlx::query_scalar!(r#"select 1 as "one!""#)
            .fetch_one(&self.pool)
            .await?;
        Ok(())
    }
}
