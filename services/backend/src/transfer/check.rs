//! Whether each event of a log could have been written here: hashes can be made anew by whoever
//! changes a file, so what a request may not say, a file may not say either.

use std::collections::{HashMap, HashSet};

use events::{Cause, Payload, SCHEMA, Topic};
use jiff::{SignedDuration, Timestamp};
use telemetry::correlation::CorrelationId;
use uuid::Uuid;

use super::{line::Entry, refusal::wrong, values};
use crate::{error::ApiError, event::chain, http::access::is_run_id};

/// Clocks differ by less.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What is known of the lines that were read. Whether an `event_id` was there before is asked of
/// Postgres at the end: together they take more memory than all else.
pub(super) struct Checks {
    /// Of the newest event.
    pub(super) at: Timestamp,
    /// No event is later.
    until: Timestamp,
    /// How many events there were.
    count: u64,
    /// The version of each aggregate.
    versions: HashMap<Uuid, i64>,
    projects: HashSet<Uuid>,
    tasks: HashMap<Uuid, Whole>,
}

/// What a task is a part of, and the line that says so.
struct Whole {
    id: Option<Uuid>,
    line: u64,
    /// It is not deleted; else it is in nobody's way.
    is_live: bool,
}

impl Checks {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            at: Timestamp::UNIX_EPOCH,
            until: now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX),
            count: 0,
            versions: HashMap::new(),
            projects: HashSet::new(),
            tasks: HashMap::new(),
        }
    }

    /// Where the event travels, if it can follow the lines before.
    pub(super) fn take(&mut self, entry: &Entry, line: u64) -> Result<Topic, ApiError> {
        self.envelope(entry).map_err(|why| wrong(line, why))?;
        let mut data = serde_json::Deserializer::from_str(entry.data.get());
        let schema = entry.schema.unsigned_abs();
        let payload = Payload::read(schema, &entry.event_type, &mut data)
            .map_err(|error| wrong(line, format!("its data: {}", events::complaint(&error))))?;
        let topic = payload.topic().ok_or_else(|| {
            let why = format!("this version knows no event `{}`", entry.event_type);
            wrong(line, why)
        })?;
        if self.count == 1 && !matches!(payload, Payload::UserCreated(_)) {
            return Err(wrong(line, "a log begins with the creation of its account"));
        }
        if matches!(payload, Payload::UserDeleted(_)) {
            return Err(wrong(line, "it is the log of a deleted account"));
        }
        values::check(&payload).map_err(|error| match error {
            ApiError::Invalid { detail, .. } => wrong(line, detail),
            other => other,
        })?;
        if let Some(id) = entry.aggregate_id {
            self.links(id, &payload, line)
                .map_err(|why| wrong(line, why))?;
        }
        Ok(topic)
    }

    /// At the last line of the file: whether there was anything, and no part has parts.
    pub(super) fn end(&self, line: u64) -> Result<(), ApiError> {
        if self.count == 0 {
            return Err(wrong(line, "no event stands before it"));
        }
        let nested = self.tasks.values().filter(|task| {
            let whole = task.id.and_then(|id| self.tasks.get(&id));
            task.is_live && whole.is_some_and(|whole| whole.id.is_some())
        });
        match nested.map(|task| task.line).min() {
            Some(line) => Err(wrong(line, "a subtask cannot have subtasks")),
            None => Ok(()),
        }
    }

    fn envelope(&mut self, entry: &Entry) -> Result<(), String> {
        if entry.timestamp < self.at {
            return Err("it is older than the line before".to_owned());
        }
        if entry.timestamp > self.until {
            return Err("its `timestamp` lies ahead".to_owned());
        }
        self.at = entry.timestamp;
        self.count += 1;
        if !u32::try_from(entry.schema).is_ok_and(|schema| (1..=SCHEMA).contains(&schema)) {
            return Err(format!("its `schema` is none of 1 to {SCHEMA}"));
        }
        let is_account = entry.event_type.starts_with("user.");
        if is_account == entry.aggregate_id.is_some() {
            return Err("its `aggregate_id` does not fit its type".to_owned());
        }
        self.version(entry)?;
        if let Err(error) = entry.correlation_id.parse::<CorrelationId>() {
            return Err(error.to_string());
        }
        if !entry.actor.id().is_none_or(is_run_id) {
            let kind = entry.actor.kind();
            return Err(format!("its actor's id is none that an actor `{kind}` has"));
        }
        cause(entry)
    }

    /// Without gaps; the events of a tag before schema 2 have some.
    fn version(&mut self, entry: &Entry) -> Result<(), String> {
        let id = entry.aggregate_id.unwrap_or_default();
        let last = self.versions.insert(id, entry.version).unwrap_or(0);
        let follows = if entry.event_type.starts_with("tag.") {
            entry.version > last
        } else {
            entry.version == last + 1
        };
        if follows {
            return Ok(());
        }
        Err(format!("version {} follows version {last}", entry.version))
    }

    /// Whether what the event points at is there.
    fn links(&mut self, id: Uuid, payload: &Payload, line: u64) -> Result<(), String> {
        let (project, parent) = match payload {
            Payload::ProjectCreated(_) => {
                self.projects.insert(id);
                return Ok(());
            }
            Payload::TaskCreated(state) => {
                let new = Whole {
                    id: None,
                    line,
                    is_live: true,
                };
                self.tasks.insert(id, new);
                (state.project_id, Some(state.parent_id))
            }
            Payload::TaskUpdated(task)
            | Payload::TaskDueChanged(task)
            | Payload::TaskCompleted(task)
            | Payload::TaskReopened(task)
            | Payload::TaskDeleted(task)
            | Payload::TaskRestored(task)
            | Payload::TaskRecurrenceChanged(task)
            | Payload::TaskRemindersChanged(task) => {
                let changes = &task.changes;
                if let (Some(change), Some(known)) = (&changes.deleted_at, self.tasks.get_mut(&id))
                {
                    known.is_live = change.after.is_none();
                }
                let project = changes.project_id.as_ref().and_then(|change| change.after);
                (
                    project,
                    changes.parent_id.as_ref().map(|change| change.after),
                )
            }
            _ => return Ok(()),
        };
        if project.is_some_and(|project| !self.projects.contains(&project.0)) {
            return Err("there is no project with its `project_id`".to_owned());
        }
        let Some(parent) = parent else {
            return Ok(());
        };
        if let Some(parent) = parent
            && (parent.0 == id || !self.tasks.contains_key(&parent.0))
        {
            return Err("there is no other task with its `parent_id`".to_owned());
        }
        if let Some(known) = self.tasks.get_mut(&id) {
            (known.id, known.line) = (parent.map(|parent| parent.0), line);
        }
        Ok(())
    }
}

fn cause(entry: &Entry) -> Result<(), String> {
    let Some(raw) = &entry.cause else {
        return Ok(());
    };
    let cause: Cause = serde_json::from_str(raw.get())
        .map_err(|error| format!("its cause: {}", events::complaint(&error)))?;
    let word = match &cause {
        Cause::UndoRun { run_id } => Some(run_id),
        Cause::Import { format } => Some(format),
        Cause::Undo { .. } | Cause::Restore { .. } => None,
    };
    if !word.is_none_or(|word| is_run_id(word)) {
        return Err("its cause names something that has no such name".to_owned());
    }
    // The text is hashed, and written anew with every export.
    let is_ours =
        chain::cause_text(Some(&cause)).is_ok_and(|text| text.as_deref() == Some(raw.get()));
    if is_ours {
        Ok(())
    } else {
        Err("its cause is not written as causes are".to_owned())
    }
}
