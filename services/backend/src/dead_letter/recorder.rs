//! Records what no handler could take, from every `*.dlq` topic, with its cause.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use events::{Event, Topic};
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use sidecar::{CallError, Delivery, Outcome, PUBSUB, RawHandler, Sidecar, Subscription};
use sqlx::PgPool;
use uuid::Uuid;

/// Letters that daprd hands over at once, and how long it gathers them.
const LETTERS: u32 = 16;
const MAX_AWAIT: Duration = Duration::from_millis(500);

/// One subscription for each dead-letter topic.
pub(crate) fn subscriptions(pool: &PgPool, sidecar: &Sidecar) -> Vec<Subscription> {
    let recorder: Arc<dyn RawHandler> = Arc::new(Recorder {
        pool: pool.clone(),
        sidecar: sidecar.clone(),
    });
    Topic::ALL
        .into_iter()
        .map(|topic| Subscription::raw(PUBSUB, topic.dead_letter_name(), Arc::clone(&recorder)))
        .map(|subscription| subscription.bulk(LETTERS, MAX_AWAIT).in_any_order())
        .collect()
}

struct Recorder {
    pool: PgPool,
    sidecar: Sidecar,
}

/// What can be said about a letter, whatever it is.
#[derive(Default)]
struct Letter {
    event_id: Option<Uuid>,
    event_type: Option<String>,
    user_id: Option<Uuid>,
    handler: Option<String>,
    cause: String,
}

#[async_trait]
impl RawHandler for Recorder {
    async fn handle(&self, delivery: Delivery) -> Outcome {
        let Some(topic) = Topic::from_dead_letter_name(&delivery.topic) else {
            return Outcome::Retry(format!("`{}` is not a dead-letter topic", delivery.topic));
        };
        let letter = match self.describe(topic, &delivery).await {
            Ok(letter) => letter,
            Err(error) => {
                tracing::warn!(error = %error, "could not learn why a letter was refused");
                return Outcome::Retry("the state store did not answer".to_owned());
            }
        };
        match self.record(topic, &delivery, letter).await {
            Ok(()) => Outcome::Done,
            Err(error) => {
                tracing::warn!(error = %error, "could not record a dead letter");
                Outcome::Retry("the database did not answer".to_owned())
            }
        }
    }
}

impl Recorder {
    /// The cause that the handler gave, or else what is wrong with the letter itself.
    async fn describe(&self, topic: Topic, delivery: &Delivery) -> Result<Letter, CallError> {
        let cloud_event = match delivery.cloud_event() {
            Ok(cloud_event) => cloud_event,
            Err(error) => {
                return Ok(Letter {
                    cause: format!("not a CloudEvent: {}", events::complaint(&error)),
                    ..Letter::default()
                });
            }
        };
        let said = self
            .sidecar
            .dead_letter_cause(topic.name(), &cloud_event.id)
            .await?;
        let handler = said.as_ref().map(|said| said.handler.clone());
        let data = serde_json::to_vec(&cloud_event.data).unwrap_or_default();
        Ok(match Event::decode(&data) {
            Ok(event) => Letter {
                event_id: Some(event.id.0),
                event_type: Some(event.payload.event_type().to_owned()),
                user_id: Some(event.user_id.0),
                handler,
                cause: said.map_or_else(
                    || "delivered again and again without success".to_owned(),
                    |said| said.cause,
                ),
            },
            Err(error) => Letter {
                event_id: cloud_event.id.parse().ok(),
                event_type: Some(cloud_event.event_type),
                // Whose it claims to be: it has to go with that account.
                user_id: cloud_event.data["user_id"]
                    .as_str()
                    .and_then(|user| user.parse().ok()),
                handler,
                cause: said.map_or_else(|| error.to_string(), |said| said.cause),
            },
        })
    }

    async fn record(&self, topic: Topic, delivery: &Delivery, letter: Letter) -> sqlx::Result<()> {
        // A letter comes once from every replica that refused it, and again from each after a
        // replay that failed: only what was replayed and is back waits anew.
        let recorded = sqlx::query!(
            "with letter as (
                insert into taskflow.dead_letters as d
                    (id, topic, event_id, event_type, user_id, handler, cause, payload,
                     payload_hash, received_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                on conflict (topic, payload_hash) do update
                    set state = 'waiting', handler = excluded.handler, cause = excluded.cause
                    where d.state = 'replayed'
                returning id
            )
            insert into taskflow.dead_letter_history (letter_id, at, what, why, by)
            select id, $10, 'failed', $7, $6 from letter",
            Uuid::now_v7(),
            topic.name(),
            letter.event_id,
            letter.event_type.as_deref().map(storable),
            letter.user_id,
            letter.handler,
            storable(&letter.cause),
            &delivery.data[..],
            &Sha256::digest(&delivery.data)[..],
            telemetry::clock::now().to_sqlx(),
        )
        .execute(&self.pool)
        .await?;
        if recorded.rows_affected() > 0 {
            metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "dead_letter")
                .increment(1);
            tracing::error!(
                topic = topic.name(),
                event_type = letter.event_type,
                cause = letter.cause,
                status = "failure",
                "recorded a dead letter"
            );
        }
        Ok(())
    }
}

/// A letter may say anything; Postgres has no U+0000.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
