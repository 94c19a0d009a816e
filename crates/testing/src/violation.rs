//! What the checks find. A planted fault must be answered with one of these, and with
//! nothing else: an error of another kind says that the check itself broke.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, bail};
use events::UserId;
use uuid::Uuid;

use crate::database::LogRow;
use crate::kafka::Record;
use crate::{Heard, Site};

/// A promise was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Violation {
    #[error("event {seq} ({event_type}) never came; {got}")]
    Missing {
        seq: i64,
        event_type: String,
        got: String,
    },
    #[error("{0} came again")]
    Repeated(String),
    #[error("{0} came out of order")]
    OutOfOrder(String),
    #[error("{0} is not what the log says")]
    Altered(String),
    #[error("{0} is not this user's, or not an event at all")]
    Foreign(String),
    #[error("{what} was answered with {status}")]
    Answered { what: String, status: String },
    #[error("rows of another user changed: {0}")]
    Changed(String),
    #[error("nobody has agreed to this: {0}")]
    Unasked(String),
    #[error("{0} was overwritten, although somebody had changed it since")]
    Overwritten(String),
    #[error("the relay passed over an event: {0}")]
    Unpublished(String),
    #[error("log and tables do not agree: {0}")]
    Unfolded(String),
    #[error("said to have arrived, and did not: {0}")]
    Lost(String),
    #[error("no dead letter: {0}")]
    NoDeadLetter(String),
    #[error("{0} was killed, and left something behind")]
    Halved(String),
    #[error("{0} was carried out again")]
    Redone(String),
    #[error("{0} failed, although nothing that it needs was broken")]
    Failed(String),
    #[error("the text of a deleted account is still in {0}")]
    Remembered(String),
}

/// Passes if, and only if, a check has found what it is there to find.
pub fn must_be_found(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.is::<Violation>() => {
            eprintln!("found: {error:#}");
            Ok(())
        }
        Err(error) => Err(error.context("the check broke instead of finding the planted fault")),
        Ok(()) => bail!(
            "the check passed although a fault was planted; were the services built with the \
             feature planted-faults, as `cargo xtask test` does?"
        ),
    }
}

/// What a user's client heard must be exactly the rows of their log after `since`, each once
/// and in order, and besides them nothing but a `ready` that promises so.
pub async fn heard_exactly(site: &Site, user: UserId, since: u64, heard: &[Heard]) -> Result<()> {
    let log = site.database.log(&[user]).await?;
    Ok(compare(heard, &log, i64::try_from(since)?)?)
}

fn compare(heard: &[Heard], log: &[LogRow], since: i64) -> Result<(), Violation> {
    let mut expected = log.iter().filter(|row| row.seq > since).peekable();
    let mut last = since;
    for heard in heard {
        match heard {
            Heard::Event(notice) => {
                let seq = i64::try_from(notice.data.seq).unwrap_or(i64::MAX);
                let told = || format!("{} {seq}", notice.event_type);
                let known = log.iter().any(|row| row.event_id == notice.data.event_id.0);
                if !known {
                    return Err(Violation::Foreign(told()));
                }
                if seq <= last {
                    return Err(Violation::Repeated(told()));
                }
                match expected.next() {
                    Some(row) if row.seq == seq => {
                        if !is_of(notice, row) {
                            return Err(Violation::Altered(told()));
                        }
                    }
                    Some(row) => return Err(missing(row, &told())),
                    None => return Err(Violation::Foreign(told())),
                }
                last = seq;
            }
            Heard::Ready {
                cursor,
                recovered: true,
            } if i64::try_from(*cursor) == Ok(last) => {}
            Heard::Pong => {}
            Heard::Ready { .. } | Heard::Closed(_) | Heard::Silence => {
                return match expected.peek() {
                    Some(row) => Err(missing(row, &format!("{heard:?}"))),
                    None => Err(Violation::Foreign(format!("{heard:?}"))),
                };
            }
        }
    }
    match expected.next() {
        Some(row) => Err(missing(row, "nothing more was said")),
        None => Ok(()),
    }
}

fn missing(row: &LogRow, got: &str) -> Violation {
    Violation::Missing {
        seq: row.seq,
        event_type: row.event_type.clone(),
        got: format!("{got} came instead"),
    }
}

fn is_of(notice: &events::Notice, row: &LogRow) -> bool {
    notice.event_type == row.event_type
        && notice.data.task_id == row.aggregate_id
        && i64::try_from(notice.data.version) == Ok(row.version)
        && notice.data.correlation_id == row.correlation_id
}

/// Every row of the log must lie on its topic with the user's key, at least once.
pub fn published(records: &[Record], log: &[LogRow]) -> Result<()> {
    let by_id = by_event_id(records);
    for row in log {
        let Some(record) = by_id.get(&row.event_id) else {
            return Err(missing(row, "nothing on the topic").into());
        };
        let event = record.event()?;
        let what = format!("{} {} on the topic", row.event_type, row.seq);
        if record.key.as_deref() != Some(&row.user_id.to_string()) {
            return Err(Violation::Foreign(what).into());
        }
        let same = event.user_id.0 == row.user_id
            && i64::try_from(event.seq) == Ok(row.seq)
            && event.payload.event_type() == row.event_type
            && event.aggregate_id == row.aggregate_id
            && i64::try_from(event.version) == Ok(row.version)
            && event.correlation_id == row.correlation_id;
        if !same {
            return Err(Violation::Altered(what).into());
        }
    }
    Ok(())
}

/// The records of these users must lie on the topic once, each user's in order of `seq` and
/// each task's in order of `version`. A crashed broker excuses duplicates and late ones.
pub fn in_order(records: &[Record], log: &[LogRow]) -> Result<()> {
    let known: HashMap<Uuid, &LogRow> = log.iter().map(|row| (row.event_id, row)).collect();
    let mut of_user: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut of_task: BTreeMap<Uuid, i64> = BTreeMap::new();
    for record in records {
        let Ok(event) = record.event() else { continue };
        let Some(row) = known.get(&event.id.0) else {
            continue;
        };
        let what = || format!("{} {} on the topic", row.event_type, row.seq);
        let before = of_user.insert(row.user_id, row.seq).unwrap_or(0);
        if before == row.seq {
            return Err(Violation::Repeated(what()).into());
        }
        let version = of_task.insert(row.aggregate_id, row.version).unwrap_or(0);
        if before > row.seq || version > row.version {
            return Err(Violation::OutOfOrder(what()).into());
        }
    }
    Ok(())
}

fn by_event_id(records: &[Record]) -> HashMap<Uuid, &Record> {
    let mut found = HashMap::new();
    for record in records {
        // What other trials put there may be anything.
        if let Ok(event) = record.event() {
            found.entry(event.id.0).or_insert(record);
        }
    }
    found
}
