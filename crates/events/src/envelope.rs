//! The envelope: who, when, which version, and the payload.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{ChangeSetId, EventId, Payload, TokenId, UserId, complaint};

/// The number of the payload shapes this version writes.
pub const SCHEMA: u32 = 2;

/// An event never grows beyond this on the wire: the broker's limit is 1 MiB
/// and a bulk publish of many must stay below daprd's 4 MiB.
pub const MAX_EVENT_BYTES: usize = 128 * 1024;

/// Something that happened. Immutable once written.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Unique; consumers deduplicate by it.
    pub id: EventId,
    /// Whose it is. Checked before anything else.
    pub user_id: UserId,
    /// When the change was made, UTC, microseconds.
    pub timestamp: Timestamp,
    /// The task, project, tag or account it happened to.
    pub aggregate_id: Uuid,
    /// The aggregate's version after the event: 1, 2, 3, … without gaps.
    pub version: u64,
    /// Position in the user's stream: 1, 2, 3, … without gaps. The cursor.
    pub seq: u64,
    /// The number of the payload shape. Older ones become [`SCHEMA`] when they are read.
    pub schema: u32,
    pub correlation_id: String,
    /// The event that caused this one, if an event did.
    pub causation_id: Option<EventId>,
    pub actor: Actor,
    pub change_set_id: ChangeSetId,
    /// Why, where it was not simply asked for.
    pub cause: Option<Cause>,
    pub payload: Payload,
}

/// Who made the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// The account's owner, through the app or an API client.
    User,
    /// An agent, in one of its runs.
    AgentRun {
        run_id: String,
        /// The API token by which it asked; none in a session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token_id: Option<TokenId>,
    },
    /// A rule of the owner's, such as a recurrence.
    Rule {
        rule_id: String,
    },
    Import {
        import_id: String,
    },
    /// A program with one of the owner's API tokens.
    Token {
        token_id: String,
    },
    /// TaskFlow itself, such as the sign-up trigger.
    System,
}

impl Actor {
    /// `kind` of the wire form.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AgentRun { .. } => "agent_run",
            Self::Rule { .. } => "rule",
            Self::Import { .. } => "import",
            Self::Token { .. } => "token",
            Self::System => "system",
        }
    }

    /// Which one of its kind.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::AgentRun { run_id: id, .. }
            | Self::Rule { rule_id: id }
            | Self::Import { import_id: id }
            | Self::Token { token_id: id } => Some(id),
            Self::User | Self::System => None,
        }
    }

    /// The API token by which a run asked.
    pub const fn token_of_run(&self) -> Option<TokenId> {
        match self {
            Self::AgentRun { token_id, .. } => *token_id,
            _ => None,
        }
    }

    /// The actor that [`kind`](Self::kind), [`id`](Self::id) and
    /// [`token_of_run`](Self::token_of_run) describe.
    pub fn from_parts(kind: &str, id: Option<String>, token: Option<TokenId>) -> Option<Self> {
        Some(match (kind, id, token) {
            ("user", None, None) => Self::User,
            ("agent_run", Some(run_id), token_id) => Self::AgentRun { run_id, token_id },
            ("rule", Some(rule_id), None) => Self::Rule { rule_id },
            ("import", Some(import_id), None) => Self::Import { import_id },
            ("token", Some(token_id), None) => Self::Token { token_id },
            ("system", None, None) => Self::System,
            _ => return None,
        })
    }
}

/// Why a change was made, where it was not simply asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// A change-set was taken back.
    Undo { change_set_id: ChangeSetId },
    /// Everything that an agent did in one run was taken back.
    UndoRun { run_id: String },
    /// A task or a project was brought back to how it was after the event `seq`.
    Restore { seq: u64 },
    /// The rows of a file.
    Import { format: String },
}

/// Why bytes are not an event. The text is safe to store and show: it names
/// places and types, not values.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("{} bytes are more than the {MAX_EVENT_BYTES} an event may have", .0)]
    TooLarge(usize),
    #[error("not an event envelope: {}", complaint(.0))]
    Envelope(serde_json::Error),
    #[error("data does not fit event type `{event_type}`: {}", complaint(error))]
    Data {
        event_type: String,
        // Not a source: whoever prints those would print what the event says.
        error: serde_json::Error,
    },
    #[error("`{0}` must be 1 or more")]
    Zero(&'static str),
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(crate) struct Wire {
    event_id: EventId,
    event_type: String,
    user_id: UserId,
    timestamp: Timestamp,
    aggregate_id: Uuid,
    version: u64,
    seq: u64,
    schema: u32,
    correlation_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation_id: Option<EventId>,
    actor: Actor,
    change_set_id: ChangeSetId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    data: Value,
}

/// The schema number of what [`Payload::read`] makes of an event written with `schema`; 0, which
/// no event has, stays wrong.
#[must_use]
pub const fn current_schema(schema: u32) -> u32 {
    if schema == 0 || schema > SCHEMA {
        schema
    } else {
        SCHEMA
    }
}

impl Event {
    /// Reads and checks the wire form. An unknown `event_type`, and fields that a later
    /// version added to the envelope or its data, are no error.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(DecodeError::Envelope)?;
        let payload = Payload::read(wire.schema, &wire.event_type, wire.data).map_err(|error| {
            DecodeError::Data {
                event_type: wire.event_type,
                error,
            }
        })?;
        let event = Self {
            id: wire.event_id,
            user_id: wire.user_id,
            timestamp: wire.timestamp,
            aggregate_id: wire.aggregate_id,
            version: wire.version,
            seq: wire.seq,
            schema: current_schema(wire.schema),
            correlation_id: wire.correlation_id,
            causation_id: wire.causation_id,
            actor: wire.actor,
            change_set_id: wire.change_set_id,
            cause: wire.cause,
            payload,
        };
        event.check()?;
        Ok(event)
    }

    /// The wire form, after the same checks that a consumer makes.
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        self.check()?;
        let data = self.payload.to_data().map_err(|error| DecodeError::Data {
            event_type: self.payload.event_type().to_owned(),
            error,
        })?;
        let wire = Wire {
            event_id: self.id,
            event_type: self.payload.event_type().to_owned(),
            user_id: self.user_id,
            timestamp: self.timestamp,
            aggregate_id: self.aggregate_id,
            version: self.version,
            seq: self.seq,
            schema: self.schema,
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id,
            actor: self.actor.clone(),
            change_set_id: self.change_set_id,
            cause: self.cause.clone(),
            data,
        };
        let bytes = serde_json::to_vec(&wire).map_err(DecodeError::Envelope)?;
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        Ok(bytes)
    }

    fn check(&self) -> Result<(), DecodeError> {
        for (name, value) in [("version", self.version), ("seq", self.seq)] {
            if value == 0 {
                return Err(DecodeError::Zero(name));
            }
        }
        if self.schema == 0 {
            return Err(DecodeError::Zero("schema"));
        }
        if self.user_id.0.is_nil() {
            return Err(DecodeError::Empty("user_id"));
        }
        if self.payload.event_type().is_empty() {
            return Err(DecodeError::Empty("event_type"));
        }
        Ok(())
    }
}
