//! The one relay that publishes.

use std::collections::BTreeMap;

use anyhow::Context;
use events::{Actor, Event, Topic};
use serde_json::Value;
use sidecar::{Message, Sidecar};
use sqlx::{Connection, Executor, PgConnection, PgPool, types::Json};

use crate::event::log::EventRow;

/// Any number that nothing else in the database locks.
pub(super) const LOCK: i64 = 0x7461_736b_666c_6f77;

/// Events a bulk holds at most: with more, daprd publishes hardly faster and answers later.
const BATCH: usize = 300;

/// Holds the lock on a connection of its own, over which it also reads and removes: when the
/// connection goes, so does the leadership.
pub(super) struct Leader {
    db: PgConnection,
    /// Only with the planted fault `relay-cursor`.
    cursor: i64,
}

impl Leader {
    /// `None` when somebody else leads.
    pub(super) async fn elect(pool: &PgPool) -> sqlx::Result<Option<Self>> {
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
        Ok(Some(Self { db, cursor: 0 }))
    }

    /// Publishes what waits. With a backlog, while one bulk is on its way, the one before is
    /// removed and the next is read.
    pub(super) async fn drain(&mut self, sidecar: &Sidecar) -> anyhow::Result<()> {
        let mut published: Vec<i64> = Vec::new();
        let mut batch = self.next(&[]).await?;
        while batch.ids.len() == BATCH {
            let (sent, next) = tokio::join!(batch.publish(sidecar), async {
                self.remove(&published).await?;
                self.next(&batch.ids).await
            });
            // What was read meanwhile is read again after the retry.
            sent?;
            published = batch.ids;
            batch = next?;
        }
        batch.publish(sidecar).await?;
        published.append(&mut batch.ids);
        self.remove(&published).await?;
        Ok(())
    }

    /// The first that wait and are not `in_flight`: no cursor, so that nobody is passed over.
    async fn next(&mut self, in_flight: &[i64]) -> anyhow::Result<Batch> {
        let after = if telemetry::faults::enabled("relay-cursor") {
            self.cursor
        } else {
            0
        };
        let rows = sqlx::query!(
            r#"select o.id, e.topic, e.traceparent, e.event_id, e.user_id, e.seq, e.event_type,
                      e.aggregate_id, e.version, e.schema, e.data as "data: Value",
                      e.correlation_id, e.causation_id, e.actor as "actor: Json<Actor>",
                      e.change_set_id, e.created_at
               from (select id from taskflow.outbox where id > $2 and id <> all($3)
                     order by id limit $1) o
               join taskflow.events e on e.id = o.id
               order by o.id"#,
            i64::try_from(BATCH).unwrap_or(i64::MAX),
            after,
            in_flight,
        )
        .fetch_all(&mut self.db)
        .await?;
        self.cursor = rows.last().map_or(self.cursor, |row| row.id);
        let mut batch = Batch::default();
        for row in rows {
            batch.ids.push(row.id);
            let topic = Topic::from_name(&row.topic)
                .with_context(|| format!("event {} has an unknown topic", row.id))?;
            let event = EventRow {
                event_id: row.event_id,
                user_id: row.user_id,
                seq: row.seq,
                event_type: row.event_type,
                aggregate_id: row.aggregate_id,
                version: row.version,
                schema: row.schema,
                data: row.data,
                correlation_id: row.correlation_id,
                causation_id: row.causation_id,
                actor: row.actor,
                change_set_id: row.change_set_id,
                created_at: row.created_at,
            };
            let message = message(event, row.traceparent)
                .with_context(|| format!("event {} cannot be published", row.id))?;
            batch.by_topic.entry(topic).or_default().push(message);
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

/// What is published before the next is.
#[derive(Default)]
struct Batch {
    ids: Vec<i64>,
    by_topic: BTreeMap<Topic, Vec<Message>>,
}

impl Batch {
    /// One bulk in flight: several at once overtake each other.
    async fn publish(&self, sidecar: &Sidecar) -> anyhow::Result<()> {
        for (topic, messages) in &self.by_topic {
            sidecar.publish(*topic, messages).await?;
        }
        Ok(())
    }
}

fn message(row: EventRow, traceparent: Option<String>) -> anyhow::Result<Message> {
    let event = Event::try_from(row)?;
    Ok(Message {
        id: event.id,
        key: event.user_id,
        event_type: event.payload.event_type().to_owned(),
        body: event.encode()?.into(),
        traceparent,
    })
}
