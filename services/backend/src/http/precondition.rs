//! `Idempotency-Key` and `If-Match`.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// `If-Match`: write only if the version is still the one that was read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IfMatch(Option<i64>);

impl IfMatch {
    /// As in a batch, where the version is a field.
    pub(crate) const fn version(version: Option<i64>) -> Self {
        Self(version)
    }

    pub(crate) fn check(self, what: &'static str, current: i64) -> Result<(), ApiError> {
        match self.0 {
            Some(wanted) if wanted != current => Err(ApiError::Stale { what, current }),
            _ => Ok(()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        text.strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .and_then(|text| text.parse().ok())
            .map(|version| Self(Some(version)))
            .ok_or_else(|| {
                ApiError::invalid("If-Match", "If-Match must be the ETag of an answer, or *")
            })
    }
}

/// The ETag of a version (RFC 9110 §8.8.3).
pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The key of a request that may be sent again, bound to what it asks.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyKey {
    pub(crate) key: String,
    pub(crate) request_hash: [u8; 32],
}

/// What of the request's head an idempotency key is bound to. The body's hash is added
/// by the handler, which has read it.
#[derive(Clone, Debug)]
pub(crate) struct RequestLine {
    method: String,
    path: String,
    key: Option<Result<String, ()>>,
}

impl<S: Sync> FromRequestParts<S> for RequestLine {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            key: key(&parts.headers),
        })
    }
}

impl RequestLine {
    pub(crate) fn key(self, body_hash: [u8; 32]) -> Result<Option<IdempotencyKey>, ApiError> {
        let Some(key) = self.key else {
            return Ok(None);
        };
        let key = key.map_err(|()| {
            ApiError::invalid(
                "Idempotency-Key",
                "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once",
            )
        })?;
        let request_hash = Sha256::new()
            .chain_update(&self.method)
            .chain_update([0])
            .chain_update(&self.path)
            .chain_update([0])
            .chain_update(body_hash)
            .finalize()
            .into();
        Ok(Some(IdempotencyKey { key, request_hash }))
    }

    /// For requests without a body.
    pub(crate) fn key_without_body(self) -> Result<Option<IdempotencyKey>, ApiError> {
        self.key([0; 32])
    }
}

fn key(headers: &HeaderMap) -> Option<Result<String, ()>> {
    let mut values = headers.get_all("idempotency-key").iter();
    let value = values.next()?;
    let text = value.to_str().unwrap_or_default();
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if values.next().is_some() || !visible || !(1..=255).contains(&text.len()) {
        return Some(Err(()));
    }
    Some(Ok(text.to_owned()))
}
