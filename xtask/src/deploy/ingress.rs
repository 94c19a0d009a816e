//! The way in: each path leads where it should, by TLS where that is on, and a silent socket is not
//! cut off.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::chart::title;
use super::conventions::{items, of_kind, text};
use crate::workspace;

/// What people and programs ask for, and whom. The chat's path each controller has in its own way.
const DOORS: [(&str, &str); 7] = [
    ("/", "taskflow-frontend"),
    ("/api", "taskflow-backend"),
    ("/ws", "taskflow-realtime"),
    ("/sse", "taskflow-realtime"),
    ("/mcp", "taskflow-agent"),
    ("/chatkit", "taskflow-agent"),
    ("/.well-known/oauth-protected-resource", "taskflow-agent"),
];

/// How ingress-nginx is told how long a connection may be silent; the others do not ask.
const NGINX: &str = "nginx.ingress.kubernetes.io/";
const NGINX_TIMEOUTS: [&str; 2] = ["proxy-read-timeout", "proxy-send-timeout"];

/// Sockets are pinged more often, and streams tell that they live.
const SILENCE: u64 = 600;

pub(super) fn check(objects: &[Value]) -> Result<()> {
    let is_encrypted = is_encrypted(objects);
    let mut doors = BTreeMap::new();
    for ingress in of_kind(objects, "Ingress") {
        for rule in items(&ingress["spec"]["rules"]) {
            if is_encrypted {
                has_certificate(ingress, &rule["host"]).with_context(|| title(ingress))?;
            }
            for path in items(&rule["http"]["paths"]) {
                let target = &path["backend"]["service"];
                leads_to_a_port(target, objects).with_context(|| path["path"].to_string())?;
                doors.insert(text(&path["path"]), text(&target["name"]));
                if target["name"] == "taskflow-realtime" {
                    may_be_silent(ingress).with_context(|| title(ingress))?;
                }
            }
        }
    }
    if doors.is_empty() {
        return Ok(());
    }
    for (path, service) in DOORS {
        ensure!(
            doors.get(path) == Some(&service),
            "{path} leads to {:?} and not to {service}",
            doors.get(path)
        );
    }
    // The front end's own paths below `/api` are not taken for the backend's.
    for entry in fs::read_dir(workspace::root().join("frontend/app/api"))? {
        let path = format!("/api/{}", entry?.file_name().display());
        ensure!(
            doors.get(path.as_str()) == Some(&"taskflow-frontend"),
            "{path} of the front end is missing in the Ingress"
        );
    }
    Ok(())
}

/// Whether people are told to come by TLS.
fn is_encrypted(objects: &[Value]) -> bool {
    let mut origins = of_kind(objects, "ConfigMap").map(|it| text(&it["data"]["APP_URL"]));
    origins.any(|origin| origin.starts_with("https://"))
}

fn has_certificate(ingress: &Value, host: &Value) -> Result<()> {
    let mut certificates = items(&ingress["spec"]["tls"]);
    ensure!(
        certificates.any(|it| {
            let is_for_host = items(&it["hosts"]).any(|known| known == host);
            is_for_host && !text(&it["secretName"]).is_empty()
        }),
        "has no certificate for {host}"
    );
    Ok(())
}

fn leads_to_a_port(target: &Value, objects: &[Value]) -> Result<()> {
    let mut services = of_kind(objects, "Service");
    let service = services.find(|service| service["metadata"]["name"] == target["name"]);
    let service = service.context("leads to no Service")?;
    let mut ports = items(&service["spec"]["ports"]);
    ensure!(
        ports.any(|port| port["name"] == target["port"]["name"]),
        "leads to no port"
    );
    Ok(())
}

fn may_be_silent(ingress: &Value) -> Result<()> {
    let annotations = ingress["metadata"]["annotations"].as_object();
    let mut names = annotations.into_iter().flatten().map(|(name, _)| name);
    if !names.any(|name| name.starts_with(NGINX)) {
        return Ok(());
    }
    for name in NGINX_TIMEOUTS {
        let seconds = &ingress["metadata"]["annotations"][format!("{NGINX}{name}")];
        let seconds: Option<u64> = text(seconds).parse().ok();
        ensure!(
            seconds.is_some_and(|seconds| seconds >= SILENCE),
            "cuts off sockets: {name} is {seconds:?}"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_door_without_a_lock_and_a_socket_that_is_cut_off_are_noticed() {
        let host = json!("tasks.example.com");
        let mut ingress = json!({
            "metadata": {"annotations": {
                "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600",
                "nginx.ingress.kubernetes.io/proxy-send-timeout": "3600",
            }},
            "spec": {"tls": [{"hosts": ["tasks.example.com"], "secretName": "taskflow-tls"}]},
        });
        assert!(has_certificate(&ingress, &host).is_ok());
        assert!(has_certificate(&ingress, &json!("other.example.com")).is_err());
        assert!(may_be_silent(&ingress).is_ok());
        ingress["metadata"]["annotations"][format!("{NGINX}proxy-read-timeout")] = json!("60");
        assert!(may_be_silent(&ingress).is_err());
    }
}
