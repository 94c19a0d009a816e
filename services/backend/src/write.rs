//! The shape of every write: one transaction holds the rows, their events and
//! the idempotency record.
//!
//! ```text
//! let mut write = match Write::begin(&app, ctx, key).await? {
//!     Begun::Fresh(write) => write,
//!     Begun::Answered(reply) => return Ok(reply),
//! };
//! … change rows through `write.tx()`, say what happened by `write.record(…)` …
//! write.commit(reply).await
//! ```

mod allowance;
mod append;
mod consent;
pub(crate) mod idempotency;
mod turns;

pub(crate) use consent::Question;
pub(crate) use turns::{Turn, Turns};

use std::{collections::HashMap, sync::Arc};

use events::{Actor, Cause, ChangeSetId, EventId, Payload};
use jiff::{Timestamp, tz::TimeZone};
use sqlx::{PgConnection, PgTransaction};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    agenda::Alerts,
    app::App,
    ctx::Ctx,
    database,
    error::ApiError,
    event::chain::Hash,
    home::Home,
    http::{
        precondition::IdempotencyKey,
        reply::{CHANGE_SET, Reply},
    },
    relay::status,
};

/// A write in progress. Dropped without [`Write::commit`], it changes nothing.
pub(crate) struct Write {
    tx: PgTransaction<'static>,
    pub(crate) ctx: Ctx,
    /// What the clock says. `ctx.now` is ahead of it while the log is, after a clock that ran
    /// ahead; so it does not say what is due, or too late.
    pub(crate) clock: Timestamp,
    pub(crate) home: Home,
    /// The user's newest `seq` when the write began; nobody else's moves until it ends.
    pub(crate) seq: i64,
    head: Head,
    drafts: Vec<Draft>,
    /// The version that each aggregate has by the drafts.
    versions: HashMap<Uuid, i64>,
    /// The event whose effect is being written or taken back.
    pub(crate) causation: Option<EventId>,
    key: Option<IdempotencyKey>,
    committed: Arc<Notify>,
    // After the transaction: fields are dropped in this order.
    _turn: Turn,
}

/// The end of the user's stream.
struct Head {
    seq: i64,
    hash: Hash,
    salt: Vec<u8>,
}

/// An event before it has its place in the stream.
struct Draft {
    aggregate_id: Uuid,
    version: i64,
    causation: Option<EventId>,
    origin: Origin,
    payload: Payload,
}

/// Who says it and as a part of what: the write's context when the event was recorded.
struct Origin {
    change_set: ChangeSetId,
    actor: Actor,
    cause: Option<Cause>,
    correlation_id: String,
    traceparent: Option<String>,
}

pub(crate) enum Begun {
    Fresh(Box<Write>),
    /// The same request was carried out before; this was its answer.
    Answered(Reply),
}

/// What a request with this key was answered, if it was carried out.
pub(crate) async fn answered(
    app: &App,
    ctx: &Ctx,
    key: &IdempotencyKey,
) -> Result<Option<Reply>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let kept = idempotency::find(&mut db, ctx, key).await?;
    kept.map(|kept| kept.answer(key.request_hash)).transpose()
}

impl Write {
    pub(crate) async fn begin(
        app: &App,
        mut ctx: Ctx,
        key: Option<IdempotencyKey>,
    ) -> Result<Begun, ApiError> {
        if telemetry::faults::enabled("write-needs-broker")
            && status::read(&app.pool).await?.oldest_seconds > 2.0
        {
            return Err(ApiError::TimedOut);
        }
        let turn = match ctx.actor {
            Actor::System => app.turns.take_as_service(ctx.user).await?,
            _ => app.turns.take(ctx.user).await?,
        };
        let mut tx = database::begin(&app.pool).await?;
        if let Some(key) = &key {
            idempotency::claim(&mut tx, &ctx, key).await?;
        }
        // Both rows: a changed time zone must be seen by whoever waited for the lock.
        let stream = sqlx::query!(
            r#"select s.seq, s.at as "at: jiff_sqlx::Timestamp", s.head_hash, s.salt, p.time_zone,
                      p.settings -> 'notifications' as notifications
             from taskflow.streams s join taskflow.profiles p using (user_id)
             where s.user_id = $1
             for update"#,
            ctx.user.0,
        )
        .fetch_optional(&mut *tx)
        .await?
        // The account went between the check of the token and now.
        .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
        if let Some(key) = &key
            && let Some(kept) = idempotency::find(&mut tx, &ctx, key).await?
        {
            return kept.answer(key.request_hash).map(Begun::Answered);
        }
        // Whoever committed meanwhile may have asked later.
        let clock = ctx.now;
        ctx.now = clock.max(stream.at.to_jiff());
        Ok(Begun::Fresh(Box::new(Self {
            tx,
            clock,
            home: Home {
                zone: events::find_zone(&stream.time_zone).unwrap_or(TimeZone::UTC),
                alerts: Alerts::read(stream.notifications.as_ref()),
            },
            seq: stream.seq,
            head: Head {
                seq: stream.seq,
                hash: Hash::try_from(stream.head_hash)
                    .map_err(|_| ApiError::Internal(anyhow::anyhow!("a hash has 32 bytes")))?,
                salt: stream.salt.unwrap_or_default(),
            },
            causation: None,
            drafts: Vec::new(),
            versions: HashMap::new(),
            key,
            committed: Arc::clone(&app.committed),
            _turn: turn,
            ctx,
        })))
    }

    pub(crate) fn tx(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Says what happened to an aggregate; `version` is the one it has afterwards.
    pub(crate) fn record(&mut self, aggregate_id: Uuid, version: i64, payload: Payload) {
        if telemetry::faults::enabled("fold-forgets")
            && matches!(payload, Payload::TaskCompleted(_))
        {
            return;
        }
        self.versions.insert(aggregate_id, version);
        self.drafts.push(Draft {
            aggregate_id,
            version,
            causation: self.causation,
            origin: Origin {
                change_set: self.ctx.change_set,
                actor: self.ctx.actor.clone(),
                cause: self.ctx.cause.clone(),
                correlation_id: self.ctx.correlation_id.clone(),
                traceparent: self.ctx.traceparent.clone(),
            },
            payload,
        });
    }

    /// The version that the events recorded so far give an aggregate.
    pub(crate) fn last_version(&self, aggregate_id: Uuid) -> Option<i64> {
        self.versions.get(&aggregate_id).copied()
    }

    /// How many events the write has so far.
    pub(crate) fn recorded(&self) -> usize {
        self.drafts.len()
    }

    /// What undo takes back of it: none, while nothing has changed or it is only tried.
    pub(crate) fn change_set(&self) -> Option<ChangeSetId> {
        let changes = !self.drafts.is_empty() && !self.ctx.dry_run;
        changes.then_some(self.ctx.change_set)
    }

    /// What changed nothing belongs to no change-set. What is only tried goes no further than here.
    pub(crate) async fn commit(mut self, mut reply: Reply) -> Result<Reply, ApiError> {
        let wrote_events = !self.drafts.is_empty();
        if wrote_events {
            allowance::check(&mut self.tx, &self.ctx, &self.drafts).await?;
            consent::check(&mut self.tx, &self.ctx, &self.drafts).await?;
        }
        if self.ctx.dry_run {
            return Ok(reply);
        }
        if wrote_events {
            reply = reply.header(CHANGE_SET, self.ctx.change_set.to_string());
            append::append(&mut self.tx, &self.ctx, self.head, &self.drafts).await?;
        }
        if let Some(key) = &self.key
            && !telemetry::faults::enabled("key-forgotten")
        {
            idempotency::store(&mut self.tx, &self.ctx, key, &reply).await?;
        }
        self.tx.commit().await?;
        if wrote_events {
            self.committed.notify_one();
        }
        Ok(reply)
    }
}
