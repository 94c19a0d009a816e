//! The hash chain of a user's log: every event carries the hash of its predecessor, so that
//! none can be changed, left out or moved without all that follow showing it.
//!
//! `taskflow.event_hash` of migration 4 is the same in SQL; a test compares the two.

use std::fmt::Write as _;

use events::{Actor, Cause};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// What the first event of a stream carries.
pub(crate) const GENESIS: Hash = [0; 32];

/// The fields of an event that its hash covers.
pub(crate) struct Link<'a> {
    pub(crate) prev: Hash,
    pub(crate) seq: i64,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: &'a str,
    /// `None` for the account itself: an imported log keeps its hashes under another id.
    pub(crate) aggregate_id: Option<Uuid>,
    pub(crate) version: i64,
    pub(crate) schema: i32,
    pub(crate) correlation_id: &'a str,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) actor: &'a Actor,
    pub(crate) change_set_id: Uuid,
    /// In the very text that is stored.
    pub(crate) cause: Option<&'a str>,
    pub(crate) created_at: Timestamp,
    pub(crate) data_hash: Hash,
}

impl Link<'_> {
    /// What the next event carries: one field a line, an absent one empty.
    pub(crate) fn hash(&self) -> Hash {
        let mut hasher = Sha256::new();
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        for line in [
            hex(&self.prev),
            self.seq.to_string(),
            self.event_id.to_string(),
            self.event_type.to_owned(),
            text(self.aggregate_id),
            self.version.to_string(),
            self.schema.to_string(),
            self.correlation_id.to_owned(),
            text(self.causation_id),
            self.actor.kind().to_owned(),
            who(self.actor),
            self.change_set_id.to_string(),
            self.cause.unwrap_or_default().to_owned(),
            self.created_at.as_microsecond().to_string(),
        ] {
            hasher.update(line);
            hasher.update("\n");
        }
        hasher.update(hex(&self.data_hash));
        hasher.finalize().into()
    }
}

/// Which one of its kind: of a run, behind a blank, the token by which it asked, too.
fn who(actor: &Actor) -> String {
    let id = actor.id().unwrap_or_default();
    match actor.token_of_run() {
        Some(token) => format!("{id} {token}"),
        None => id.to_owned(),
    }
}

/// The hash of an event's data. The salt goes when they are erased, so that nobody can try
/// titles until one fits.
pub(crate) fn data_hash(salt: &[u8], data: &str) -> Hash {
    Sha256::new()
        .chain_update(salt)
        .chain_update(data)
        .finalize()
        .into()
}

/// The text of a cause, as it is stored and hashed.
pub(crate) fn cause_text(cause: Option<&Cause>) -> serde_json::Result<Option<String>> {
    cause.map(serde_json::to_string).transpose()
}

/// Lower case, two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
