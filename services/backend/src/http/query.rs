//! Query strings, with errors that name the parameter.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use super::shape;
use crate::error::ApiError;

/// Like axum's `Query`, but repeatable parameters become lists, and a wrong or unknown
/// one is 422 with its name.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// How many a page has at most: what is asked for, or else what is usual.
pub(crate) fn limit(asked: Option<i64>, usual: i64, most: i64) -> Result<i64, ApiError> {
    let limit = asked.unwrap_or(usual);
    if (1..=most).contains(&limit) {
        Ok(limit)
    } else {
        let detail = format!("`limit` must lie between 1 and {most}");
        Err(ApiError::invalid("limit", detail))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let deserializer = serde_html_form::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        // A repeated parameter is a list only to us.
        let parameter = path.split('[').next().unwrap_or_default();
        shape::wrong(parameter, &error.into_inner().to_string())
    })
}
