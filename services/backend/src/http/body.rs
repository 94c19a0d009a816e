//! JSON bodies, with errors that name the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{shape, strict::Strict};
use crate::error::ApiError;

/// Larger bodies are refused with 413.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024;

/// A parsed body, and the hash of what was sent: an idempotency key is bound to it.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) hash: [u8; 32],
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let is_json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if !is_json {
            return Err(ApiError::MediaType);
        }
        Ok(Self {
            value: parse(&bytes)?,
            hash: Sha256::digest(&bytes).into(),
        })
    }
}

/// A body that may be left out, or be `null`.
pub(crate) struct OptionalBody<T> {
    pub(crate) value: Option<T>,
    pub(crate) hash: [u8; 32],
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let is_json = is_json(request.headers());
        let bytes = read(request, state).await?;
        let value = if bytes.trim_ascii().is_empty() {
            None
        } else if is_json {
            parse(&bytes)?
        } else {
            return Err(ApiError::MediaType);
        };
        Ok(Self {
            value,
            hash: Sha256::digest(&bytes).into(),
        })
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::TooLarge {
                    limit: MAX_BODY_BYTES,
                }
            } else {
                ApiError::Malformed("The body could not be read".to_owned())
            }
        })
}

/// `application/json`, or a type built on it such as `application/merge-patch+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Parses JSON; a syntax error is 400, a wrong shape 422 with the field named.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Strict(&mut deserializer)).map_err(|error| {
        let path = error.path().to_string();
        misshapen(bytes, &path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::Malformed(format!("The body is not valid JSON: {error}"))
}

fn misshapen(bytes: &[u8], path: &str, error: &serde_json::Error) -> ApiError {
    // What is no JSON has no shape, even if something was wrong before it.
    if let Err(error) = serde_json::from_slice::<Value>(bytes) {
        return malformed(&error);
    }
    let message = error.to_string();
    let detail = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    shape::wrong(path, detail)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::http::patch::Patch;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Outer {
        title: String,
        #[serde(default)]
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Inner {
        n: u8,
        #[serde(default)]
        level: Option<Level>,
    }

    #[derive(Debug, Deserialize)]
    enum Level {
        High,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only parsed")]
    struct Deep {
        #[serde(default)]
        due: Patch<events::Due>,
        #[serde(default)]
        levels: Vec<Level>,
        #[serde(default)]
        items: Vec<Inner>,
        #[serde(default)]
        anything: serde_json::Map<String, Value>,
        #[serde(default)]
        id: Option<events::TaskId>,
    }

    #[test]
    fn what_is_meant_is_read() {
        parse::<Deep>(
            br#"{"due": {"kind": "date", "date": "2026-11-21"}, "levels": ["High"],
                 "items": [{"n": 1, "level": "High"}, {"n": 2, "level": null}],
                 "anything": {"a": [1, [2], {"b": [null, 1.5, -1, "c", true]}]},
                 "id": "01900000-0000-7000-8000-000000000001"}"#,
        )
        .unwrap();
    }

    #[test]
    fn what_only_serde_would_read_names_its_field() {
        for (body, name) in [
            (r#"{"due": ["date", "2026-11-21"]}"#, "due"),
            (
                r#"{"due": {"kind": {"date": null}, "date": "2026-11-21"}}"#,
                "due.kind",
            ),
            (r#"{"levels": [{"High": null}]}"#, "levels[0]"),
            (r#"{"levels": [["High"]]}"#, "levels[0]"),
            (r#"{"items": [{"n": 1}, [1, "High"]]}"#, "items[1]"),
            (
                r#"{"items": [{"n": 1, "level": {"High": null}}]}"#,
                "items[0].level",
            ),
            (r#"{"id": ["01900000-0000-7000-8000-000000000001"]}"#, "id"),
        ] {
            let problem = parse::<Deep>(body.as_bytes()).unwrap_err().problem();
            assert_eq!(problem.status, 422, "{body}");
            assert_eq!(problem.field.as_deref(), Some(name), "{body}");
        }
    }

    fn field(body: &str) -> Option<String> {
        parse::<Outer>(body.as_bytes()).unwrap_err().problem().field
    }

    #[test]
    fn a_wrong_shape_names_its_field() {
        assert_eq!(field(r#"{"title": 1}"#).as_deref(), Some("title"));
        assert_eq!(field(r#"{"titel": "x"}"#).as_deref(), Some("titel"));
        assert_eq!(field("{}").as_deref(), Some("title"));
        assert_eq!(
            field(r#"{"title": "a", "inner": {"n": 1, "level": 3}}"#).as_deref(),
            Some("inner.level")
        );
        assert_eq!(
            field(r#"{"title": "a", "inner": {"n": "x"}}"#).as_deref(),
            Some("inner.n")
        );
        assert_eq!(
            field(r#"{"title": "a", "inner": {"n": 1, "m": 2}}"#).as_deref(),
            Some("inner.m")
        );
        assert_eq!(
            field(r#"{"title":"a","title":"b"}"#).as_deref(),
            Some("title")
        );
    }

    #[test]
    fn a_list_is_not_an_object() {
        let problem = parse::<Outer>(br#"["title"]"#).unwrap_err().problem();
        assert_eq!((problem.status, problem.field), (422, None));
    }

    #[test]
    fn malformed_json_is_not_a_wrong_shape() {
        for body in [
            "{",
            "",
            "{\"title\":\"a\"} x",
            "\"\\ud800\"",
            "nul",
            "{\"title\":1,\"x\":}",
        ] {
            let problem = parse::<Outer>(body.as_bytes()).unwrap_err().problem();
            assert_eq!(problem.status, 400, "{body}");
        }
        let deep = "[".repeat(10_000);
        assert_eq!(
            parse::<Outer>(deep.as_bytes())
                .unwrap_err()
                .problem()
                .status,
            400
        );
    }
}
