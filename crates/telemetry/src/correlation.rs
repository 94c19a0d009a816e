//! One id for everything that one request causes.

use std::{fmt, str::FromStr, sync::Arc};

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fields;

/// `X-Correlation-ID`, in HTTP headers and gRPC metadata.
pub const HEADER: &str = "x-correlation-id";

/// 1–128 characters of `[A-Za-z0-9._:-]`: safe in a header, a log line and a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CorrelationId(Arc<str>);

/// The text is not 1–128 characters of `[A-Za-z0-9._:-]`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a correlation id has 1–128 characters of A-Z a-z 0-9 . _ : -")]
pub struct InvalidCorrelationId;

impl CorrelationId {
    /// A new id, a UUIDv7.
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs each time surprises"
    )]
    pub fn new() -> Self {
        let mut buffer = Uuid::encode_buffer();
        let text: &str = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
        Self(text.into())
    }

    /// The id the caller sent, or a new one if it is missing or malformed.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        headers
            .get(HEADER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .unwrap_or_else(Self::new)
    }

    /// The id of the span we are in: of the request, call or event being handled.
    pub fn current() -> Option<Self> {
        fields::current_field("correlation_id")?.parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CorrelationId {
    type Err = InvalidCorrelationId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        if (1..=128).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidCorrelationId)
        }
    }
}

impl TryFrom<String> for CorrelationId {
    type Error = InvalidCorrelationId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CorrelationId> for String {
    fn from(id: CorrelationId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn sent(value: &'static [u8]) -> HeaderMap {
        HeaderMap::from_iter([(
            HeaderName::from_static(HEADER),
            HeaderValue::from_bytes(value).unwrap(),
        )])
    }

    #[test]
    fn a_well_formed_id_is_accepted() {
        let id = CorrelationId::from_headers(&sent(b"checkout:42_a.B-c"));
        assert_eq!(id.as_str(), "checkout:42_a.B-c");
        let longest = "x".repeat(128);
        assert_eq!(longest.parse::<CorrelationId>().unwrap().as_str(), longest);
    }

    #[test]
    fn anything_else_is_replaced_by_a_uuid_v7() {
        let malformed: [&[u8]; 6] = [b"", b"a b", b"a\"b", b"a/b", b"\xff\xfe", b"a;drop"];
        for value in malformed {
            let id = CorrelationId::from_headers(&sent(value));
            let uuid: Uuid = id.as_str().parse().unwrap();
            assert_eq!(uuid.get_version_num(), 7);
        }
        assert_eq!(
            "x".repeat(129).parse::<CorrelationId>(),
            Err(InvalidCorrelationId)
        );
        assert_ne!(
            CorrelationId::from_headers(&HeaderMap::new()),
            CorrelationId::from_headers(&HeaderMap::new())
        );
    }

    #[test]
    fn deserialising_checks_too() {
        assert!(serde_json::from_str::<CorrelationId>("\"a\\nb\"").is_err());
    }
}
