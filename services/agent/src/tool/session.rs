//! In whose name a tool acts, and on which terms.

use std::fmt::Display;

use axum::http::Method;
use events::{ChangeSetId, UserId};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{arguments::Control, consent::Agreed, trouble::Trouble};
use crate::{
    backend::{Answer, Ask, Backend},
    caller::Caller,
};

/// One call of a tool.
#[derive(Clone)]
pub struct Session {
    pub backend: Backend,
    pub caller: Caller,
    pub user: UserId,
    /// The run that the call belongs to: all of it can be found and taken back.
    pub run: String,
    /// What the person has said yes to.
    pub agreed: Option<Agreed>,
    /// For writes whose caller names no key; none: such a write is not protected against being
    /// repeated.
    pub key: Option<String>,
    /// When the call was asked for: "in 2 hours" counts from there, however late it is carried out.
    /// None: now.
    pub at: Option<Timestamp>,
    /// The person's own click and no model's call: it is asked for as the app would.
    pub in_person: bool,
    /// The call as it was made: the key is bound to it, and not to what its words mean by now.
    pub(super) bound_to: [u8; 32],
    pub(super) tool: &'static str,
    pub(super) if_version: Option<i64>,
    pub(super) dry_run: bool,
}

/// The answer to a write.
pub(super) struct Written<T> {
    pub(super) value: T,
    pub(super) change_set_id: Option<ChangeSetId>,
}

impl<T> Written<T> {
    pub(super) fn map<U>(self, read: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            value: read(self.value),
            change_set_id: self.change_set_id,
        }
    }
}

#[derive(Deserialize)]
struct Profile {
    time_zone: String,
}

impl Session {
    pub fn new(backend: Backend, caller: Caller, user: UserId, run: String) -> Self {
        Self {
            backend,
            caller,
            user,
            run,
            agreed: None,
            key: None,
            at: None,
            in_person: false,
            bound_to: [0; 32],
            tool: "",
            if_version: None,
            dry_run: false,
        }
    }

    /// Goes by the call's own terms. A key that comes with the session wins: it is tied to what
    /// was written down before the call.
    pub(super) fn take(&mut self, control: Control) {
        self.key = self.key.take().or(control.idempotency_key);
        self.if_version = control.if_version;
        self.dry_run = control.dry_run;
    }

    /// Reads below `/api/{user_id}`.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let answer = self.backend.ask(&self.caller, self.to(Method::GET, path));
        Ok(answer.await?.json()?)
    }

    /// Asks something that needs a body and changes nothing.
    pub(super) async fn look<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Value,
    ) -> Result<T, Trouble> {
        let ask = Ask {
            body: Some(body),
            ..self.to(Method::POST, path)
        };
        Ok(self.backend.ask(&self.caller, ask).await?.json()?)
    }

    /// Writes below `/api/{user_id}`, once for each call of a tool.
    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Written<T>, Trouble> {
        let ask = Ask {
            body,
            idempotency_key: self.key.as_deref(),
            if_version: self.if_version,
            dry_run: self.dry_run,
            bound_to: self.key.is_some().then_some(self.bound_to),
            agreed: self.agreed.as_ref(),
            ..self.to(method, path)
        };
        let answer = self.backend.ask(&self.caller, ask).await?;
        Ok(Written {
            value: answer.json()?,
            change_set_id: answer.change_set_id.filter(|_| !self.dry_run),
        })
    }

    /// The answer to this very call, if it was carried out before.
    pub(super) async fn done_before(&self) -> Result<Option<Answer>, Trouble> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let backend = &self.backend;
        let found = backend.find_answer(&self.caller, self.tool, key, self.bound_to);
        Ok(found.await?)
    }

    /// What time it is for the person.
    pub(super) async fn now(&self) -> Result<Zoned, Trouble> {
        let profile: Profile = self.get("/profile").await?;
        let zone = events::find_zone(&profile.time_zone).unwrap_or(TimeZone::UTC);
        let now = self.at.unwrap_or_else(telemetry::clock::now);
        Ok(now.to_zoned(zone))
    }

    fn to(&self, method: Method, path: &str) -> Ask<'_> {
        Ask {
            method,
            path: format!("/api/{}{path}", self.user),
            body: None,
            idempotency_key: None,
            if_version: None,
            dry_run: false,
            run: &self.run,
            tool: if self.in_person { "" } else { self.tool },
            bound_to: None,
            agreed: None,
        }
    }
}

/// A query string.
#[derive(Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push((name.to_owned(), format!("{value}")));
        self
    }

    pub(super) fn maybe(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// `path?query`
    pub(super) fn at(self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        format!("{path}?{}", query.finish())
    }
}
