//! What must hold for every object of the chart, whatever is set.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::chart::{NAMESPACE, title};
use crate::template;

/// Fails with the first object that breaks a rule.
pub(super) fn check(objects: &[Value]) -> Result<()> {
    for object in objects {
        is_ours(object).with_context(|| title(object))?;
        if let Some(pod) = pod(object) {
            is_confined(pod).with_context(|| title(object))?;
        }
    }
    for deployment in of_kind(objects, "Deployment") {
        serves(deployment, objects).with_context(|| title(deployment))?;
    }
    schedules_once(objects)?;
    is_what_dapr_yaml_runs(objects)?;
    names_known_apps(objects)
}

pub(super) fn of_kind<'a>(objects: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    objects.iter().filter(move |object| object["kind"] == kind)
}

pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// In our namespace, labelled, and no secret.
fn is_ours(object: &Value) -> Result<()> {
    let metadata = &object["metadata"];
    ensure!(
        object["kind"] == "Namespace" || metadata["namespace"] == NAMESPACE,
        "is not in the namespace {NAMESPACE}"
    );
    ensure!(
        metadata["labels"]["app"] == "taskflow" && metadata["labels"]["component"].is_string(),
        "is not labelled `app: taskflow` and `component: …`"
    );
    ensure!(object["kind"] != "Secret", "secrets are made beforehand");
    Ok(())
}

/// The pod that an object makes or is.
fn pod(object: &Value) -> Option<&Value> {
    match text(&object["kind"]) {
        "Deployment" | "Job" => Some(&object["spec"]["template"]["spec"]),
        "Pod" => Some(&object["spec"]),
        _ => None,
    }
}

/// Neither root nor writable nor known to the cluster, of a fixed version and a bounded size.
fn is_confined(pod: &Value) -> Result<()> {
    let security = &pod["securityContext"];
    ensure!(security["runAsNonRoot"] == true, "may run as root");
    ensure!(
        security["seccompProfile"]["type"] == "RuntimeDefault",
        "has no seccomp profile"
    );
    ensure!(
        pod["automountServiceAccountToken"] == false,
        "its containers get the service account's token"
    );
    for container in items(&pod["containers"]) {
        let name = text(&container["name"]);
        let security = &container["securityContext"];
        ensure!(
            security["allowPrivilegeEscalation"] == false
                && security["readOnlyRootFilesystem"] == true
                && security["capabilities"]["drop"] == serde_json::json!(["ALL"]),
            "container {name} is not confined"
        );
        for amount in [
            "/requests/cpu",
            "/requests/memory",
            "/limits/cpu",
            "/limits/memory",
        ] {
            ensure!(
                container["resources"].pointer(amount).is_some(),
                "container {name} has no {amount}"
            );
        }
        let image = text(&container["image"]);
        let (_, tag) = image.rsplit_once(':').context("an image has no tag")?;
        ensure!(
            !tag.is_empty() && tag != "latest",
            "the tag of {image} is not fixed"
        );
    }
    Ok(())
}

/// Probed, selected by what it is labelled with, behind a Service, and stopped without haste.
fn serves(deployment: &Value, objects: &[Value]) -> Result<()> {
    let template = &deployment["spec"]["template"];
    let selector = &deployment["spec"]["selector"]["matchLabels"];
    let labels = &template["metadata"]["labels"];
    ensure!(
        includes(labels, selector),
        "its selector does not match its pods"
    );
    let service = of_kind(objects, "Service")
        .find(|service| service["metadata"]["name"] == deployment["metadata"]["name"]);
    let service = service.context("has no Service of its name")?;
    ensure!(
        includes(labels, &service["spec"]["selector"]),
        "its Service does not select its pods"
    );
    let app = &template["spec"]["containers"][0];
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let port = &app[probe]["httpGet"]["port"];
        ensure!(port == "http", "{probe} does not ask the HTTP port");
    }
    let seconds = |value: &Value| {
        let number = value.as_u64();
        number.or_else(|| text(value).trim_end_matches('s').parse().ok())
    };
    let annotations = &template["metadata"]["annotations"];
    let sleep = seconds(&app["lifecycle"]["preStop"]["sleep"]["seconds"]).unwrap_or(0);
    let sidecar = seconds(&annotations["dapr.io/graceful-shutdown-seconds"]).unwrap_or(0);
    let blocked = seconds(&annotations["dapr.io/block-shutdown-duration"]).unwrap_or(0);
    let grace = seconds(&template["spec"]["terminationGracePeriodSeconds"]).unwrap_or(30);
    // The services end within 20 seconds, each by its own bounds.
    let needed = (sleep + 20).max(blocked) + sidecar;
    ensure!(
        grace >= needed,
        "is killed after {grace} s and may need {needed} s"
    );
    Ok(())
}

pub(super) fn includes(all: &Value, some: &Value) -> bool {
    let mut some = some.as_object().into_iter().flatten().peekable();
    some.peek().is_some() && some.all(|(name, value)| all[name] == *value)
}

fn schedules_once(objects: &[Value]) -> Result<()> {
    let scheduler = of_kind(objects, "Deployment")
        .find(|object| object["metadata"]["name"] == "taskflow-scheduler");
    let spec = &scheduler.context("there is no scheduler")?["spec"];
    ensure!(
        spec["replicas"] == 1 && spec["strategy"]["type"] == "Recreate",
        "there may be two schedulers"
    );
    Ok(())
}

/// App-ids, ports and health checks are those of `dapr.yaml`; nothing that runs there is missing.
fn is_what_dapr_yaml_runs(objects: &[Value]) -> Result<()> {
    for app in template::read()? {
        let id = &app.own.app_id;
        let deployment = of_kind(objects, "Deployment")
            .find(|object| object["metadata"]["name"] == id.as_str())
            .with_context(|| format!("{id} of dapr.yaml is not in the chart"))?;
        let template = &deployment["spec"]["template"];
        let common = &app.common;
        for (annotation, wanted) in [
            ("app-id", id.clone()),
            ("app-port", app.own.app_port.to_string()),
            ("app-protocol", common.app_protocol.clone()),
            (
                "enable-app-health-check",
                common.enable_app_health_check.to_string(),
            ),
            (
                "app-health-probe-interval",
                common.app_health_probe_interval.to_string(),
            ),
            (
                "app-health-probe-timeout",
                common.app_health_probe_timeout.to_string(),
            ),
            (
                "app-health-threshold",
                common.app_health_threshold.to_string(),
            ),
            (
                "env",
                format!(
                    "{}={}",
                    template::GO_MEMORY_LIMIT,
                    common.env[template::GO_MEMORY_LIMIT]
                ),
            ),
        ] {
            let found = &template["metadata"]["annotations"][format!("dapr.io/{annotation}")];
            ensure!(
                found == wanted.as_str(),
                "{annotation} of {id} is {found}, in dapr.yaml {wanted}"
            );
        }
        let port = &template["spec"]["containers"][0]["ports"][0]["containerPort"];
        let http = app.http_addr()?;
        ensure!(
            http.ends_with(&format!(":{port}")),
            "{id} listens on {port}, in dapr.yaml on {http}"
        );
    }
    Ok(())
}

/// Scopes and access control lists name apps that there are.
fn names_known_apps(objects: &[Value]) -> Result<()> {
    let apps: BTreeSet<&str> = of_kind(objects, "Deployment")
        .map(|object| text(&object["metadata"]["name"]))
        .collect();
    for component in of_kind(objects, "Component") {
        for app in items(&component["scopes"]).map(text) {
            ensure!(apps.contains(app), "{} is for {app}", title(component));
        }
    }
    let configuration = of_kind(objects, "Configuration").next();
    let access = &configuration.context("there is no Configuration")?["spec"]["accessControl"];
    ensure!(
        access["defaultAction"] == "deny",
        "whoever is not on the list may call"
    );
    for policy in items(&access["policies"]) {
        let app = text(&policy["appId"]);
        ensure!(apps.contains(app), "the access control list names {app}");
        ensure!(
            policy["defaultAction"] == "deny" && policy["namespace"] == NAMESPACE,
            "the access control list does not hold {app} to anything"
        );
    }
    Ok(())
}
