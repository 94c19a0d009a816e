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
pub(super) const BATCH: usize = 300;

/// Holds the lock on a connection of its own, over which it also reads and removes: when the
/// connection goes, so does the leadership.
pub(super) struct Leader {
    db: PgConnection,
    /// Only with the planted fault `relay-cursor`.
    cursor: i64,
}

/// A row of the outbox with its event.
struct Waiting {
    id: i64,
    topic: String,
    traceparent: Option<String>,
    event: EventRow,
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
        // statistics catch up.
        db.execute("set enable_seqscan = off").await?;
        Ok(Some(Self { db, cursor: 0 }))
    }

    /// Publishes the next batch; how many events it had.
    pub(super) async fn publish_next(&mut self, sidecar: &Sidecar) -> anyhow::Result<usize> {
        let waiting = self.next().await?;
        let count = waiting.len();
        if let Some(last) = waiting.last() {
            self.cursor = last.id;
        }
        let mut by_topic: BTreeMap<Topic, (Vec<i64>, Vec<Message>)> = BTreeMap::new();
        for row in waiting {
            let topic = Topic::from_name(&row.topic)
                .with_context(|| format!("event {} has an unknown topic", row.id))?;
            let (ids, messages) = by_topic.entry(topic).or_default();
            ids.push(row.id);
            messages.push(message(row)?);
        }
        // One bulk in flight: several at once overtake each other.
        for (topic, (ids, messages)) in by_topic {
            sidecar.publish(topic, &messages).await?;
            self.remove(&ids).await?;
        }
        Ok(count)
    }

    async fn next(&mut self) -> sqlx::Result<Vec<Waiting>> {
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
               from (select id from taskflow.outbox where id > $2 order by id limit $1) o
               join taskflow.events e on e.id = o.id
               order by o.id"#,
            i64::try_from(BATCH).unwrap_or(i64::MAX),
            after,
        )
        .fetch_all(&mut self.db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Waiting {
                id: row.id,
                topic: row.topic,
                traceparent: row.traceparent,
                event: EventRow {
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
                },
            })
            .collect())
    }

    async fn remove(&mut self, ids: &[i64]) -> sqlx::Result<()> {
        sqlx::query!("delete from taskflow.outbox where id = any($1)", ids)
            .execute(&mut self.db)
            .await?;
        Ok(())
    }
}

fn message(row: Waiting) -> anyhow::Result<Message> {
    let id = row.id;
    let event = Event::try_from(row.event).with_context(|| format!("event {id} cannot be read"))?;
    Ok(Message {
        id: event.id,
        key: event.user_id,
        event_type: event.payload.event_type().to_owned(),
        body: event
            .encode()
            .with_context(|| format!("event {id} cannot be published"))?
            .into(),
        traceparent: row.traceparent,
    })
}
