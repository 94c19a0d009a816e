//! Who asks us, and as whom we ask the backend.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, header};
use events::{TokenId, UserId};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

/// The bearer as it came, and where from. The backend checks it with every call: nothing here
/// decides what anybody may do.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) authorization: SecretString,
    pub(crate) address: IpAddr,
}

/// Whose the bearer is, as the backend says.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user: UserId,
    /// The API token; none in a session.
    pub token: Option<TokenId>,
    pub may_write: bool,
    pub expires_at: Timestamp,
    /// The tools that the token is limited to; `None`: all.
    pub tools: Option<Arc<[String]>>,
}

impl Caller {
    /// `None` without exactly one `Authorization: Bearer …`.
    pub fn from_headers(headers: &HeaderMap, address: IpAddr) -> Option<Self> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return None;
        };
        let value = value.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty();
        is_bearer.then(|| Self {
            authorization: value.to_owned().into(),
            address,
        })
    }

    /// As the backend is told.
    pub(crate) fn on_wire(&self, run: &str, tool: &str) -> proto::v1::Caller {
        proto::v1::Caller {
            authorization: self.authorization.expose_secret().to_owned(),
            client_address: self.address.to_string(),
            run_id: run.to_owned(),
            tool: tool.to_owned(),
        }
    }
}

impl Identity {
    /// Whether a tool is among those that the token may use.
    pub fn may_use(&self, tool: &str) -> bool {
        let tools = self.tools.as_deref();
        tools.is_none_or(|tools| tools.iter().any(|granted| granted == tool))
    }
}
