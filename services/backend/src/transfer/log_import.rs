//! A log that was exported, taken in: the same events, the same state.
//!
//! The account's own first events (that it was created, and perhaps its address changed, and its
//! time zone, which the app sets when somebody signs up) give way to those of the log: it is the
//! only place where events are removed, and only from an account that nothing else was ever
//! written to. What comes in is history: it is not published again, and whoever listens finds it
//! by the cursor.

use std::io::Error;

use axum::{body::Bytes, http::StatusCode};
use events::{Topic, UserId};
use futures::Stream;
use jiff_sqlx::ToSqlx;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use sqlx::{Executor, PgTransaction, error::DatabaseError};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio_util::io::StreamReader;
use uuid::Uuid;

use super::{
    check::Checks,
    import::Imported,
    line::{Entry, Footer, Header, Text, VERSION, link_text},
    pace::unread,
    refusal::wrong,
    words,
};
use crate::{
    app::App,
    ctx::Ctx,
    database,
    error::ApiError,
    event::chain::{self, Hash, hex},
    http::{
        precondition::{IdempotencyKey, RequestLine},
        reply::Reply,
    },
    projection::{self, rows::Written},
    write::{
        Turn,
        idempotency::{self, Kept},
    },
};

/// Events that are written at once.
const BATCH: usize = 500;

/// Longer than any line of an export; one without an end is refused.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;

/// Editors write it; it says nothing.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) async fn import(
    app: &App,
    ctx: &Ctx,
    line: RequestLine,
    query: &str,
    body: impl Stream<Item = Result<Bytes, Error>> + Unpin,
) -> Result<Reply, ApiError> {
    let mut lines = Lines::new(query, StreamReader::new(body));
    let salt = salt(&lines.required().await?.parse()?)?;
    let (mut lock, kept) = lock(app, ctx, line.key_without_body()?).await?;
    if let Some(kept) = kept {
        drop(lock);
        // Whether it is the same file is known at its end.
        while lines.next().await?.is_some() {}
        return kept.answer(line.hash(lines.hash()));
    }
    empty(&mut lock.tx, ctx.user).await?;
    let mut log = Log::new(app, ctx, salt, lock);
    let footer: Footer = loop {
        let line = lines.required().await?;
        if line.text.starts_with(br#"{"events""#) {
            log.settle(line.number).await?;
            break line.parse()?;
        }
        if line.text.starts_with(br#"{"text""#) {
            log.settle(line.number).await?;
            log.take_text(&line.parse()?, line.number).await?;
        } else {
            log.take(line.parse()?, line.number).await?;
        }
    };
    if (footer.events, footer.texts) != (log.seq, log.texts) {
        let why = format!(
            "it counts {} events and {} texts, and {} and {} came",
            footer.events, footer.texts, log.seq, log.texts
        );
        return Err(wrong(lines.number, why));
    }
    if lines.next().await?.is_some() {
        return Err(wrong(lines.number, "nothing may follow the last line"));
    }
    log.finish(line.key(lines.hash())?).await
}

/// The account's stream, which nobody else writes to meanwhile.
struct Lock {
    tx: PgTransaction<'static>,
    // After the transaction: fields are dropped in this order.
    _turn: Turn,
}

/// A log on its way in.
struct Log<'a> {
    ctx: &'a Ctx,
    /// Events that it may have.
    limit: u64,
    lock: Lock,
    salt: Vec<u8>,
    seq: i64,
    hash: Hash,
    checks: Checks,
    batch: Vec<Checked>,
    /// The rows that the events made, when all of them have come.
    written: Option<Written>,
    texts: i64,
}

/// An event that may be written, and what it carries.
struct Checked {
    entry: Entry,
    topic: Topic,
    prev: Hash,
}

/// Locks the account's stream; with what was answered to a request with this key before.
async fn lock(
    app: &App,
    ctx: &Ctx,
    key: Option<IdempotencyKey>,
) -> Result<(Lock, Option<Kept>), ApiError> {
    let turn = app.turns.take(ctx.user).await?;
    let mut tx = database::begin(&app.pool).await?;
    if let Some(key) = &key {
        idempotency::claim(&mut tx, ctx, key).await?;
    }
    sqlx::query!(
        "select seq from taskflow.streams where user_id = $1 for update",
        ctx.user.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let kept = match &key {
        Some(key) => idempotency::find(&mut tx, ctx, key).await?,
        None => None,
    };
    Ok((Lock { tx, _turn: turn }, kept))
}

/// Empties the account's stream, if nothing but the account itself is in it.
async fn empty(tx: &mut PgTransaction<'static>, user: UserId) -> Result<(), ApiError> {
    let is_empty = sqlx::query_scalar!(
        r#"select not exists (
               select from taskflow.events
               where user_id = $1
                 and (event_type not like 'user.%'
                      or actor_kind <> 'system'
                         and data ->> 'changed' is distinct from '["time_zone"]')
           ) as "is_empty!""#,
        user.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    if !is_empty {
        return Err(ApiError::Conflict(
            "This account is not empty; import the log into a new one".to_owned(),
        ));
    }
    // The client decides how fast the lines come, and their number how long the folding takes.
    for setting in [
        "set local idle_in_transaction_session_timeout = '2min'",
        "set local statement_timeout = '10min'",
    ] {
        tx.execute(setting).await?;
    }
    sqlx::query!(
        "with gone as (delete from taskflow.events where user_id = $1 returning id)
         delete from taskflow.outbox using gone where outbox.id = gone.id",
        user.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl<'a> Log<'a> {
    fn new(app: &App, ctx: &'a Ctx, salt: Vec<u8>, lock: Lock) -> Self {
        Self {
            ctx,
            limit: app.import_events,
            lock,
            salt,
            seq: 0,
            hash: chain::GENESIS,
            checks: Checks::new(ctx.now),
            batch: Vec::new(),
            written: None,
            texts: 0,
        }
    }

    async fn take(&mut self, entry: Entry, line: u64) -> Result<(), ApiError> {
        if self.written.is_some() {
            return Err(wrong(line, "an event cannot follow a text"));
        }
        let hash = entry.link(self.hash, &self.salt);
        if hex(&hash) != entry.hash && !telemetry::faults::enabled("chain-unchecked") {
            return Err(wrong(line, "its hash does not fit what it says"));
        }
        if entry.seq != self.seq + 1 {
            let why = format!("event {} follows event {}", entry.seq, self.seq);
            return Err(wrong(line, why));
        }
        if entry.seq.unsigned_abs() > self.limit {
            return Err(ApiError::TooLong { limit: self.limit });
        }
        let topic = self.checks.take(&entry, line)?;
        let prev = self.hash;
        (self.seq, self.hash) = (entry.seq, hash);
        self.batch.push(Checked { entry, topic, prev });
        if self.batch.len() == BATCH {
            self.write().await?;
        }
        Ok(())
    }

    /// Writes what has come.
    async fn write(&mut self) -> Result<(), ApiError> {
        if telemetry::faults::enabled("import-in-parts") {
            self.lock.tx.execute("commit; begin").await?;
        }
        let batch = std::mem::take(&mut self.batch);
        let entries = || batch.iter().map(|checked| &checked.entry);
        let column = |of: fn(&Entry) -> String| entries().map(of).collect::<Vec<_>>();
        let optional = |of: fn(&Entry) -> Option<String>| entries().map(of).collect::<Vec<_>>();
        let user = self.ctx.user.0;
        let topics = batch.iter().map(|checked| checked.topic.name().to_owned());
        let topics: Vec<String> = topics.collect();
        let ids: Vec<Uuid> = entries().map(|entry| entry.event_id).collect();
        let seqs: Vec<i64> = entries().map(|entry| entry.seq).collect();
        let aggregates: Vec<Uuid> = entries()
            .map(|entry| entry.aggregate_id.unwrap_or(user))
            .collect();
        let versions: Vec<i64> = entries().map(|entry| entry.version).collect();
        let schemas: Vec<i32> = entries().map(|entry| entry.schema).collect();
        let causations: Vec<Option<Uuid>> = entries().map(|entry| entry.causation_id).collect();
        let tokens: Vec<Option<Uuid>> = entries()
            .map(|entry| entry.actor.token_of_run().map(|token| token.0))
            .collect();
        let change_sets: Vec<Uuid> = entries().map(|entry| entry.change_set_id).collect();
        let times: Vec<jiff_sqlx::Timestamp> =
            entries().map(|entry| entry.timestamp.to_sqlx()).collect();
        let prev_hashes: Vec<Vec<u8>> = batch.iter().map(|checked| checked.prev.to_vec()).collect();
        sqlx::query!(
            "insert into taskflow.events
                (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
                 correlation_id, causation_id, actor_kind, actor_id, token_id, change_set_id, cause,
                 created_at, prev_hash)
             select d.event_id, $1, d.seq, d.topic, d.event_type, d.aggregate_id, d.version,
                    d.schema, d.data::json, d.correlation_id, d.causation_id, d.actor_kind,
                    d.actor_id, d.token_id, d.change_set_id, d.cause::json, d.created_at,
                    d.prev_hash
             from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::bigint[],
                         $8::int[], $9::text[], $10::text[], $11::uuid[], $12::text[], $13::text[],
                         $14::uuid[], $15::uuid[], $16::text[], $17::timestamptz[], $18::bytea[])
                 as d (event_id, seq, topic, event_type, aggregate_id, version, schema, data,
                       correlation_id, causation_id, actor_kind, actor_id, token_id, change_set_id,
                       cause, created_at, prev_hash)
             order by d.seq",
            user,
            &ids,
            &seqs,
            &topics,
            &column(|entry| entry.event_type.clone()),
            &aggregates,
            &versions,
            &schemas,
            &column(|entry| entry.data.get().to_owned()),
            &column(|entry| entry.correlation_id.clone()),
            &causations as _,
            &column(|entry| entry.actor.kind().to_owned()),
            &optional(|entry| entry.actor.id().map(ToOwned::to_owned)) as _,
            &tokens as _,
            &change_sets,
            &optional(|entry| entry.cause.as_ref().map(|cause| cause.get().to_owned())) as _,
            &times[..] as _,
            &prev_hashes,
        )
        .execute(&mut *self.lock.tx)
        .await?;
        Ok(())
    }

    /// Makes the rows that the log stands for, once all events have come; `line` follows them.
    async fn settle(&mut self, line: u64) -> Result<(), ApiError> {
        if self.written.is_some() {
            return Ok(());
        }
        self.checks.end(line)?;
        self.write().await?;
        let user = self.ctx.user;
        let again = sqlx::query_scalar!(
            r#"select seq as "seq!" from (
                   select seq, event_id = lag(event_id) over (order by event_id, seq) as again
                   from taskflow.events where user_id = $1
               ) as events
               where again order by seq limit 1"#,
            user.0,
        )
        .fetch_optional(&mut *self.lock.tx)
        .await?;
        if let Some(seq) = again {
            let line = seq.unsigned_abs() + 1;
            return Err(wrong(line, "its `event_id` was there before"));
        }
        sqlx::query!(
            "update taskflow.streams set seq = $2, head_hash = $3, at = $4, salt = $5 where user_id = $1",
            user.0,
            self.seq,
            &self.hash,
            self.checks.at.to_sqlx() as _,
            self.salt,
        )
        .execute(&mut *self.lock.tx)
        .await?;
        let written =
            projection::rows::write(&mut self.lock.tx, user, self.seq, self.ctx.now).await;
        self.written = Some(written.map_err(|error| broken(error, line))?);
        Ok(())
    }

    /// Gives a row the text that the log does not hold.
    async fn take_text(&mut self, text: &Text, line: u64) -> Result<(), ApiError> {
        let hash = link_text(self.hash, &text.text);
        if hex(&hash) != text.hash && !telemetry::faults::enabled("chain-unchecked") {
            return Err(wrong(line, "its hash does not fit what it says"));
        }
        self.hash = hash;
        self.texts += 1;
        let words = serde_json::from_str(text.text.get())
            .map_err(|error| wrong(line, events::complaint(&error)))?;
        let written = words::write(&mut self.lock.tx, self.ctx.user, words).await;
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(wrong(
                line,
                "no line before tells of what it is the text of",
            )),
            Err(ApiError::Invalid { detail, .. }) => Err(wrong(line, detail)),
            Err(error) => Err(error),
        }
    }

    async fn finish(mut self, key: Option<IdempotencyKey>) -> Result<Reply, ApiError> {
        let Some(written) = self.written else {
            return Err(ApiError::Internal(anyhow::anyhow!("no rows were made")));
        };
        let imported = Imported {
            events: self.seq.unsigned_abs(),
            tasks: written.tasks,
            projects: written.projects,
            warnings: Vec::new(),
        };
        let reply = Reply::json(StatusCode::OK, &imported)?;
        if let Some(key) = &key {
            idempotency::store(&mut self.lock.tx, self.ctx, key, &reply).await?;
        }
        self.lock.tx.commit().await?;
        Ok(reply)
    }
}

/// What the hashes of a log are salted with.
fn salt(header: &Header) -> Result<Vec<u8>, ApiError> {
    if !(1..=VERSION).contains(&header.taskflow_export) {
        let version = header.taskflow_export;
        let why = format!("this version cannot read an export of version {version}");
        return Err(wrong(1, why));
    }
    unhex(&header.salt).ok_or_else(|| wrong(1, "`salt` is not hexadecimal"))
}

/// The event that cannot follow what stands before it is on the line after its number. What only
/// the tables refuse, such as the same reminder on two tasks, is on no line of its own: the last
/// one is named.
fn broken(error: ApiError, last: u64) -> ApiError {
    let ApiError::Internal(source) = error else {
        return error;
    };
    let source = match source.downcast::<projection::Broken>() {
        Ok(broken) => return wrong(broken.seq + 1, &broken),
        Err(source) => source,
    };
    match source.downcast_ref::<sqlx::Error>().map(is_refusal) {
        Some(true) => wrong(last, "what the lines before say cannot all be"),
        _ => ApiError::Internal(source),
    }
}

/// Of values or of what they point at (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

/// As [`hex`] writes it, and in no other way: it comes out again as it came in.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let (bytes, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    bytes
        .iter()
        .map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?))
        .collect()
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// The first of a file has the number 1.
struct Line<'a> {
    number: u64,
    text: &'a [u8],
}

impl Line<'_> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(self.text)
            .map_err(|error| wrong(self.number, events::complaint(&error)))
    }
}

/// A body cut into lines as it comes.
struct Lines<R> {
    body: R,
    line: Vec<u8>,
    /// Of the line that was given last.
    number: u64,
    /// Of what the query asks, and of all that has come.
    hash: Sha256,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    fn new(query: &str, body: R) -> Self {
        Self {
            body,
            line: Vec::new(),
            number: 0,
            hash: Sha256::new().chain_update(query).chain_update([0]),
        }
    }

    fn hash(self) -> [u8; 32] {
        self.hash.finalize().into()
    }

    async fn required(&mut self) -> Result<Line<'_>, ApiError> {
        let number = self.number + 1;
        match self.next().await? {
            Some(line) => Ok(line),
            None => Err(wrong(number, "the file ends before its last line")),
        }
    }

    async fn next(&mut self) -> Result<Option<Line<'_>>, ApiError> {
        self.line.clear();
        let mut body = (&mut self.body).take(MAX_LINE_BYTES);
        let read = body.read_until(b'\n', &mut self.line).await;
        read.map_err(|error| unread(&error))?;
        self.hash.update(&self.line);
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
            self.line.drain(..BYTE_ORDER_MARK.len());
        }
        if self.line.pop() != Some(b'\n') {
            return Err(wrong(self.number, "it is too long, or has no end"));
        }
        Ok(Some(Line {
            number: self.number,
            text: &self.line,
        }))
    }
}
