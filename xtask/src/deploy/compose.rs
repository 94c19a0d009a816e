//! `docker-compose.yml` against the specification of Compose, and against what the product needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use events::Topic;
use serde_json::Value;

use super::{boundaries, chart};
use crate::template;

const FILE: &str = "docker-compose.yml";

/// How the service beside an app is called, behind the app's name.
const SIDECAR: &str = "-daprd";

/// What ends the broker's developer mode, in which it does not wait for the disk.
const PRODUCTION: &str = "rpk redpanda mode production && exec rpk redpanda start";

/// Whatever would let the broker acknowledge what is not on the disk.
const FORGETFUL: [&str; 3] = ["dev-container", "developer_mode", "unsafe-bypass-fsync"];

pub(super) fn check(root: &Path, described: &Path) -> Result<()> {
    let text = fs::read_to_string(root.join(FILE))?;
    let mut document: serde_norway::Value = serde_norway::from_str(&text)?;
    document.apply_merge()?;
    let document = serde_json::to_value(document)?;
    let schema = fs::read(described.join("compose-spec.json"))?;
    let validator = jsonschema::validator_for(&serde_json::from_slice(&schema)?)?;
    follows(&validator, &document)?;
    let mut misspelt = document.clone();
    misspelt["services"]["backend"]["enviroment"] = Value::Object(serde_json::Map::default());
    ensure!(
        follows(&validator, &misspelt).is_err(),
        "a misspelt key of {FILE} is not noticed"
    );

    for (name, service) in entries(&document["services"]) {
        is_pinned_and_watched(name, service).with_context(|| format!("{FILE}: {name}"))?;
        ensure!(
            service["read_only"] != true || service["configs"].is_null(),
            "{FILE}: {name} is read-only, and Compose refuses to give it its configs"
        );
    }
    runs_what_dapr_yaml_runs(&document)?;
    is_bounded_like_the_chart(&document)?;
    takes_what_the_chart_takes(root, &document)?;
    makes_every_topic(&document["services"]["topics"]["command"])?;
    keeps_what_it_acknowledges(&document["services"]["redpanda"])?;
    holds_every_secret(root, &document)?;
    explains_every_variable(root, &text)
}

fn follows(validator: &jsonschema::Validator, document: &Value) -> Result<()> {
    let complaints: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("  {}: {error}", error.instance_path()))
        .collect();
    ensure!(complaints.is_empty(), "{FILE}:\n{}", complaints.join("\n"));
    Ok(())
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn strings(list: &Value) -> BTreeSet<&str> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

/// Of a fixed version, and with a health check if others wait for it.
fn is_pinned_and_watched(name: &str, service: &Value) -> Result<()> {
    let image = service["image"].as_str().context("has no image")?;
    let (_, tag) = image.rsplit_once(':').context("its image has no tag")?;
    ensure!(tag != "latest", "the tag of {image} is not fixed");
    let ends = name == "topics";
    let is_sidecar = name.ends_with(SIDECAR);
    ensure!(
        ends || is_sidecar || name == "console" || service["healthcheck"]["test"].is_array(),
        "has no health check"
    );
    Ok(())
}

/// Each app of `dapr.yaml` with a sidecar in its network that is started in the same way.
fn runs_what_dapr_yaml_runs(document: &Value) -> Result<()> {
    for app in template::read()? {
        let (common, own) = (&app.common, &app.own);
        let id = &own.app_id;
        let name = id.trim_start_matches("taskflow-");
        let service = &document["services"][name];
        let port = own.app_port.to_string();
        ensure!(
            service["environment"]["APP_PORT"] == port.as_str(),
            "{FILE}: APP_PORT of {name} is not {port}, as in dapr.yaml"
        );
        let sidecar = &document["services"][format!("{name}{SIDECAR}")];
        ensure!(
            sidecar["network_mode"] == format!("service:{name}"),
            "{FILE}: {name} and its sidecar do not share a network"
        );
        let limit = &common.env[template::GO_MEMORY_LIMIT];
        ensure!(
            sidecar["environment"][template::GO_MEMORY_LIMIT] == limit.as_str(),
            "{FILE}: {} of {name}'s sidecar is not {limit}, as in dapr.yaml",
            template::GO_MEMORY_LIMIT
        );
        let args = strings(&sidecar["command"]);
        for wanted in [
            format!("--app-id={id}"),
            format!("--app-port={port}"),
            format!("--app-protocol={}", common.app_protocol),
            format!("--dapr-listen-addresses={}", common.api_listen_addresses),
            format!(
                "--app-health-probe-interval={}",
                common.app_health_probe_interval
            ),
            format!(
                "--app-health-probe-timeout={}",
                common.app_health_probe_timeout
            ),
            format!("--app-health-threshold={}", common.app_health_threshold),
        ] {
            ensure!(
                args.contains(wanted.as_str()),
                "{FILE}: the sidecar of {name} is started without {wanted}, unlike in dapr.yaml"
            );
        }
    }
    Ok(())
}

/// Also what Redpanda's image would do by itself: `rpk redpanda start` takes developers' settings
/// for everything where its configuration says so.
fn keeps_what_it_acknowledges(broker: &Value) -> Result<()> {
    let command = broker["command"].to_string();
    ensure!(
        broker["entrypoint"].to_string().contains(PRODUCTION)
            && !FORGETFUL.iter().any(|word| command.contains(word)),
        "{FILE}: the broker forgets what it has acknowledged"
    );
    Ok(())
}

/// No container has more memory than a pod's, or less.
fn is_bounded_like_the_chart(document: &Value) -> Result<()> {
    let limits = boundaries::memory_limits()?;
    for (name, service) in entries(&document["services"]) {
        let container = if name.ends_with(SIDECAR) {
            "daprd"
        } else {
            name.as_str()
        };
        let Some(limit) = limits.get(container) else {
            continue;
        };
        ensure!(
            service["mem_limit"] == format!("{limit}m"),
            "{FILE}: {name} may have {}, and in the chart {limit} MiB",
            service["mem_limit"]
        );
    }
    Ok(())
}

/// What can be set for a service in the chart reaches it here as well.
fn takes_what_the_chart_takes(root: &Path, document: &Value) -> Result<()> {
    let schema = fs::read(root.join(chart::FOLDER).join("values.schema.json"))?;
    let schema: Value = serde_json::from_slice(&schema)?;
    let common = &schema["properties"]["env"]["properties"];
    for (name, service) in entries(&schema["properties"]["services"]["properties"]) {
        let own = entries(&service["properties"]["env"]["properties"]);
        // The front end has but its own.
        let common = entries(common).filter(|_| name != "frontend");
        let environment = &document["services"][name]["environment"];
        for (setting, _) in own.chain(common) {
            ensure!(
                environment.get(setting).is_some(),
                "{FILE}: {name} is not told {setting}, which the chart can be told"
            );
        }
    }
    Ok(())
}

fn makes_every_topic(command: &Value) -> Result<()> {
    let args = strings(command);
    let names = Topic::ALL
        .into_iter()
        .flat_map(|topic| [topic.name(), topic.dead_letter_name()])
        .map(ToOwned::to_owned);
    let settings = [
        format!("--partitions={}", Topic::PARTITIONS),
        format!("--topic-config=retention.ms={}", Topic::RETENTION_MS),
    ];
    for wanted in names.chain(settings) {
        ensure!(
            args.contains(wanted.as_str()),
            "{FILE}: topics are made without {wanted}"
        );
    }
    Ok(())
}

/// The keys that components name: a missing one ends a sidecar.
fn holds_every_secret(root: &Path, document: &Value) -> Result<()> {
    let content = document["configs"]["secrets"]["content"].as_str();
    let content: Value = serde_json::from_str(content.context("there are no secrets")?)?;
    for entry in fs::read_dir(root.join("dapr/components"))? {
        let component: Value = serde_norway::from_str(&fs::read_to_string(entry?.path())?)?;
        let metadata = component["spec"]["metadata"].as_array();
        for item in metadata.into_iter().flatten() {
            let Some(key) = item["secretKeyRef"]["key"].as_str() else {
                continue;
            };
            ensure!(
                content["taskflow"][key].is_string(),
                "{FILE}: {key} is missing among the secrets"
            );
        }
    }
    Ok(())
}

/// `${NAME…}` of the file, each in `.env.example`.
fn explains_every_variable(root: &Path, text: &str) -> Result<()> {
    let example = fs::read_to_string(root.join(".env.example"))?;
    for (at, _) in text.match_indices("${") {
        let name: String = text[at + 2..]
            .chars()
            .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
            .collect();
        let line = format!("{name}=");
        ensure!(
            example
                .lines()
                .any(|known| known.trim_start_matches("# ").starts_with(&line)),
            ".env.example does not explain {name} of {FILE}"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_broker_that_forgets_is_noticed() {
        let script = format!("{PRODUCTION} \"$$@\"");
        let broker = json!({"entrypoint": ["bash", "-euc", script], "command": ["--smp=1"]});
        assert!(keeps_what_it_acknowledges(&broker).is_ok());
        let mut as_it_comes = broker.clone();
        as_it_comes["entrypoint"] = json!(["rpk", "redpanda", "start"]);
        assert!(keeps_what_it_acknowledges(&as_it_comes).is_err());
        let mut hasty = broker;
        hasty["command"] = json!(["--unsafe-bypass-fsync=true"]);
        assert!(keeps_what_it_acknowledges(&hasty).is_err());
    }
}
