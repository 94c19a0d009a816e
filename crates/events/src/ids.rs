//! Identifiers as types, so that a task's id cannot stand where a user's must.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier that sorts by the time of its making (UUIDv7, RFC 9562).
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// A person's account: `auth."user".id`, the `sub` of their tokens, the Kafka key of their events.
    UserId,
    /// A task.
    TaskId,
    /// A project.
    ProjectId,
    /// One event; also the CloudEvent id, and what consumers deduplicate by.
    EventId,
    /// All that one command changed; what undo takes back.
    ChangeSetId,
    /// All occurrences of a task under one rule.
    SeriesId,
    /// A reminder of a task.
    ReminderId,
    /// An entry in the app's list of what concerns somebody.
    NotificationId,
    /// A URL to which somebody's events are sent.
    WebhookId,
    /// A conversation with the agent.
    ConversationId,
    /// A message of a conversation.
    MessageId,
    /// A tool that the agent called.
    ToolCallId,
    /// One of the owner's API tokens; never the token itself.
    TokenId,
}
