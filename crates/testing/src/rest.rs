//! A person's requests.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use events::UserId;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Longer than the server lets any request take.
const TIMEOUT: Duration = Duration::from_secs(25);

/// Speaks REST as one user. Clones share its connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    /// Whose `/api/{user_id}` is asked.
    pub user: UserId,
    /// Who asks: a session's JWT, or nothing.
    pub token: Option<String>,
}

/// All of an answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Client {
    /// `origin` is `http://host:port`.
    pub fn new(http: reqwest::Client, origin: &str, user: UserId, token: String) -> Self {
        Self {
            http,
            origin: origin.to_owned(),
            user,
            token: Some(token),
        }
    }

    /// The same requests with another token, or none.
    #[must_use]
    pub fn with_token(&self, token: Option<String>) -> Self {
        Self {
            token,
            ..self.clone()
        }
    }

    /// The same token at another user's door.
    #[must_use]
    pub fn at(&self, user: UserId) -> Self {
        Self {
            user,
            ..self.clone()
        }
    }

    /// A request to `path` below `/api/{user_id}`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/{}{path}", self.origin, self.user);
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Result<Answer> {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer> {
        send(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Result<Answer> {
        send(self.request(Method::DELETE, path)).await
    }
}

/// Sends a request and reads the whole answer; any status is one.
pub async fn send(request: RequestBuilder) -> Result<Answer> {
    let response = request.send().await?;
    Ok(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.bytes().await?,
    })
}

/// Connections are kept and shared; there is no proxy between us and the loopback.
pub(crate) fn http_client() -> Result<reqwest::Client> {
    // Fails only when a provider is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder()
        .timeout(TIMEOUT)
        .no_proxy()
        .build()?)
}

impl Answer {
    /// The JSON of an answer that must have this status.
    pub fn expect(&self, status: u16) -> Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        ensure!(
            self.status == status,
            "{} instead of {status}: {text}",
            self.status
        );
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {text}"))
    }

    /// A problem document with this status and `code`, well-formed by RFC 9457.
    pub fn problem(&self, status: u16, code: &str) -> Result<Value> {
        let problem = self.expect(status)?;
        ensure!(self.header("content-type")? == "application/problem+json");
        ensure!(
            problem["status"] == status && problem["code"] == code,
            "{problem}"
        );
        for field in ["type", "title", "detail"] {
            ensure!(problem[field].is_string(), "no {field}: {problem}");
        }
        Ok(problem)
    }

    /// A 422 about this field.
    pub fn invalid(&self, field: &str) -> Result<()> {
        let problem = self.problem(422, "invalid")?;
        ensure!(problem["field"] == field, "not about {field}: {problem}");
        Ok(())
    }

    /// A header that must be there once.
    pub fn header(&self, name: &str) -> Result<&str> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value.to_str()?),
            (None, _) => bail!("{} without {name}", self.status),
            (Some(_), Some(_)) => bail!("more than one {name}"),
        }
    }
}
