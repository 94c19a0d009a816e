//! Why a connection ends, and how its client is told.

use axum::extract::ws::{CloseFrame, Message, close_code};

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Close {
    /// The token is missing, malformed, forged, used up or expired.
    BadToken,
    /// The session ended while connected: its token expired, or was revoked.
    Expired,
    /// The account was deleted.
    UserGone,
    /// The token is somebody else's.
    OtherUser,
    /// More messages in a second than [`Limits`](crate::config::Limits) allow.
    Flood,
    /// The client reads slower than its events come.
    Slow,
    /// A message is larger than the limit.
    TooBig,
    /// Nothing was heard of the client, not even an answer to pings.
    Inactive,
    /// The server is stopping; another one will answer.
    ShuttingDown,
    /// The user has as many connections as they may.
    TooMany,
    /// Too many tokens that were none came from the client's network.
    Guessing,
    /// Whom the token belongs to cannot be found out now.
    Unavailable,
    /// The client closed, vanished or broke the protocol: there is nobody to tell.
    Disconnected,
}

impl Close {
    /// The close code of a socket. 4000 and up are TaskFlow's own.
    pub const fn code(self) -> u16 {
        match self {
            Self::BadToken | Self::Expired | Self::UserGone => 4001,
            Self::OtherUser => 4003,
            Self::Flood => 4008,
            Self::Slow => 4009,
            Self::TooBig => close_code::SIZE,
            Self::Inactive | Self::ShuttingDown => close_code::AWAY,
            Self::TooMany | Self::Guessing | Self::Unavailable => close_code::AGAIN,
            Self::Disconnected => close_code::NORMAL,
        }
    }

    /// A sentence for whoever debugs a client.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadToken => "The token is missing, invalid or expired",
            Self::Expired => "The session has ended",
            Self::UserGone => "The account no longer exists",
            Self::OtherUser => "The token belongs to another user",
            Self::Flood => "Too many messages",
            Self::Slow => "Events are read too slowly; resume with since",
            Self::TooBig => "The message is too big",
            Self::Inactive => "No sign of life",
            Self::ShuttingDown => "The server is stopping; connect again",
            Self::TooMany => "Too many connections of this user",
            Self::Guessing => "Too many tokens that were none; try again in a minute",
            Self::Unavailable => "Try again later",
            Self::Disconnected => "Disconnected",
        }
    }

    pub(crate) fn message(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.code(),
            reason: self.reason().into(),
        }))
    }
}
