//! The envelope: who, when, which version, and the payload.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{ChangeSetId, EventId, Payload, UserId, complaint};

/// The number of the payload shapes this version writes.
pub const SCHEMA: u32 = 1;

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
    /// The number of the payload shape.
    pub schema: u32,
    pub correlation_id: String,
    /// The event that caused this one, if an event did.
    pub causation_id: Option<EventId>,
    pub actor: Actor,
    pub change_set_id: ChangeSetId,
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
    },
    /// A rule of the owner's, such as a recurrence.
    Rule {
        rule_id: String,
    },
    Import {
        import_id: String,
    },
    /// TaskFlow itself, such as the sign-up trigger.
    System,
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
    data: Value,
}

impl Event {
    /// Reads and checks the wire form. An unknown `event_type`, and fields that a later
    /// version added to the envelope or its data, are no error.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(DecodeError::Envelope)?;
        let payload = Payload::from_parts(&wire.event_type, wire.data).map_err(|error| {
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
            schema: wire.schema,
            correlation_id: wire.correlation_id,
            causation_id: wire.causation_id,
            actor: wire.actor,
            change_set_id: wire.change_set_id,
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
