//! Requests to URLs that people chose. Each is made once.

use std::{error::Error, time::Duration};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{Client, redirect, retry};
use telemetry::clock;

use crate::{
    attempt::{Attempt, Outcome},
    reach::{Reach, Refusal},
};

/// Shorter than receivers keep connections: one that is closed just as a request goes out leaves
/// its outcome unknown.
const IDLE: Duration = Duration::from_secs(2);

/// A client for people's URLs. Clones share its connections.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    reach: Reach,
    deadline: Duration,
}

/// The head of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub retry_after: Option<Duration>,
}

impl Outbound {
    /// `deadline` is for all from the connection to the answer's head. What comes after the head
    /// is not read.
    pub fn new(reach: Reach, deadline: Duration) -> Result<Self, reqwest::Error> {
        // Without a provider reqwest panics. One that is installed already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("TaskFlow/", env!("CARGO_PKG_VERSION")))
            // Sooner, so that whoever ran out of time altogether had a connection.
            .connect_timeout(deadline / 2)
            .timeout(deadline)
            .pool_idle_timeout(IDLE)
            .dns_resolver(reach.clone())
            // Each would lead where nobody has looked.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .retry(retry::never())
            .build()?;
        Ok(Self {
            client,
            reach,
            deadline,
        })
    }

    /// No request takes longer.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The host that a URL leads to; empty if there is none.
    pub fn host(url: &str) -> String {
        let url = reqwest::Url::parse(url).ok();
        let host = url.as_ref().and_then(reqwest::Url::host_str);
        host.unwrap_or_default().to_owned()
    }

    /// Posts once. Without an answer of the destination, how that ended.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, Attempt> {
        let url = self.reach.check(url).map_err(refused)?;
        let request = self.client.post(url).headers(headers).body(body);
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        let status = response.status();
        // A gateway had no answer, or none to pass on: the server behind it may have the message.
        if matches!(
            status,
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT
        ) {
            let status = status.as_u16();
            let why = format!("a gateway answered {status}");
            return Err(Attempt::unknown(why).with_status(status));
        }
        Ok(Answer {
            status,
            retry_after: retry_after(response.headers(), clock::now()),
        })
    }
}

impl Answer {
    /// That another attempt may succeed.
    pub fn retry(self) -> Attempt {
        let status = self.status.as_u16();
        let outcome = Outcome::Retry {
            why: format!("the server answered {status}").into(),
            after: self.retry_after,
        };
        Attempt::from(outcome).with_status(status)
    }
}

fn refused(refusal: Refusal) -> Attempt {
    Attempt::for_good(refusal.to_string())
}

/// A request without an answer. Until a connection stands, nothing was sent.
fn unanswered(error: &reqwest::Error) -> Attempt {
    if let Some(refusal) = cause::<Refusal>(error) {
        refused(*refusal)
    } else if error.is_dns() {
        Attempt::retry("the URL's host is unknown")
    } else if error.is_connect() {
        Attempt::retry("no connection, or not a secure one")
    } else if error.is_builder() {
        Attempt::for_good("this cannot be sent")
    } else if error.is_timeout() {
        Attempt::unknown("no answer in time")
    } else {
        Attempt::unknown("the connection broke before the answer")
    }
}

fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    error.downcast_ref().or_else(|| cause(error.source()?))
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Duration::try_from(date.duration_since(now)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            read("Sat, 21 Nov 2026 09:01:00 GMT"),
            Some(Duration::from_mins(1))
        );
        assert_eq!(read("Sat, 21 Nov 2026 08:00:00 GMT"), None);
        assert_eq!(read("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
