//! What clients say.

use axum::extract::ws::Message;
use serde::Deserialize;
use tungstenite::error::CapacityError;

use crate::close::Close;

/// What a client said, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbound {
    /// `{"type":"ping"}`: browsers cannot send the protocol's own pings.
    Ping,
    /// A sign of life; what later clients may say is no error.
    Other,
}

#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow, rename = "type")]
    kind: &'a str,
}

/// Reads the next message of a socket.
pub fn understand(heard: Option<Result<Message, axum::Error>>) -> Result<Inbound, Close> {
    match heard {
        Some(Ok(Message::Text(text))) => Ok(match serde_json::from_str(&text) {
            Ok(Typed { kind: "ping" }) => Inbound::Ping,
            _ => Inbound::Other,
        }),
        Some(Ok(Message::Close(_))) | None => Err(Close::Disconnected),
        Some(Ok(_)) => Ok(Inbound::Other),
        Some(Err(error)) => Err(match error.into_inner().downcast_ref() {
            Some(tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. })) => {
                Close::TooBig
            }
            _ => Close::Disconnected,
        }),
    }
}
