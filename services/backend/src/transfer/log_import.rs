//! A log that was exported, taken in: the same events, the same state.
//!
//! The account's own first events (that it was created, and perhaps its address changed) give
//! way to those of the log: it is the only place where events are removed, and only from an
//! account that nothing else was ever written to. What comes in is history: it is not published
//! again, and whoever listens finds it by the cursor.

use std::collections::HashSet;

use axum::body::Bytes;
use events::{Payload, Topic};
use futures::{Stream, TryStreamExt};
use jiff_sqlx::ToSqlx;
use serde::de::DeserializeOwned;
use sqlx::{Executor, PgTransaction};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio_util::io::StreamReader;
use uuid::Uuid;

use super::{
    import::Imported,
    line::{Entry, Footer, Header, VERSION},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    event::chain::{self, Hash, hex},
    projection,
    write::Turn,
};

/// Events that are written at once.
const BATCH: usize = 500;

/// Longer than any event; a line without an end is refused.
const MAX_LINE_BYTES: u64 = 256 * 1024;

pub(super) async fn import(
    app: &App,
    ctx: &Ctx,
    body: impl Stream<Item = Result<Bytes, axum::Error>> + Unpin,
) -> Result<Imported, ApiError> {
    let mut log = begin(app, ctx).await?;
    let mut lines = Lines::new(StreamReader::new(body.map_err(std::io::Error::other)));
    log.open(&lines.required().await?.parse()?)?;
    let footer: Footer = loop {
        let line = lines.required().await?;
        if line.text.starts_with(br#"{"events""#) {
            break line.parse()?;
        }
        log.take(line.parse()?, line.number).await?;
    };
    if footer.events != log.seq {
        let why = format!("it counts {} events, and {} came", footer.events, log.seq);
        return Err(damaged(lines.number, why));
    }
    if lines.next().await?.is_some() {
        return Err(damaged(lines.number, "nothing may follow the last line"));
    }
    log.finish().await
}

/// A log on its way in.
struct Log<'a> {
    ctx: &'a Ctx,
    tx: PgTransaction<'static>,
    salt: Vec<u8>,
    seq: i64,
    hash: Hash,
    at: jiff::Timestamp,
    ids: HashSet<Uuid>,
    batch: Vec<(Entry, Hash)>,
    // After the transaction: fields are dropped in this order.
    _turn: Turn,
}

/// Locks the account's stream and empties it, if nothing but the account itself is in it.
async fn begin<'a>(app: &App, ctx: &'a Ctx) -> Result<Log<'a>, ApiError> {
    let turn = app.turns.take(ctx.user).await?;
    let mut tx = app.pool.begin().await?;
    sqlx::query!(
        "select seq from taskflow.streams where user_id = $1 for update",
        ctx.user.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let is_empty = sqlx::query_scalar!(
        r#"select not exists (
               select from taskflow.events where user_id = $1 and topic <> $2
           ) as "is_empty!""#,
        ctx.user.0,
        Topic::Users.name(),
    )
    .fetch_one(&mut *tx)
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
        ctx.user.0,
    )
    .execute(&mut *tx)
    .await?;
    Ok(Log {
        ctx,
        tx,
        salt: Vec::new(),
        seq: 0,
        hash: chain::GENESIS,
        at: jiff::Timestamp::UNIX_EPOCH,
        ids: HashSet::new(),
        batch: Vec::new(),
        _turn: turn,
    })
}

impl Log<'_> {
    fn open(&mut self, header: &Header) -> Result<(), ApiError> {
        if header.taskflow_export != VERSION {
            let version = header.taskflow_export;
            return Err(damaged(
                1,
                format!("this version cannot read an export of version {version}"),
            ));
        }
        self.salt = unhex(&header.salt).ok_or_else(|| damaged(1, "`salt` is not hexadecimal"))?;
        Ok(())
    }

    async fn take(&mut self, entry: Entry, line: u64) -> Result<(), ApiError> {
        let hash = entry.link(self.hash, &self.salt);
        if hex(&hash) != entry.hash && !telemetry::faults::enabled("chain-unchecked") {
            return Err(damaged(line, "its hash does not fit what it says"));
        }
        if entry.seq != self.seq + 1 {
            let why = format!("event {} follows event {}", entry.seq, self.seq);
            return Err(damaged(line, why));
        }
        if entry.timestamp < self.at {
            return Err(damaged(line, "it is older than the line before"));
        }
        if !self.ids.insert(entry.event_id) {
            return Err(damaged(line, "its `event_id` was there before"));
        }
        let prev = self.hash;
        (self.seq, self.hash, self.at) = (entry.seq, hash, entry.timestamp);
        self.batch.push((entry, prev));
        if self.batch.len() == BATCH {
            self.write(line).await?;
        }
        Ok(())
    }

    /// Writes what has come, of which `line` is the last.
    async fn write(&mut self, line: u64) -> Result<(), ApiError> {
        let batch = std::mem::take(&mut self.batch);
        let first = line + 1 - batch.len() as u64;
        let mut topics = Vec::new();
        for (number, (entry, _)) in (first..).zip(&batch) {
            topics.push(topic(entry, number)?.name().to_owned());
        }
        let column =
            |of: fn(&Entry) -> String| batch.iter().map(|(entry, _)| of(entry)).collect::<Vec<_>>();
        let optional = |of: fn(&Entry) -> Option<String>| {
            batch.iter().map(|(entry, _)| of(entry)).collect::<Vec<_>>()
        };
        let user = self.ctx.user.0;
        let ids: Vec<Uuid> = batch.iter().map(|(entry, _)| entry.event_id).collect();
        let seqs: Vec<i64> = batch.iter().map(|(entry, _)| entry.seq).collect();
        let aggregates: Vec<Uuid> = batch
            .iter()
            .map(|(entry, _)| entry.aggregate_id.unwrap_or(user))
            .collect();
        let versions: Vec<i64> = batch.iter().map(|(entry, _)| entry.version).collect();
        let schemas: Vec<i32> = batch.iter().map(|(entry, _)| entry.schema).collect();
        let causations: Vec<Option<Uuid>> =
            batch.iter().map(|(entry, _)| entry.causation_id).collect();
        let change_sets: Vec<Uuid> = batch.iter().map(|(entry, _)| entry.change_set_id).collect();
        let times: Vec<jiff_sqlx::Timestamp> = batch
            .iter()
            .map(|(entry, _)| entry.timestamp.to_sqlx())
            .collect();
        let prev_hashes: Vec<Vec<u8>> = batch.iter().map(|(_, prev)| prev.to_vec()).collect();
        sqlx::query!(
            "insert into taskflow.events
                (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
                 correlation_id, causation_id, actor_kind, actor_id, change_set_id, cause,
                 created_at, prev_hash)
             select d.event_id, $1, d.seq, d.topic, d.event_type, d.aggregate_id, d.version,
                    d.schema, d.data::json, d.correlation_id, d.causation_id, d.actor_kind,
                    d.actor_id, d.change_set_id, d.cause::json, d.created_at, d.prev_hash
             from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::bigint[],
                         $8::int[], $9::text[], $10::text[], $11::uuid[], $12::text[], $13::text[],
                         $14::uuid[], $15::text[], $16::timestamptz[], $17::bytea[])
                 as d (event_id, seq, topic, event_type, aggregate_id, version, schema, data,
                       correlation_id, causation_id, actor_kind, actor_id, change_set_id, cause,
                       created_at, prev_hash)
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
            &change_sets,
            &optional(|entry| entry.cause.as_ref().map(|cause| cause.get().to_owned())) as _,
            &times[..] as _,
            &prev_hashes,
        )
        .execute(&mut *self.tx)
        .await
        .map_err(|error| refused(error, first, line))?;
        Ok(())
    }

    /// Makes the rows that the log stands for.
    async fn finish(mut self) -> Result<Imported, ApiError> {
        let last = u64::try_from(self.seq).unwrap_or_default() + 1;
        self.write(last).await?;
        let user = self.ctx.user;
        sqlx::query!(
            "update taskflow.streams set seq = $2, head_hash = $3, at = $4, salt = $5 where user_id = $1",
            user.0,
            self.seq,
            &self.hash,
            self.at.to_sqlx() as _,
            self.salt,
        )
        .execute(&mut *self.tx)
        .await?;
        let imported = projection::rows::write(&mut self.tx, user, self.seq)
            .await
            .map_err(broken)?;
        self.tx.commit().await?;
        Ok(Imported {
            events: self.seq.unsigned_abs(),
            tasks: imported.tasks,
            projects: imported.projects,
            warnings: Vec::new(),
        })
    }
}

/// Where an event travels, from its type; its data must be readable.
fn topic(entry: &Entry, line: u64) -> Result<Topic, ApiError> {
    let mut data = serde_json::Deserializer::from_str(entry.data.get());
    let schema = entry.schema.unsigned_abs();
    let payload = Payload::read(schema, &entry.event_type, &mut data)
        .map_err(|error| damaged(line, format!("its data: {}", events::complaint(&error))))?;
    if matches!(payload, Payload::UserDeleted(_)) {
        return Err(damaged(line, "it is the log of a deleted account"));
    }
    payload.topic().ok_or_else(|| {
        let why = format!("this version knows no event `{}`", entry.event_type);
        damaged(line, why)
    })
}

fn damaged(line: u64, why: impl std::fmt::Display) -> ApiError {
    ApiError::invalid(format!("line {line}"), format!("Line {line}: {why}"))
}

/// What a log says that cannot be: two events with the same version, for example.
fn refused(error: sqlx::Error, first: u64, last: u64) -> ApiError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() || database.is_check_violation() => {
            ApiError::invalid(
                format!("line {first}"),
                format!("Lines {first} to {last}: two events claim the same place"),
            )
        }
        _ => error.into(),
    }
}

/// The event that cannot follow what stands before it is on the line after its number.
fn broken(error: ApiError) -> ApiError {
    match error {
        ApiError::Internal(source) => match source.downcast::<projection::Broken>() {
            Ok(broken) => damaged(broken.seq + 1, &broken),
            Err(source) => ApiError::Internal(source),
        },
        error => error,
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// The first of a file has the number 1.
struct Line<'a> {
    number: u64,
    text: &'a [u8],
}

impl Line<'_> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(self.text)
            .map_err(|error| damaged(self.number, events::complaint(&error)))
    }
}

/// A body cut into lines as it comes.
struct Lines<R> {
    body: R,
    line: Vec<u8>,
    /// Of the line that was given last.
    number: u64,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    const fn new(body: R) -> Self {
        Self {
            body,
            line: Vec::new(),
            number: 0,
        }
    }

    async fn required(&mut self) -> Result<Line<'_>, ApiError> {
        let number = self.number + 1;
        match self.next().await? {
            Some(line) => Ok(line),
            None => Err(damaged(number, "the file ends before its last line")),
        }
    }

    async fn next(&mut self) -> Result<Option<Line<'_>>, ApiError> {
        self.line.clear();
        let mut body = (&mut self.body).take(MAX_LINE_BYTES);
        let read = body.read_until(b'\n', &mut self.line).await;
        read.map_err(|_| ApiError::Malformed("The body could not be read".to_owned()))?;
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if self.line.pop() != Some(b'\n') {
            return Err(damaged(self.number, "it is too long, or has no end"));
        }
        Ok(Some(Line {
            number: self.number,
            text: &self.line,
        }))
    }
}
