//! What a client may say about a webhook.

use events::Payload;
use http::Uri;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{error::ApiError, http::patch::Patch, reminder};

const MAX_URL_BYTES: usize = 2_000;
const MAX_TYPES: usize = 50;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// `https`, without a user name or a password, at most 2,000 bytes.
    #[schema(max_length = 2_000)]
    pub(super) url: String,
    /// Types such as `task.completed` or `reminder.fired`, `task.*` for all of a family, `*` for
    /// everything; 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    pub(super) event_types: Vec<String>,
    /// True, if absent.
    #[serde(default)]
    pub(super) active: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(super) url: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    pub(super) event_types: Patch<Vec<String>>,
    /// Switched on again, it gets what happened meanwhile.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    pub(super) active: Patch<bool>,
    /// Makes a new secret, which the answer shows. What is sent from now on is signed with it.
    #[serde(default)]
    pub(super) rotate_secret: bool,
}

/// What can be said of a URL at the door. Where it leads is looked at when it is called.
pub(super) fn url(url: &str, allow_http: bool) -> Result<String, ApiError> {
    let url = url.trim();
    let wrong = |detail: &str| ApiError::invalid("url", detail);
    if url.len() > MAX_URL_BYTES {
        return Err(wrong("`url` must not be longer than 2,000 bytes"));
    }
    let uri: Uri = url.parse().map_err(|_| wrong("`url` must be a URL"))?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if allow_http => {}
        _ => return Err(wrong("`url` must start with https://")),
    }
    let authority = uri
        .authority()
        .ok_or_else(|| wrong("`url` names no host"))?;
    if authority.host().is_empty() {
        return Err(wrong("`url` names no host"));
    }
    if authority.as_str().contains('@') {
        return Err(wrong("`url` must not hold a user name or a password"));
    }
    Ok(url.to_owned())
}

pub(super) fn event_types(mut types: Vec<String>) -> Result<Vec<String>, ApiError> {
    for (index, wanted) in types.iter().enumerate() {
        if !is_known(wanted) {
            let detail = format!("There is no event type `{wanted}`");
            return Err(ApiError::invalid(format!("event_types[{index}]"), detail));
        }
    }
    types.sort_unstable();
    types.dedup();
    if (1..=MAX_TYPES).contains(&types.len()) {
        Ok(types)
    } else {
        let detail = format!("Name 1 to {MAX_TYPES} event types");
        Err(ApiError::invalid("event_types", detail))
    }
}

fn is_known(wanted: &str) -> bool {
    let known = Payload::TYPES.iter().map(|(name, _)| *name);
    let mut known = known.chain([reminder::FIRED]);
    match wanted.strip_suffix(".*") {
        Some(family) => known.any(|name| name.split('.').next() == Some(family)),
        None => wanted == "*" || known.any(|name| name == wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_https_and_holds_no_password() {
        assert!(url(" https://example.org/hook?x=1 ", false).is_ok());
        assert!(url("http://example.org/", true).is_ok());
        for bad in [
            "",
            "x",
            "/hook",
            "example.org",
            "http://example.org/",
            "ftp://example.org/",
            "https://me:secret@example.org/",
            "https://exa mple.org/",
            &format!("https://example.org/{}", "x".repeat(2_000)),
        ] {
            assert!(url(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn types_are_exact_or_a_family_or_all() {
        let types = |types: &[&str]| event_types(types.iter().map(ToString::to_string).collect());
        let sorted = types(&["task.*", "reminder.fired", "task.completed", "task.*"]);
        assert_eq!(
            sorted.unwrap(),
            ["reminder.fired", "task.*", "task.completed"]
        );
        assert!(types(&["*"]).is_ok() && types(&["reminder.*"]).is_ok());
        for bad in [
            &[][..],
            &["task"],
            &["task."],
            &["tas*"],
            &["cat.*"],
            &["*.created"],
            &[""],
        ] {
            assert!(types(bad).is_err(), "{bad:?}");
        }
    }
}
