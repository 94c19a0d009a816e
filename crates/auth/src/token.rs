//! A token's parts, read strictly.
//!
//! `jsonwebtoken` verifies the signature and nothing else: it takes times that
//! are rounded fractions, base64 in several spellings and audiences it was not
//! asked about. What is accepted here has one spelling and one meaning.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use events::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// Ours have about 300 bytes, others' with many claims a few thousand.
const MAX_LENGTH: usize = 8 * 1024;

/// Why a token was refused: for logs and metrics, never for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("no bearer token")]
    Missing,
    #[error("the token is not a well-formed JWT")]
    Malformed,
    #[error("the token's algorithm is not the configured one")]
    Algorithm,
    #[error("the token's key is not known")]
    UnknownKey,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("a claim is missing, duplicated or of the wrong type")]
    Claims,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token is from another issuer")]
    Issuer,
    #[error("the token is for another audience")]
    Audience,
}

impl Rejected {
    /// The label for `failures_total`.
    pub fn cause(self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Malformed => "token_malformed",
            Self::Algorithm => "token_algorithm",
            Self::UnknownKey => "token_unknown_key",
            Self::Signature => "token_signature",
            Self::Claims => "token_claims",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
            Self::Issuer => "token_issuer",
            Self::Audience => "token_audience",
        }
    }
}

/// A compact JWS whose signature was not looked at yet.
pub(crate) struct Token<'a> {
    pub(crate) header: Header,
    /// What was signed.
    pub(crate) message: &'a str,
    /// In canonical base64url.
    pub(crate) signature: &'a str,
    payload: Vec<u8>,
}

/// `jku`, `jwk`, `x5u` and the like are not even read.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    #[serde(default, deserialize_with = "present")]
    pub(crate) kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<IgnoredAny>,
}

impl<'a> Token<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, Rejected> {
        if token.len() > MAX_LENGTH {
            return Err(Rejected::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Rejected::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(Rejected::Malformed)?;
        // Refuses a dot too, and bits that decoding would ignore.
        let decode = |part| {
            BASE64_URL_SAFE_NO_PAD
                .decode(part)
                .map_err(|_| Rejected::Malformed)
        };
        decode(signature)?;
        let header: Header = object(&decode(header)?).ok_or(Rejected::Malformed)?;
        let plain_jwt = header
            .typ
            .as_deref()
            .is_none_or(|typ| typ.eq_ignore_ascii_case("jwt"));
        if !plain_jwt || header.crit.is_some() {
            return Err(Rejected::Malformed);
        }
        Ok(Self {
            header,
            message,
            signature,
            payload: decode(payload)?,
        })
    }

    /// What the token says. Check its signature first.
    pub(crate) fn claims(&self) -> Result<Claims, Rejected> {
        object(&self.payload).ok_or(Rejected::Claims)
    }
}

/// The claims we use. Serde refuses one that occurs twice.
#[derive(Deserialize)]
pub(crate) struct Claims {
    sub: String,
    exp: u64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    iss: Option<String>,
    #[serde(default, deserialize_with = "present")]
    aud: Option<Audience>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Claims {
    /// The user, if `sub` is a UUID in its canonical spelling.
    pub(crate) fn user(&self) -> Result<UserId, Rejected> {
        let user: UserId = self.sub.parse().map_err(|_| Rejected::Claims)?;
        if user.to_string() == self.sub {
            Ok(user)
        } else {
            Err(Rejected::Claims)
        }
    }

    /// When the token expires, if that is later than `now` minus the leeway.
    pub(crate) fn expiry(&self, now: Timestamp, leeway: u8) -> Result<Timestamp, Rejected> {
        let expires_at = timestamp(self.exp)?;
        let leeway = i64::from(leeway);
        if now.as_second() >= expires_at.as_second().saturating_add(leeway) {
            return Err(Rejected::Expired);
        }
        match self.nbf.map(timestamp).transpose()? {
            Some(start) if start.as_second() > now.as_second().saturating_add(leeway) => {
                Err(Rejected::NotYetValid)
            }
            _ => Ok(expires_at),
        }
    }

    pub(crate) fn is_from(&self, issuer: &str) -> bool {
        self.iss.as_deref() == Some(issuer)
    }

    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match &self.aud {
            None => false,
            Some(Audience::One(one)) => one == audience,
            Some(Audience::Several(several)) => several.iter().any(|one| one == audience),
        }
    }
}

/// Seconds since 1970; years after 9999 are nobody's expiry.
fn timestamp(seconds: u64) -> Result<Timestamp, Rejected> {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(Rejected::Claims)
}

/// Reads a JSON object. Serde would take an array for a struct too.
fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    json.starts_with(b"{")
        .then(|| serde_json::from_slice(json).ok())?
}

/// Absent is fine, `null` is not.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
