//! Where events travel. No other file names a topic.

use std::fmt;

/// A Kafka topic, keyed by `user_id`, kept for 7 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Tasks, projects and tags.
    Tasks,
    /// Chat: that something was said, never what.
    Conversations,
    /// Accounts and profiles.
    Users,
    /// Triggers from the scheduler to itself.
    Scheduling,
}

impl Topic {
    pub const ALL: [Self; 4] = [
        Self::Tasks,
        Self::Conversations,
        Self::Users,
        Self::Scheduling,
    ];

    /// Partitions of every topic. Fixed: changing it would move users between partitions.
    pub const PARTITIONS: u16 = 12;

    /// How long Kafka keeps an event; the Postgres log keeps it for ever.
    pub const RETENTION_MS: u64 = 7 * 24 * 60 * 60 * 1000;

    pub const fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks.events",
            Self::Conversations => "conversations.events",
            Self::Users => "users.events",
            Self::Scheduling => "tasks.scheduling",
        }
    }

    /// Where a message goes that no handler could take.
    pub const fn dead_letter_name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks.events.dlq",
            Self::Conversations => "conversations.events.dlq",
            Self::Users => "users.events.dlq",
            Self::Scheduling => "tasks.scheduling.dlq",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    pub fn from_dead_letter_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|topic| topic.dead_letter_name() == name)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_topic() {
        for topic in Topic::ALL {
            assert_eq!(Topic::from_name(topic.name()), Some(topic));
            assert_eq!(
                Topic::from_dead_letter_name(topic.dead_letter_name()),
                Some(topic)
            );
            assert_eq!(topic.dead_letter_name(), format!("{topic}.dlq"));
        }
    }
}
