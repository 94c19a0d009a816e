//! Events of the log on their way to the broker, by the bulk.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use events::{Event, Topic};
use jiff_sqlx::Timestamp;
use sidecar::{Message, Sidecar};
use sqlx::types::Json;
use uuid::Uuid;

use crate::event::log::EventRow;

/// Events a bulk holds at most: with more, daprd publishes hardly faster and answers later.
pub(crate) const BATCH: usize = 300;

/// All of an event's row that is published.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) topic: String,
    pub(crate) traceparent: Option<String>,
    pub(crate) event_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) event_type: String,
    pub(crate) aggregate_id: Uuid,
    pub(crate) version: i64,
    pub(crate) schema: i32,
    pub(crate) data: String,
    pub(crate) correlation_id: String,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) token_id: Option<Uuid>,
    pub(crate) change_set_id: Uuid,
    /// As text, because one that cannot be read must not keep the others from being read.
    pub(crate) cause: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// A checked `select` of [`Row`]s of events `e` that are not erased; the rest of the statement
/// begins with `from`.
macro_rules! select {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            crate::relay::batch::Row,
            r#"select e.id, e.topic, e.traceparent, e.event_id, e.user_id, e.seq, e.event_type,
                      e.aggregate_id, e.version, e.schema,
                      coalesce(e.data::text, '') as "data!", e.correlation_id, e.causation_id,
                      e.actor_kind, e.actor_id, e.token_id, e.change_set_id,
                      e.cause::text as cause, e.created_at "#
                + $rest,
            $($argument),*
        )
    };
}
pub(crate) use select;

/// What is published before the next is.
#[derive(Default)]
pub(crate) struct Batch {
    /// Of the rows, not of the events.
    pub(crate) ids: Vec<i64>,
    by_topic: BTreeMap<Topic, Vec<Message>>,
    /// What no consumer could take, whoever publishes it how often.
    pub(crate) unpublishable: Vec<Unpublishable>,
    /// Whether more may wait behind it.
    pub(crate) is_full: bool,
}

/// A row that is no event, or not one that may travel.
#[derive(Debug)]
pub(crate) struct Unpublishable {
    pub(crate) id: i64,
    /// Never quotes the event.
    pub(crate) cause: String,
}

impl Batch {
    pub(crate) fn of(rows: Vec<Row>) -> Self {
        let mut batch = Self {
            is_full: rows.len() == BATCH,
            ..Self::default()
        };
        for row in rows {
            let id = row.id;
            match message(row) {
                Ok((topic, message)) => {
                    batch.ids.push(id);
                    batch.by_topic.entry(topic).or_default().push(message);
                }
                Err(error) => batch.unpublishable.push(Unpublishable {
                    id,
                    cause: format!("{error:#}"),
                }),
            }
        }
        batch
    }

    /// One bulk in flight: several at once overtake each other.
    pub(crate) async fn publish(&self, sidecar: &Sidecar) -> anyhow::Result<()> {
        for (topic, messages) in &self.by_topic {
            sidecar.publish(*topic, messages).await?;
        }
        Ok(())
    }
}

fn message(row: Row) -> anyhow::Result<(Topic, Message)> {
    let topic = Topic::from_name(&row.topic)
        .with_context(|| format!("there is no topic `{}`", row.topic))?;
    let cause = row.cause.as_deref().map(serde_json::from_str).transpose();
    let cause = cause.map_err(|error| anyhow!("its cause: {}", events::complaint(&error)))?;
    let traceparent = row.traceparent;
    let event = Event::try_from(EventRow {
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
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        token_id: row.token_id,
        change_set_id: row.change_set_id,
        cause: cause.map(Json),
        created_at: row.created_at,
    })?;
    let message = Message {
        id: event.id,
        key: event.user_id,
        event_type: event.payload.event_type().to_owned(),
        body: event.encode()?.into(),
        traceparent,
    };
    Ok((topic, message))
}
