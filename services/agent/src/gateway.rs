//! What every request needs.

use std::sync::Arc;

use axum::http::HeaderValue;
use rmcp::model::RequestStateCodec;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    backend::Backend,
    chat::{Model, Places},
    recorder::Recorder,
};

/// Shared by all requests.
pub struct Gateway {
    pub backend: Backend,
    pub model: Model,
    /// For chats that are open.
    pub places: Places,
    pub seal: RequestStateCodec,
    /// Where people find the app, without a slash at the end.
    pub app_url: String,
    /// Origins whose pages may ask.
    pub origins: Vec<HeaderValue>,
    pub mcp_hosts: Vec<String>,
    pub trusted_proxies: usize,
    pub recorder: Recorder,
    /// Turns and programs' calls that are under way.
    pub turns: TaskTracker,
    pub shutdown: CancellationToken,
}

impl Gateway {
    /// Host names under which MCP clients may reach us: a page that made up a name for this
    /// machine has none of them.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let app = self.app_url.parse::<http::Uri>().ok();
        let app = app.and_then(|url| url.host().map(str::to_owned));
        let mut hosts: Vec<String> = own.into_iter().chain(app).collect();
        hosts.extend(
            self.mcp_hosts
                .iter()
                .filter(|host| !host.is_empty())
                .cloned(),
        );
        hosts
    }
}

pub type Shared = Arc<Gateway>;
