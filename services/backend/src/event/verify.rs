//! `verify-log`: whether every event is the one that was written, and none is missing.
//!
//! Each event is hashed again, in order of `seq`; the next one carries what must come out, the
//! head of the stream what must come out last.

use std::{
    fmt,
    time::{Duration, Instant},
};

use events::{Actor, Payload, TokenId};
use futures::{TryStreamExt, stream::BoxStream};
use jiff_sqlx::Timestamp;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::chain::{self, GENESIS, Hash, Link};
use crate::{config::VerifyLogArgs, snapshot};

const PROGRESS: Duration = Duration::from_secs(1);

/// What stays of an erased account's data: the last event's, which are always these.
const FAREWELL: &str = r#"{"changed":[]}"#;

/// What came of it.
#[derive(Debug, Default)]
pub struct LogReport {
    /// Checked in full.
    pub streams: u64,
    pub events: u64,
    /// The first in order of account and `seq`.
    pub broken: Option<BrokenLink>,
}

/// Where a stream is not what was written.
#[derive(Debug, PartialEq, Eq)]
pub struct BrokenLink {
    pub user: Uuid,
    pub seq: i64,
    /// `None` where there is no event.
    pub event: Option<Uuid>,
    pub flaw: Flaw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("the event is missing")]
    Missing,
    #[error("the event's data or another of its fields were changed")]
    Changed,
    #[error("the hash of its predecessor that the event carries was changed")]
    Link,
    #[error("the event was moved here from another place")]
    Moved,
    #[error("the event was added behind the end of the stream")]
    Added,
    #[error("the event, or the stream's head, was changed")]
    Head,
    #[error("the stream is gone")]
    NoStream,
    #[error("the stream does not begin with the creation of its account")]
    Beginning,
    #[error("the event would be published on a topic that is not its type's")]
    Topic,
    #[error("the event's data were erased, but the account exists")]
    Erased,
}

impl fmt::Display for BrokenLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user {}  seq {}  ", self.user, self.seq)?;
        if let Some(event) = self.event {
            write!(f, "event {event}  ")?;
        }
        write!(f, "{}", self.flaw)
    }
}

/// A stream as its own row says it is.
struct Stream {
    user_id: Uuid,
    /// Whether the account is there.
    lives: bool,
    seq: i64,
    /// `None` if an account has no stream.
    head_hash: Option<Vec<u8>>,
    /// `None` if the account was erased.
    salt: Option<Vec<u8>>,
}

struct Row {
    event_id: Uuid,
    user_id: Uuid,
    seq: i64,
    topic: String,
    event_type: String,
    aggregate_id: Uuid,
    version: i64,
    schema: i32,
    data: Option<String>,
    data_hash: Option<Vec<u8>>,
    correlation_id: String,
    causation_id: Option<Uuid>,
    actor_kind: String,
    actor_id: Option<String>,
    token_id: Option<Uuid>,
    change_set_id: Uuid,
    cause: Option<String>,
    /// `None` if it is none that there can be.
    created_at: Option<Timestamp>,
    prev_hash: Vec<u8>,
}

/// Walks every stream, or those of the given accounts, up to the first broken link.
pub async fn verify_log(pool: &PgPool, args: &VerifyLogArgs) -> anyhow::Result<LogReport> {
    let mut one = snapshot::connect(pool).await?;
    let mut other = snapshot::connect(pool).await?;
    let (mut one, mut other) = snapshot::take(&mut one, &mut other, None).await?;
    let users: Vec<Uuid> = args.user.iter().map(|user| user.0).collect();
    let mut streams = streams(&mut one, &users);
    let mut log = Log::read(&mut other, &users).await?;
    while let Some(stream) = streams.try_next().await? {
        if let Some(broken) = log.walk(&stream).await? {
            log.report.broken = Some(broken);
            return Ok(log.report);
        }
        log.report.streams += 1;
    }
    log.report.broken = log.next.as_ref().map(|row| row.broken(Flaw::NoStream));
    Ok(log.report)
}

/// The events of all streams, one after the other.
struct Log<'c> {
    rows: BoxStream<'c, sqlx::Result<Row>>,
    /// The one that was read ahead.
    next: Option<Row>,
    report: LogReport,
    told: Instant,
}

/// How far a stream was walked.
struct Place {
    seq: i64,
    /// What the next event must carry.
    hash: Hash,
    event: Option<Uuid>,
    /// What this event carries.
    prev: Hash,
}

impl<'c> Log<'c> {
    async fn read(db: &'c mut PgConnection, users: &'c [Uuid]) -> sqlx::Result<Self> {
        let mut rows = events(db, users);
        Ok(Self {
            next: rows.try_next().await?,
            rows,
            report: LogReport::default(),
            told: Instant::now(),
        })
    }

    /// Takes the next event, if it is this user's.
    async fn take(&mut self, user: Uuid) -> sqlx::Result<Option<Row>> {
        let Some(row) = self.next.take_if(|row| row.user_id <= user) else {
            return Ok(None);
        };
        self.next = self.rows.try_next().await?;
        self.report.events += 1;
        if self.told.elapsed() >= PROGRESS {
            self.told = Instant::now();
            eprintln!("{} events checked", self.report.events);
        }
        Ok(Some(row))
    }

    async fn walk(&mut self, stream: &Stream) -> sqlx::Result<Option<BrokenLink>> {
        let Some(head_hash) = &stream.head_hash else {
            return Ok(Some(self.gone(stream)));
        };
        let mut place = Place {
            seq: 0,
            hash: GENESIS,
            event: None,
            prev: GENESIS,
        };
        while let Some(row) = self.take(stream.user_id).await? {
            let next = self
                .next
                .as_ref()
                .filter(|next| next.user_id == row.user_id);
            let promised = next.map_or(head_hash, |next| &next.prev_hash);
            match step(stream, &place, &row, promised) {
                Ok(after) => place = after,
                Err(broken) => return Ok(Some(broken)),
            }
        }
        Ok(end(stream, head_hash, &place))
    }

    /// An account without a stream, and the first of its events if it has any.
    fn gone(&self, stream: &Stream) -> BrokenLink {
        let next = self.next.as_ref();
        match next.filter(|row| row.user_id <= stream.user_id) {
            Some(row) => row.broken(Flaw::NoStream),
            None => BrokenLink {
                user: stream.user_id,
                seq: 1,
                event: None,
                flaw: Flaw::NoStream,
            },
        }
    }
}

/// The place after an event. `promised` is what stands behind it as its own hash.
fn step(stream: &Stream, place: &Place, row: &Row, promised: &[u8]) -> Result<Place, BrokenLink> {
    if row.user_id != stream.user_id {
        return Err(row.broken(Flaw::NoStream));
    }
    if row.seq > stream.seq {
        return Err(row.broken(Flaw::Added));
    }
    if row.seq != place.seq + 1 {
        return Err(BrokenLink {
            user: stream.user_id,
            seq: place.seq + 1,
            event: None,
            flaw: Flaw::Missing,
        });
    }
    let hash = row.hash(stream, place.hash);
    if row.prev_hash != place.hash && !telemetry::faults::enabled("links-unchecked") {
        if hash.is_some_and(|hash| hash == *promised) {
            return Err(row.broken(Flaw::Link));
        }
        if promised == place.hash || place.event.is_none() {
            return Err(row.broken(Flaw::Moved));
        }
        return Err(place.broken(stream, Flaw::Changed));
    }
    // Wiped without a gap in the chain, which only the end of an account may do.
    if stream.lives && stream.salt.is_none() && row.data.is_none() {
        return Err(row.broken(Flaw::Erased));
    }
    let hash = hash.ok_or_else(|| row.broken(Flaw::Changed))?;
    if hash == *promised {
        // The chain does not cover what follows from its fields, or that it was begun anew.
        row.check_place()?;
    }
    Ok(Place {
        seq: row.seq,
        hash,
        event: Some(row.event_id),
        prev: place.hash,
    })
}

/// Whether the stream ends where its row says.
fn end(stream: &Stream, head_hash: &[u8], place: &Place) -> Option<BrokenLink> {
    let is_empty = place.seq == 0 && stream.lives;
    if place.seq < stream.seq || is_empty {
        return Some(BrokenLink {
            user: stream.user_id,
            seq: place.seq + 1,
            event: None,
            flaw: Flaw::Missing,
        });
    }
    if head_hash == place.hash {
        return None;
    }
    let flaw = if head_hash == place.prev {
        Flaw::Added
    } else {
        Flaw::Head
    };
    Some(place.broken(stream, flaw))
}

impl Place {
    fn broken(&self, stream: &Stream, flaw: Flaw) -> BrokenLink {
        BrokenLink {
            user: stream.user_id,
            seq: self.seq,
            event: self.event,
            flaw,
        }
    }
}

impl Row {
    fn broken(&self, flaw: Flaw) -> BrokenLink {
        BrokenLink {
            user: self.user_id,
            seq: self.seq,
            event: Some(self.event_id),
            flaw,
        }
    }

    /// Whether the event can stand where it does and travel where it is sent.
    fn check_place(&self) -> Result<(), BrokenLink> {
        let mut types = Payload::TYPES.iter();
        if let Some((_, topic)) = types.find(|(name, _)| *name == self.event_type)
            && topic.name() != self.topic
        {
            return Err(self.broken(Flaw::Topic));
        }
        if self.seq == 1 && self.event_type != "user.created" {
            return Err(self.broken(Flaw::Beginning));
        }
        Ok(())
    }

    /// What the event's hash is if its predecessor's is `prev`; `None` if it is no event that
    /// could have been written.
    fn hash(&self, stream: &Stream, prev: Hash) -> Option<Hash> {
        let token = self.token_id.map(TokenId);
        let actor = Actor::from_parts(&self.actor_kind, self.actor_id.clone(), token)?;
        // What follows a blank is hashed as a token.
        if actor.id().is_some_and(|id| id.contains(' ')) {
            return None;
        }
        let link = Link {
            prev,
            seq: self.seq,
            event_id: self.event_id,
            event_type: &self.event_type,
            aggregate_id: (self.aggregate_id != self.user_id).then_some(self.aggregate_id),
            version: self.version,
            schema: self.schema,
            correlation_id: &self.correlation_id,
            causation_id: self.causation_id,
            actor: &actor,
            change_set_id: self.change_set_id,
            cause: self.cause.as_deref(),
            created_at: self.created_at?.to_jiff(),
            data_hash: self.data_hash(stream)?,
        };
        Some(link.hash())
    }

    /// Data that are there are hashed with the salt; both go when the account is erased, and
    /// the hash alone stays.
    fn data_hash(&self, stream: &Stream) -> Option<Hash> {
        match (&stream.salt, &self.data, &self.data_hash) {
            (Some(salt), Some(data), None) => Some(chain::data_hash(salt, data)),
            (None, None, Some(hash)) => hash.as_slice().try_into().ok(),
            (None, Some(data), Some(hash))
                if self.event_type == "user.deleted" && data == FAREWELL =>
            {
                hash.as_slice().try_into().ok()
            }
            _ => None,
        }
    }
}

fn streams<'c>(db: &'c mut PgConnection, users: &'c [Uuid]) -> BoxStream<'c, sqlx::Result<Stream>> {
    sqlx::query_as!(
        Stream,
        r#"select coalesce(s.user_id, u.id) as "user_id!", u.id is not null as "lives!",
                  coalesce(s.seq, 0) as "seq!", s.head_hash as "head_hash?", s.salt as "salt?"
           from taskflow.streams s full join auth."user" u on u.id = s.user_id
           where ($1::uuid[] = '{}' or coalesce(s.user_id, u.id) = any($1))
           order by coalesce(s.user_id, u.id)"#,
        users,
    )
    .fetch(db)
}

fn events<'c>(db: &'c mut PgConnection, users: &'c [Uuid]) -> BoxStream<'c, sqlx::Result<Row>> {
    sqlx::query_as!(
        Row,
        r#"select event_id, user_id, seq, topic, event_type, aggregate_id, version, schema,
                  data::text as data, data_hash, correlation_id, causation_id, actor_kind,
                  actor_id, token_id, change_set_id, cause::text as cause, prev_hash,
                  case when created_at >= '0001-01-01Z' and created_at < '9999-12-30Z'
                       then created_at end as "created_at?: Timestamp"
           from taskflow.events
           where ($1::uuid[] = '{}' or user_id = any($1)) order by user_id, seq"#,
        users,
    )
    .fetch(db)
}

/// The command: what was found, and an error if a link is broken.
#[expect(clippy::print_stdout, reason = "the answer to a command")]
pub(crate) async fn command(pool: &PgPool, args: &VerifyLogArgs) -> anyhow::Result<()> {
    let report = verify_log(pool, args).await?;
    if let Some(broken) = report.broken {
        println!("{broken}");
        anyhow::bail!("the log is not what was written");
    }
    let (streams, events) = (report.streams, report.events);
    println!("{streams} streams with {events} events checked: every link holds");
    Ok(())
}
