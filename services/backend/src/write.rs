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

mod append;
mod idempotency;

pub(crate) use idempotency::KEPT_HOURS;

use std::sync::Arc;

use events::Payload;
use jiff::tz::TimeZone;
use sqlx::{PgConnection, PgTransaction};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::{
        precondition::IdempotencyKey,
        reply::{CHANGE_SET, Reply},
    },
};

/// A write in progress. Dropped without [`Write::commit`], it changes nothing.
pub(crate) struct Write {
    tx: PgTransaction<'static>,
    pub(crate) ctx: Ctx,
    /// The user's own zone.
    pub(crate) zone: TimeZone,
    /// The user's newest `seq` when the write began; nobody else's moves until it ends.
    pub(crate) seq: i64,
    drafts: Vec<Draft>,
    key: Option<IdempotencyKey>,
    committed: Arc<Notify>,
}

/// An event before it has its place in the stream.
struct Draft {
    aggregate_id: Uuid,
    version: i64,
    payload: Payload,
}

pub(crate) enum Begun {
    Fresh(Box<Write>),
    /// The same request was carried out before; this was its answer.
    Answered(Reply),
}

impl Write {
    pub(crate) async fn begin(
        app: &App,
        ctx: Ctx,
        key: Option<IdempotencyKey>,
    ) -> Result<Begun, ApiError> {
        let mut tx = app.pool.begin().await?;
        if let Some(key) = &key {
            idempotency::claim(&mut tx, &ctx, key).await?;
        }
        // Both rows: a changed time zone must be seen by whoever waited for the lock.
        let stream = sqlx::query!(
            "select s.seq, p.time_zone
             from taskflow.streams s join taskflow.profiles p using (user_id)
             where s.user_id = $1
             for update",
            ctx.user.0,
        )
        .fetch_optional(&mut *tx)
        .await?
        // The account went between the check of the token and now.
        .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
        if let Some(key) = &key
            && let Some(reply) = idempotency::find(&mut tx, &ctx, key).await?
        {
            return Ok(Begun::Answered(reply));
        }
        Ok(Begun::Fresh(Box::new(Self {
            tx,
            zone: events::find_zone(&stream.time_zone).unwrap_or(TimeZone::UTC),
            seq: stream.seq,
            drafts: Vec::new(),
            key,
            committed: Arc::clone(&app.committed),
            ctx,
        })))
    }

    pub(crate) fn tx(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Says what happened to an aggregate; `version` is the one it has afterwards.
    pub(crate) fn record(&mut self, aggregate_id: Uuid, version: i64, payload: Payload) {
        self.drafts.push(Draft {
            aggregate_id,
            version,
            payload,
        });
    }

    /// How many events the write has so far.
    pub(crate) fn recorded(&self) -> usize {
        self.drafts.len()
    }

    pub(crate) async fn commit(mut self, reply: Reply) -> Result<Reply, ApiError> {
        let reply = reply.header(CHANGE_SET, self.ctx.change_set.to_string());
        let wrote_events = !self.drafts.is_empty();
        if wrote_events {
            append::append(&mut self.tx, &self.ctx, &self.drafts).await?;
        }
        if let Some(key) = &self.key {
            idempotency::store(&mut self.tx, &self.ctx, key, &reply).await?;
        }
        self.tx.commit().await?;
        if wrote_events {
            self.committed.notify_one();
        }
        Ok(reply)
    }
}
