//! `Idempotency-Key` and `If-Match`.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// `If-Match`: write only if the version is still one of those that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// As in a batch, where the version is a field.
    pub(crate) fn version(version: Option<i64>) -> Self {
        Self(version.map(|version| vec![etag(version)]))
    }

    pub(crate) fn check(self, what: &'static str, current: i64) -> Result<(), ApiError> {
        self.check_either(what, current, &etag(current))
    }

    /// Of what has an ETag of its own: the version alone will do, too.
    pub(crate) fn check_either(
        self,
        what: &'static str,
        current: i64,
        tag: &str,
    ) -> Result<(), ApiError> {
        let version = etag(current);
        match self.0 {
            Some(wanted) if !wanted.iter().any(|one| *one == version || one == tag) => {
                Err(ApiError::Stale {
                    what,
                    current,
                    field: None,
                })
            }
            _ => Ok(()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let values = parts.headers.get_all(header::IF_MATCH);
        let values: Vec<_> = values
            .iter()
            .map(|value| value.to_str().unwrap_or_default().trim())
            .collect();
        match values[..] {
            [] | ["*"] => Ok(Self(None)),
            _ => entity_tags(&values.join(","))
                .map(|tags| Self(Some(tags)))
                .ok_or_else(|| {
                    ApiError::invalid(
                        "If-Match",
                        "If-Match must be the ETags of answers, in quotes, or *",
                    )
                }),
        }
    }
}

/// The strong ones of a list (RFC 9110 §8.8.3): a weak one matches nothing. `None` when it is no
/// such list.
fn entity_tags(list: &str) -> Option<Vec<String>> {
    let mut tags = Vec::new();
    let mut rest = list.trim();
    loop {
        let (is_weak, opened) = match rest.strip_prefix("W/") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (tag, after) = opened.strip_prefix('"')?.split_once('"')?;
        if !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        if !is_weak {
            tags.push(format!("\"{tag}\""));
        }
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(tags);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

/// Of a request to something that has no version of its own: an `If-Match` that nobody looks at
/// would promise what is not kept.
pub(crate) struct Unversioned;

impl<S: Sync> FromRequestParts<S> for Unversioned {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        if parts.headers.contains_key(header::IF_MATCH) {
            return Err(ApiError::invalid(
                "If-Match",
                "This has no version; in a batch, use `if_version` in the operations",
            ));
        }
        Ok(Self)
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

/// Of a request that the agent passes on: what its key is bound to instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoundTo(pub(crate) [u8; 32]);

/// What of the request's head an idempotency key is bound to. The body's hash is added
/// by the handler, which has read it.
#[derive(Clone, Debug)]
pub(crate) struct RequestLine {
    method: String,
    path: String,
    key: Option<Result<String, ()>>,
    bound_to: Option<BoundTo>,
}

impl<S: Sync> FromRequestParts<S> for RequestLine {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            key: key(&parts.headers),
            bound_to: parts.extensions.get::<BoundTo>().copied(),
        })
    }
}

impl RequestLine {
    pub(crate) fn key(&self, body_hash: [u8; 32]) -> Result<Option<IdempotencyKey>, ApiError> {
        let Some(key) = self.key.clone() else {
            return Ok(None);
        };
        let key = key.map_err(|()| {
            ApiError::invalid(
                "Idempotency-Key",
                "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once",
            )
        })?;
        if let Some(BoundTo(request_hash)) = self.bound_to {
            return Ok(Some(IdempotencyKey { key, request_hash }));
        }
        let request_hash = self.hash(body_hash);
        Ok(Some(IdempotencyKey { key, request_hash }))
    }

    /// For requests without a body, or before it was read.
    pub(crate) fn key_without_body(&self) -> Result<Option<IdempotencyKey>, ApiError> {
        self.key([0; 32])
    }

    /// Of all that is asked.
    pub(crate) fn hash(&self, body_hash: [u8; 32]) -> [u8; 32] {
        Sha256::new()
            .chain_update(&self.method)
            .chain_update([0])
            .chain_update(&self.path)
            .chain_update([0])
            .chain_update(body_hash)
            .finalize()
            .into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_entity_tags() {
        for (list, expected) in [
            (r#""8""#, Some(vec![r#""8""#])),
            (r#" "8" , "999" "#, Some(vec![r#""8""#, r#""999""#])),
            (r#""a,b","8""#, Some(vec![r#""a,b""#, r#""8""#])),
            (r#"W/"8""#, Some(vec![])),
            (r#"W/"8", "9""#, Some(vec![r#""9""#])),
            (r#""""#, Some(vec![r#""""#])),
            ("", None),
            ("8", None),
            (r#""8"#, None),
            (r#""8" "9""#, None),
            (r#""8","#, None),
            (r#"*, "8""#, None),
            (r#"w/"8""#, None),
            (r#""a b""#, None),
        ] {
            let tags = entity_tags(list);
            let expected = expected.map(|tags| tags.into_iter().map(str::to_owned).collect());
            assert_eq!(tags, expected, "{list}");
        }
    }
}
