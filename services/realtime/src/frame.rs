//! What goes over the wire to clients.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use events::Notice;
use jiff::Timestamp;
use serde_json::json;

/// An event as clients get it, serialised once for all of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub seq: u64,
    pub event_type: String,
    /// The [`Notice`].
    pub json: Utf8Bytes,
}

impl Frame {
    /// Serialises a notice. Fails only if the notice cannot be JSON.
    pub fn of(notice: Notice) -> Result<Self, serde_json::Error> {
        let json = serde_json::to_string(&notice)?.into();
        Ok(Self {
            seq: notice.data.seq,
            event_type: notice.event_type,
            json,
        })
    }
}

/// One message to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    Event(Arc<Frame>),
    /// The client stands at `cursor`; if not `recovered`, events before it are
    /// missing, and it has to read its tasks anew.
    Ready {
        cursor: u64,
        recovered: bool,
    },
}

impl Outgoing {
    /// `ready` or the type of the event.
    pub fn event_type(&self) -> &str {
        match self {
            Self::Event(frame) => &frame.event_type,
            Self::Ready { .. } => "ready",
        }
    }

    /// Where the client stands after it.
    pub fn cursor(&self) -> u64 {
        match self {
            Self::Event(frame) => frame.seq,
            Self::Ready { cursor, .. } => *cursor,
        }
    }

    /// `{"type","data","timestamp"}`.
    pub fn json(&self, now: Timestamp) -> Utf8Bytes {
        match self {
            Self::Event(frame) => frame.json.clone(),
            Self::Ready { cursor, recovered } => {
                let data = json!({ "cursor": cursor, "recovered": recovered });
                control("ready", &data, now)
            }
        }
    }
}

/// The answer to a client's `{"type":"ping"}`.
pub fn pong(now: Timestamp) -> Utf8Bytes {
    control("pong", &json!({}), now)
}

fn control(kind: &str, data: &serde_json::Value, now: Timestamp) -> Utf8Bytes {
    json!({ "type": kind, "data": data, "timestamp": now })
        .to_string()
        .into()
}
