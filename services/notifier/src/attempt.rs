//! How one attempt to deliver something ended.

use std::{borrow::Cow, time::Duration};

use proto::v1;

/// How it ended, and what the other side answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub outcome: Outcome,
    /// Of HTTP or SMTP.
    pub status: Option<u16>,
}

/// Reasons are told to the owner: they name no address and no secret, and quote nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken over by the destination, or by the server before it.
    Accepted,
    /// Surely not delivered; another attempt may succeed.
    Retry {
        why: Cow<'static, str>,
        /// How long the destination asks to be left alone.
        after: Option<Duration>,
    },
    /// Surely not delivered, and no attempt will be.
    ForGood {
        why: Cow<'static, str>,
        /// The destination itself said that it is no more.
        gone: bool,
    },
    /// Sent, and nobody said what became of it.
    Unknown { why: Cow<'static, str> },
}

impl Attempt {
    pub const ACCEPTED: Self = Self {
        outcome: Outcome::Accepted,
        status: None,
    };

    pub fn retry(why: impl Into<Cow<'static, str>>) -> Self {
        Outcome::Retry {
            why: why.into(),
            after: None,
        }
        .into()
    }

    pub fn for_good(why: impl Into<Cow<'static, str>>) -> Self {
        Outcome::ForGood {
            why: why.into(),
            gone: false,
        }
        .into()
    }

    pub fn gone(why: impl Into<Cow<'static, str>>) -> Self {
        Outcome::ForGood {
            why: why.into(),
            gone: true,
        }
        .into()
    }

    pub fn unknown(why: impl Into<Cow<'static, str>>) -> Self {
        Outcome::Unknown { why: why.into() }.into()
    }

    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    pub fn is_accepted(&self) -> bool {
        self.outcome == Outcome::Accepted
    }

    /// What the backend is told.
    pub fn report(&self, took: Duration) -> v1::Attempt {
        use v1::attempt::Outcome as Code;
        let (code, why, after, gone) = match &self.outcome {
            Outcome::Accepted => (Code::Accepted, "", None, false),
            Outcome::Retry { why, after } => (Code::FailedRetry, why.as_ref(), *after, false),
            Outcome::ForGood { why, gone } => (Code::FailedForGood, why.as_ref(), None, *gone),
            Outcome::Unknown { why } => (Code::Unknown, why.as_ref(), None, false),
        };
        v1::Attempt {
            outcome: code.into(),
            why: why.to_owned(),
            retry_after_seconds: after.map_or(0, |after| {
                u32::try_from(after.as_secs()).unwrap_or(u32::MAX)
            }),
            destination_gone: gone,
            status: self.status.map_or(0, u32::from),
            latency_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
        }
    }
}

impl Outcome {
    /// What the metrics call it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Retry { .. } => "retry",
            Self::ForGood { .. } => "for_good",
            Self::Unknown { .. } => "unknown",
        }
    }

    pub fn why(&self) -> &str {
        match self {
            Self::Accepted => "",
            Self::Retry { why, .. } | Self::ForGood { why, .. } | Self::Unknown { why } => why,
        }
    }
}

impl From<Outcome> for Attempt {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            status: None,
        }
    }
}
