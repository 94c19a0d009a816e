//! Server-sent events, for those who cannot have a socket.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result};
use events::Notice;
use reqwest::Response;

use crate::{Client, wait};

const PATIENCE: Duration = Duration::from_secs(20);

/// Longer than any test listens.
const LIFETIME: Duration = Duration::from_mins(10);

/// An open connection to `/sse/user/{user_id}/tasks`.
pub struct EventStream {
    response: Response,
    unread: String,
    events: VecDeque<StreamEvent>,
}

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEvent {
    /// What a browser sends as `Last-Event-ID` when it comes back.
    pub id: String,
    pub event: String,
    pub data: String,
}

impl EventStream {
    /// `since` goes out as `Last-Event-ID`, as a browser does it.
    pub async fn connect(
        http: &reqwest::Client,
        origin: &str,
        client: &Client,
        since: Option<u64>,
    ) -> Result<Self> {
        let url = format!("{origin}/sse/user/{}/tasks", client.user);
        let mut request = http.get(url).timeout(LIFETIME);
        if let Some(token) = &client.token {
            request = request.bearer_auth(token);
        }
        if let Some(since) = since {
            request = request.header("last-event-id", since);
        }
        let response = request.send().await?.error_for_status()?;
        Ok(Self {
            response,
            unread: String::new(),
            events: VecDeque::new(),
        })
    }

    pub async fn next(&mut self) -> Result<StreamEvent> {
        wait::within("an event on the stream", PATIENCE, async {
            loop {
                if let Some(event) = self.events.pop_front() {
                    return Ok(event);
                }
                let chunk = self.response.chunk().await?.context("the stream ended")?;
                self.unread.push_str(std::str::from_utf8(&chunk)?);
                while let Some(end) = self.unread.find("\n\n") {
                    let block: String = self.unread.drain(..end + 2).collect();
                    self.events.extend(parse(&block));
                }
            }
        })
        .await
    }
}

impl StreamEvent {
    pub fn notice(&self) -> Result<Notice> {
        Ok(serde_json::from_str(&self.data)?)
    }
}

/// One block of lines; none if it is only a comment, as those that keep the stream alive.
fn parse(block: &str) -> Option<StreamEvent> {
    let field = |name: &str| {
        let mut lines = block.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    };
    Some(StreamEvent {
        id: field("id")?,
        event: field("event")?,
        data: field("data")?,
    })
}
