//! How far people's URLs reach.
//!
//! Whoever registers a webhook or a push subscription chooses where we connect to. None of that
//! may lead to the machines beside us, so only addresses of the public internet are called, and
//! what the configuration lists.

use std::{convert::Infallible, net::IpAddr, str::FromStr, sync::Arc};

use ipnet::IpNet;
use reqwest::Url;

mod address;
mod resolver;

pub use address::is_public;

/// What may be called. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Reach(Arc<[Allowed]>);

/// Something that may be called although it is not on the public internet, at any port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// The name of a host, whatever its address.
    Host(String),
    Network(IpNet),
}

/// The URL is not to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the URL is malformed")]
    Malformed,
    #[error("the URL must start with http:// or https://")]
    Scheme,
    #[error("the URL must not hold a user name or a password")]
    Credentials,
    #[error("the URL's port must be 80 or 443")]
    Port,
    #[error("the URL does not lead to the public internet")]
    Address,
}

impl Reach {
    pub fn new(allowed: impl IntoIterator<Item = Allowed>) -> Self {
        // An empty variable is how manifests say "none".
        let nothing = Allowed::Host(String::new());
        Self(allowed.into_iter().filter(|one| *one != nothing).collect())
    }

    /// What can be said about a URL before its host's name is resolved. The addresses of the name
    /// are looked at when they are known, by the same call that connects to them.
    pub fn check(&self, url: &str) -> Result<Url, Refusal> {
        let url = Url::parse(url).map_err(|_| Refusal::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let host = url.host_str().ok_or(Refusal::Malformed)?;
        // Parsing has turned every way to write an IPv4 address into the one with four numbers.
        let address = host.trim_matches(['[', ']']).parse();
        let listed = match address {
            Ok(address) => self.lists_address(address),
            Err(_) => self.lists_host(host),
        };
        if listed {
            return Ok(url);
        }
        if address.is_ok_and(|address| !is_public(address)) {
            return Err(Refusal::Address);
        }
        match url.port() {
            None | Some(80 | 443) => Ok(url),
            Some(_) => Err(Refusal::Port),
        }
    }

    /// Whether an address may be connected to for the sake of a host of this name.
    fn admits(&self, host: &str, address: IpAddr) -> bool {
        is_public(address) || self.lists_address(address) || self.lists_host(host)
    }

    fn lists_address(&self, address: IpAddr) -> bool {
        self.0.iter().any(|allowed| match allowed {
            Allowed::Network(network) => network.contains(&address),
            Allowed::Host(_) => false,
        })
    }

    fn lists_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.0.iter().any(|allowed| match allowed {
            Allowed::Host(name) => name.eq_ignore_ascii_case(host),
            Allowed::Network(_) => false,
        })
    }
}

impl FromStr for Allowed {
    type Err = Infallible;

    /// A network (`10.0.0.0/8`), an address, or else a host's name.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        let network = text
            .parse()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        Ok(network.map_or_else(|_| Self::Host(text.to_owned()), Self::Network))
    }
}
