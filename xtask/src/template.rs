//! `dapr.yaml`, the Dapr multi-app run template: the one list of what is started, and how.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace;

/// One app of the template with the common settings merged in.
#[derive(Clone, Debug)]
pub struct App {
    pub common: Common,
    pub own: Own,
}

/// What all apps share. Field names are Dapr's.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Common {
    pub resources_paths: Vec<PathBuf>,
    pub config_file_path: PathBuf,
    pub log_level: String,
    pub api_listen_addresses: String,
    pub app_protocol: String,
    pub enable_app_health_check: bool,
    pub app_health_probe_interval: u32,
    pub app_health_probe_timeout: u32,
    pub app_health_threshold: u32,
    pub placement_host_address: String,
    pub scheduler_host_address: String,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// What differs from app to app.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Own {
    #[serde(rename = "appID")]
    pub app_id: String,
    pub app_dir_path: PathBuf,
    pub command: Vec<String>,
    pub app_port: u16,
    #[serde(rename = "daprHTTPPort")]
    pub dapr_http_port: u16,
    #[serde(rename = "daprGRPCPort")]
    pub dapr_grpc_port: u16,
    #[serde(rename = "daprInternalGRPCPort")]
    pub dapr_internal_grpc_port: u16,
    pub metrics_port: u16,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "version")]
    _version: u32,
    common: Common,
    apps: Vec<Own>,
}

/// What of the environment is for the sidecars: where their Go runtime collects memory.
pub(crate) const GO_MEMORY_LIMIT: &str = "GOMEMLIMIT";

/// Where an app listens, as the environment variable for it says.
const HTTP_ADDR: &str = "HTTP_ADDR";

/// The apps of the repository's `dapr.yaml`.
pub fn read() -> Result<Vec<App>> {
    let file = workspace::root().join("dapr.yaml");
    let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    let document: Document =
        serde_norway::from_str(&text).with_context(|| format!("{}", file.display()))?;
    let common = document.common;
    let apps = document.apps.into_iter().map(|mut own| {
        let mut env = common.env.clone();
        env.append(&mut own.env);
        own.env = env;
        App {
            common: common.clone(),
            own,
        }
    });
    Ok(apps.collect())
}

impl App {
    /// `127.0.0.1:8000`, where the app serves HTTP.
    pub fn http_addr(&self) -> Result<&str> {
        let addr = self.own.env.get(HTTP_ADDR);
        addr.with_context(|| format!("{} has no {HTTP_ADDR} in dapr.yaml", self.own.app_id))
            .map(String::as_str)
    }

    /// Every port that the app and its sidecar take, with what it is for.
    pub fn ports(&self) -> Result<[(u16, &'static str); 6]> {
        let http = self.http_addr()?;
        let http = http.rsplit(':').next().unwrap_or(http).parse()?;
        Ok([
            (http, "HTTP"),
            (self.own.app_port, "its sidecar's calls"),
            (self.own.dapr_http_port, "sidecar HTTP"),
            (self.own.dapr_grpc_port, "sidecar gRPC"),
            (self.own.dapr_internal_grpc_port, "sidecar to sidecar"),
            (self.own.metrics_port, "sidecar metrics"),
        ])
    }

    /// The same app on other ports.
    pub fn on_ports(mut self, mut next: impl FnMut() -> Result<u16>) -> Result<Self> {
        let http = format!("127.0.0.1:{}", next()?);
        self.own.env.insert(HTTP_ADDR.to_owned(), http);
        self.own.app_port = next()?;
        self.own.dapr_http_port = next()?;
        self.own.dapr_grpc_port = next()?;
        self.own.dapr_internal_grpc_port = next()?;
        self.own.metrics_port = next()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_is_taken_once_and_lies_below_the_ephemeral_range() {
        let apps = read().unwrap();
        let mut ports: Vec<u16> = apps
            .iter()
            .flat_map(|app| app.ports().unwrap().map(|(port, _)| port))
            .collect();
        assert!(ports.iter().all(|port| *port < 32_768));
        ports.sort_unstable();
        let count = ports.len();
        ports.dedup();
        assert_eq!(ports.len(), count);
    }
}
