//! An API token as the API shows it, and what a client may ask for.

use std::fmt;

use events::TokenId;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::grant::Grant;
use crate::{error::ApiError, task::input};

const MAX_NAME_LENGTH: usize = 100;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub(crate) enum Scope {
    /// Read everything and listen to events, but change nothing.
    Read,
    /// Whatever the owner may, except to manage tokens or delete the account.
    Write,
    /// Open the calendar feed, and nothing else.
    Calendar,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Calendar => "calendar",
        })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// What `actor.token_id` of an event names.
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: TokenId,
    pub(super) name: String,
    pub(super) scope: Scope,
    /// What it is limited to within its scope; null when it is not.
    pub(super) grant: Option<Grant>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// To the minute.
    pub(super) last_used_at: Option<Timestamp>,
    /// A token that was revoked stays in the list, so that history can name it.
    pub(super) revoked_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenList {
    pub(super) items: Vec<Token>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// 1 to 100 characters after trimming.
    #[schema(min_length = 1, max_length = 100)]
    pub(super) name: String,
    pub(super) scope: Scope,
    /// At most a year ahead.
    pub(super) expires_at: Timestamp,
    /// Not for the scope `calendar`.
    #[serde(default)]
    pub(super) grant: Option<Grant>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    /// The token itself, `tf_` and 43 characters: it is shown this once and not kept.
    pub(super) token: String,
    #[serde(flatten)]
    pub(super) about: Token,
}

impl NewToken {
    /// The token without its secret, or which field is wrong.
    pub(super) fn check(self, now: Timestamp) -> Result<Token, ApiError> {
        let name = input::line("name", &self.name, MAX_NAME_LENGTH)?;
        if name.is_empty() {
            return Err(ApiError::invalid("name", "The name must not be blank"));
        }
        let latest = now
            .to_zoned(TimeZone::UTC)
            .checked_add(1.year())
            .map_err(|error| ApiError::Internal(error.into()))?;
        if self.expires_at <= now || self.expires_at > latest.timestamp() {
            return Err(ApiError::invalid(
                "expires_at",
                "`expires_at` must lie ahead, by a year at most",
            ));
        }
        if self.scope == Scope::Calendar && self.grant.is_some() {
            return Err(ApiError::invalid(
                "grant",
                "A token for the calendar is limited to it already",
            ));
        }
        Ok(Token {
            id: TokenId::generate(),
            name,
            scope: self.scope,
            grant: self.grant,
            created_at: now,
            expires_at: self.expires_at,
            last_used_at: None,
            revoked_at: None,
        })
    }
}
