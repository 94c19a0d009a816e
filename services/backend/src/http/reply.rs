//! An answer that can be stored with an idempotency key and given again.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{error::ApiError, http::precondition::etag};

/// Status, the few headers that matter, body.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The change-set that a write belongs to.
pub(crate) const CHANGE_SET: &str = "x-change-set-id";

impl Reply {
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value).map_err(|error| ApiError::Internal(error.into()))?;
        Ok(Self {
            status,
            headers: vec![(
                header::CONTENT_TYPE.to_string(),
                "application/json".to_owned(),
            )],
            body,
        })
    }

    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// What a version alone tells apart.
    pub(crate) fn etag(self, version: i64) -> Self {
        self.tagged(etag(version))
    }

    pub(crate) fn tagged(self, etag: String) -> Self {
        self.header(header::ETAG.as_str(), etag)
    }

    pub(crate) fn location(self, path: String) -> Self {
        self.header(header::LOCATION.as_str(), path)
    }

    pub(crate) fn header(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), value));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::try_from(name.as_str()),
                HeaderValue::try_from(value.as_str()),
            ) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
