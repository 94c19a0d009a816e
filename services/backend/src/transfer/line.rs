//! The lines of an export: a [`Header`], an [`Entry`] for each event, a [`Text`] for each thing that
//! was said, which the log does not hold, a [`Footer`].
//!
//! Nothing in them names the account, so that the log lives on under another id: an account's
//! own events have no `aggregate_id`. `hash` chains the lines as the log is chained
//! ([`crate::event::chain`]), which names the first line that is damaged.

use events::Actor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    conversation::model::Planned,
    event::chain::{self, Hash, Link},
};

/// The number of this format. The first knew no [`Text`], the second no token of a run.
pub(super) const VERSION: u32 = 3;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// [`VERSION`], or one before.
    pub(super) taskflow_export: u32,
    /// In hexadecimal; hashed together with the data.
    pub(super) salt: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) seq: i64,
    pub(super) event_id: Uuid,
    pub(super) event_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aggregate_id: Option<Uuid>,
    pub(super) version: i64,
    pub(super) schema: i32,
    pub(super) timestamp: Timestamp,
    pub(super) correlation_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) causation_id: Option<Uuid>,
    pub(super) actor: Actor,
    pub(super) change_set_id: Uuid,
    /// The very text of the log, like `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<Box<RawValue>>,
    pub(super) data: Box<RawValue>,
    /// Of this line and, through its predecessor's, of all before it.
    #[serde(default)]
    pub(super) hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    /// [`Words`].
    pub(super) text: Box<RawValue>,
    /// As of an [`Entry`].
    pub(super) hash: String,
}

/// The text of something that the log knows without.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Words {
    Conversation {
        id: Uuid,
        title: String,
    },
    Message {
        id: Uuid,
        content: String,
        planned: Vec<Planned>,
    },
    ToolCall {
        id: Uuid,
        /// JSON, both.
        input: String,
        result: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Footer {
    /// How many lines of each kind stand between header and footer.
    pub(super) events: i64,
    #[serde(default)]
    pub(super) texts: i64,
}

/// What `hash` must be of a text after a line with the hash `prev`.
pub(super) fn link_text(prev: Hash, text: &RawValue) -> Hash {
    Sha256::new()
        .chain_update(prev)
        .chain_update(text.get())
        .finalize()
        .into()
}

impl Entry {
    /// What `hash` must be after a line with the hash `prev`.
    pub(super) fn link(&self, prev: Hash, salt: &[u8]) -> Hash {
        Link {
            prev,
            seq: self.seq,
            event_id: self.event_id,
            event_type: &self.event_type,
            aggregate_id: self.aggregate_id,
            version: self.version,
            schema: self.schema,
            correlation_id: &self.correlation_id,
            causation_id: self.causation_id,
            actor: &self.actor,
            change_set_id: self.change_set_id,
            cause: self.cause.as_deref().map(RawValue::get),
            created_at: self.timestamp,
            data_hash: chain::data_hash(salt, self.data.get()),
        }
        .hash()
    }
}
