//! One request to REST, through the backend's `ApiService`.

use std::fmt;

use axum::http::Method;
use events::ChangeSetId;
use proto::v1::{self, call_request};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Backend, BackendError, unless_refused, within_deadline};
use crate::{caller::Caller, tool::Agreed};

/// A request to REST.
pub struct Ask<'a> {
    pub method: Method,
    /// From `/api/` on, with the query.
    pub path: String,
    pub body: Option<Value>,
    pub idempotency_key: Option<&'a str>,
    pub if_version: Option<i64>,
    /// Says what would come of it, and changes nothing.
    pub dry_run: bool,
    /// Empty: the caller's own doing.
    pub run: &'a str,
    /// The tool that is carried out; empty outside of one.
    pub tool: &'a str,
    /// What the idempotency key is bound to instead of to the request.
    pub bound_to: Option<[u8; 32]>,
    pub agreed: Option<&'a Agreed>,
}

/// An answer with a status of 200 to 299.
pub struct Answer {
    body: Vec<u8>,
    /// What the request has changed belongs to it; none if nothing was changed.
    pub change_set_id: Option<ChangeSetId>,
}

/// A refusal (RFC 9457).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    pub status: u16,
    pub code: String,
    pub detail: String,
    pub field: Option<String>,
    pub current_version: Option<i64>,
    pub change_set_id: Option<ChangeSetId>,
    /// Seconds.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

impl Ask<'_> {
    fn on_wire(self, caller: &Caller) -> v1::CallRequest {
        let mut headers = Vec::new();
        let mut header = |name: &str, value: String| {
            headers.push(v1::Header {
                name: name.to_owned(),
                value,
            });
        };
        if let Some(key) = self.idempotency_key {
            header("idempotency-key", key.to_owned());
        }
        if let Some(version) = self.if_version {
            header("if-match", format!("\"{version}\""));
        }
        if self.body.is_some() {
            header("content-type", "application/json".to_owned());
        }
        let body = self.body.map(|body| body.to_string());
        v1::CallRequest {
            caller: Some(caller.on_wire(self.run, self.tool)),
            method: self.method.to_string(),
            path: self.path,
            headers,
            body: body.unwrap_or_default().into(),
            dry_run: self.dry_run,
            bound_to: self.bound_to.map(Vec::from).unwrap_or_default(),
            agreed: self.agreed.map(|agreed| match agreed {
                Agreed::Question(fingerprint) => {
                    call_request::Agreed::Fingerprint(fingerprint.clone())
                }
                Agreed::Confirmation(id) => call_request::Agreed::ConfirmationId(id.to_string()),
            }),
        }
    }
}

impl Answer {
    /// The body as JSON; null if there is none.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, BackendError> {
        let body: &[u8] = if self.body.is_empty() {
            b"null"
        } else {
            &self.body
        };
        serde_json::from_slice(body).map_err(|error| {
            tracing::error!(%error, "Cannot read an answer of the backend");
            BackendError::Malformed("body")
        })
    }
}

impl Problem {
    pub(super) fn read(answer: &v1::Answer) -> Self {
        let problem = serde_json::from_slice(&answer.body).unwrap_or_default();
        Self {
            status: u16::try_from(answer.status).unwrap_or(500),
            retry_after: header(answer, "retry-after").and_then(|value| value.parse().ok()),
            ..problem
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.detail.is_empty() {
            write!(f, "TaskFlow answered {}", self.status)
        } else {
            f.write_str(&self.detail)
        }
    }
}

impl Backend {
    /// Asks; an answer that is an error comes back as [`BackendError::Refused`].
    pub async fn ask(&self, caller: &Caller, ask: Ask<'_>) -> Result<Answer, BackendError> {
        let request = within_deadline(ask.on_wire(caller));
        let mut api = self.api.clone();
        let response = self.call(api.call(request)).await?;
        if let Some(question) = response.question {
            return Err(BackendError::Asks(Box::new(question)));
        }
        let answer = response.answer.ok_or(BackendError::Malformed("answer"))?;
        Answer::read(answer)
    }

    /// What a call with this key was answered before, if it was.
    pub async fn find_answer(
        &self,
        caller: &Caller,
        tool: &str,
        key: &str,
        bound_to: [u8; 32],
    ) -> Result<Option<Answer>, BackendError> {
        let request = within_deadline(v1::FindAnswerRequest {
            caller: Some(caller.on_wire("", tool)),
            key: key.to_owned(),
            bound_to: bound_to.into(),
        });
        let mut api = self.api.clone();
        let found = self.call(api.find_answer(request)).await?;
        unless_refused(found.refused)?;
        found.answer.map(Answer::read).transpose()
    }
}

impl Answer {
    fn read(answer: v1::Answer) -> Result<Self, BackendError> {
        if !(200..300).contains(&answer.status) {
            return Err(Problem::read(&answer).into());
        }
        let change_set_id = match header(&answer, "x-change-set-id") {
            Some(id) => Some(super::parse(id, "x-change-set-id")?),
            None => None,
        };
        Ok(Self {
            body: answer.body,
            change_set_id,
        })
    }
}

fn header<'a>(answer: &'a v1::Answer, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|header| header.name == name);
    found.map(|header| header.value.as_str())
}
