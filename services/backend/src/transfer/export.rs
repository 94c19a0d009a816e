//! `GET /export`

use std::collections::VecDeque;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use events::{Actor, Payload, TokenId, UserId};
use futures::{Stream, stream};
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::PgPool;

use super::{
    line::{Entry, Footer, Header, Text, VERSION, link_text},
    words::{self, Spoken},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    event::{
        chain::{self, Hash, hex},
        log::{self, EventRow},
    },
};

/// Events that are read at once, unless they are large. A slow client holds no connection
/// meanwhile.
const PAGE: i64 = 1_000;

/// Texts that are read at once, which are longer.
const TEXTS: usize = 32;

/// The account's whole log, one event a line, oldest first, and then what was said in conversations.
/// `POST /import` makes of it the same state and the same log in another account.
#[utoipa::path(
    get, path = "/export", tag = "transfer", operation_id = "export",
    responses(
        (status = 200, content_type = "application/x-ndjson", body = String),
        (status = 401, body = Problem),
    )
)]
pub(crate) async fn export(State(app): State<App>, ctx: Ctx) -> Result<Response, ApiError> {
    let stream = sqlx::query!(
        r#"select seq, head_hash, salt as "salt!" from taskflow.streams where user_id = $1"#,
        ctx.user.0,
    )
    .fetch_one(&app.pool)
    .await?;
    let export = Export {
        pool: app.pool,
        user: ctx.user,
        salt: stream.salt,
        last: stream.seq,
        head: stream.head_hash,
        seq: 0,
        hash: chain::GENESIS,
        spoken: VecDeque::new(),
        texts: 0,
        part: Part::Header,
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"taskflow.ndjson\""),
        ),
    ];
    Ok((headers, Body::from_stream(export.parts())).into_response())
}

/// An export as far as it has come.
struct Export {
    pool: PgPool,
    user: UserId,
    salt: Vec<u8>,
    /// Where the log ended when the export began.
    last: i64,
    /// The hash that must come out there.
    head: Vec<u8>,
    seq: i64,
    hash: Hash,
    /// What the events so far tell of without its text.
    spoken: VecDeque<Spoken>,
    texts: i64,
    part: Part,
}

#[derive(Clone, Copy)]
enum Part {
    Header,
    Events,
    Texts,
    Footer,
    End,
}

impl Export {
    fn parts(self) -> impl Stream<Item = Result<Bytes, anyhow::Error>> {
        stream::try_unfold(self, async |mut export| {
            Ok(export.next().await?.map(|bytes| (bytes, export)))
        })
    }

    async fn next(&mut self) -> anyhow::Result<Option<Bytes>> {
        let mut text = Vec::new();
        match self.part {
            Part::Header => {
                let header = Header {
                    taskflow_export: VERSION,
                    salt: hex(&self.salt),
                };
                line(&mut text, &header)?;
                self.part = Part::Events;
            }
            Part::Events => {
                self.page(&mut text).await?;
                if self.seq == self.last {
                    // Hashed anew, a log that was changed would look like one that was not.
                    anyhow::ensure!(
                        self.hash[..] == self.head[..],
                        "the log was changed; `verify-log` says where"
                    );
                    self.part = Part::Texts;
                }
            }
            Part::Texts => {
                self.texts(&mut text).await?;
                if self.spoken.is_empty() {
                    self.part = Part::Footer;
                }
            }
            Part::Footer => {
                let footer = Footer {
                    events: self.seq,
                    texts: self.texts,
                };
                line(&mut text, &footer)?;
                self.part = Part::End;
            }
            Part::End => return Ok(None),
        }
        Ok(Some(text.into()))
    }

    async fn page(&mut self, text: &mut Vec<u8>) -> anyhow::Result<()> {
        let mut db = self.pool.acquire().await?;
        let limit = PAGE.min(self.last - self.seq);
        let page = log::after(&mut db, self.user, self.seq, limit, &[]).await?;
        drop(db);
        anyhow::ensure!(!page.rows.is_empty(), "the account went during its export");
        for row in page.rows {
            let mut entry = entry(row)?;
            self.spoken.extend(spoken(&entry)?);
            self.hash = entry.link(self.hash, &self.salt);
            self.seq = entry.seq;
            entry.hash = hex(&self.hash);
            if telemetry::faults::enabled("export-forgets") {
                entry.causation_id = None;
            }
            line(text, &entry)?;
        }
        Ok(())
    }

    /// What the log does not hold. What was lost, has no line.
    async fn texts(&mut self, text: &mut Vec<u8>) -> anyhow::Result<()> {
        let some = self.spoken.len().min(TEXTS);
        let some: Vec<Spoken> = self.spoken.drain(..some).collect();
        let mut db = self.pool.acquire().await?;
        let found = words::read(&mut db, self.user, &some).await?;
        drop(db);
        for words in found {
            let words = serde_json::value::to_raw_value(&words)?;
            self.hash = link_text(self.hash, &words);
            self.texts += 1;
            let said = Text {
                text: words,
                hash: hex(&self.hash),
            };
            line(text, &said)?;
        }
        Ok(())
    }
}

/// What an event tells of without its text.
fn spoken(entry: &Entry) -> anyhow::Result<Option<Spoken>> {
    let id = entry.aggregate_id.unwrap_or_default();
    Ok(match entry.event_type.as_str() {
        "conversation.created" => Some(Spoken::Conversation(id)),
        "tool.called" => Some(Spoken::ToolCall(id)),
        "message.added" => {
            let mut data = serde_json::Deserializer::from_str(entry.data.get());
            let schema = entry.schema.unsigned_abs();
            match Payload::read(schema, &entry.event_type, &mut data)? {
                Payload::MessageAdded(state) => Some(Spoken::Message(state.message_id.0)),
                _ => None,
            }
        }
        _ => None,
    })
}

fn entry(row: EventRow) -> anyhow::Result<Entry> {
    let token = row.token_id.map(TokenId);
    let actor = Actor::from_parts(&row.actor_kind, row.actor_id, token);
    Ok(Entry {
        seq: row.seq,
        event_id: row.event_id,
        event_type: row.event_type,
        aggregate_id: (row.aggregate_id != row.user_id).then_some(row.aggregate_id),
        version: row.version,
        schema: row.schema,
        timestamp: row.created_at.to_jiff(),
        correlation_id: row.correlation_id,
        causation_id: row.causation_id,
        actor: actor.ok_or_else(|| anyhow::anyhow!("an event has an unknown actor"))?,
        change_set_id: row.change_set_id,
        cause: chain::cause_text(row.cause.as_deref())?
            .map(RawValue::from_string)
            .transpose()?,
        data: RawValue::from_string(row.data)?,
        hash: String::new(),
    })
}

fn line(text: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *text, value)?;
    text.push(b'\n');
    Ok(())
}
