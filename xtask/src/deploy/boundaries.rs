//! How many there may be of each component and how much each may use, as the constitution of the
//! project has it; and autoscalers and budgets that find what they are for.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::chart::{FOLDER, title};
use super::conventions::{includes, items, of_kind, text};
use crate::workspace;

/// A component, of which there are at most so many.
struct Boundary {
    component: &'static str,
    replicas: u64,
    /// What it asks for and what it may have, in thousandths of a core.
    cpu: [u32; 2],
    /// The same in MiB.
    memory: [u32; 2],
}

const BOUNDARIES: [Boundary; 6] = [
    Boundary {
        component: "frontend",
        replicas: 3,
        cpu: [100, 250],
        memory: [128, 256],
    },
    Boundary {
        component: "backend",
        replicas: 3,
        cpu: [500, 1000],
        memory: [512, 1024],
    },
    Boundary {
        component: "scheduler",
        replicas: 1,
        cpu: [250, 250],
        memory: [256, 256],
    },
    Boundary::of_handler("realtime"),
    Boundary::of_handler("notifier"),
    Boundary::of_handler("agent"),
];

impl Boundary {
    const fn of_handler(component: &'static str) -> Self {
        Self {
            component,
            replicas: 2,
            cpu: [250, 500],
            memory: [256, 512],
        }
    }
}

/// Fails with the first component that is beyond its boundary.
pub(super) fn check(objects: &[Value]) -> Result<()> {
    for boundary in &BOUNDARIES {
        let name = format!("taskflow-{}", boundary.component);
        let deployment = named(objects, "Deployment", &name)?;
        is_within(boundary, deployment, objects).with_context(|| title(deployment))?;
    }
    for autoscaler in of_kind(objects, "HorizontalPodAutoscaler") {
        scales(autoscaler, objects).with_context(|| title(autoscaler))?;
    }
    for budget in of_kind(objects, "PodDisruptionBudget") {
        let selected = &budget["spec"]["selector"]["matchLabels"];
        let mut deployments = of_kind(objects, "Deployment");
        ensure!(
            deployments.any(|it| includes(&it["spec"]["template"]["metadata"]["labels"], selected)),
            "{} selects nothing",
            title(budget)
        );
    }
    Ok(())
}

/// What a container may have at most in MiB, by the name of its service; a sidecar is `daprd`.
pub fn memory_limits() -> Result<BTreeMap<String, u32>> {
    let values = fs::read_to_string(workspace::root().join(FOLDER).join("values.yaml"))?;
    let values: Value = serde_norway::from_str(&values)?;
    let services = values["services"].as_object().into_iter().flatten();
    let containers = services.map(|(name, service)| (name.as_str(), service));
    let mut limits = BTreeMap::new();
    for (name, container) in containers.chain([("daprd", &values["dapr"])]) {
        let limit = mebibytes(&container["resources"]["limits"]["memory"]);
        let limit = limit.with_context(|| format!("{name} has no limit of memory"))?;
        limits.insert(name.to_owned(), limit);
    }
    Ok(limits)
}

fn named<'a>(objects: &'a [Value], kind: &'a str, name: &str) -> Result<&'a Value> {
    let found = of_kind(objects, kind).find(|object| object["metadata"]["name"] == name);
    found.with_context(|| format!("there is no {kind} {name}"))
}

fn is_within(boundary: &Boundary, deployment: &Value, objects: &[Value]) -> Result<()> {
    let spec = &deployment["spec"];
    let mut autoscalers = of_kind(objects, "HorizontalPodAutoscaler");
    let name = &deployment["metadata"]["name"];
    let scaled = autoscalers.find(|it| it["spec"]["scaleTargetRef"]["name"] == *name);
    let (least, most) = match scaled {
        // An upgrade would set the number back otherwise.
        Some(_) if !spec["replicas"].is_null() => (None, None),
        Some(it) => (
            it["spec"]["minReplicas"].as_u64(),
            it["spec"]["maxReplicas"].as_u64(),
        ),
        None => (spec["replicas"].as_u64(), spec["replicas"].as_u64()),
    };
    let most = most.context("either it or its autoscaler says how many there are")?;
    ensure!(
        least.is_some_and(|least| least >= 1) && most <= boundary.replicas,
        "there may be {most} of it, and at most {} are meant",
        boundary.replicas
    );
    let resources = &spec["template"]["spec"]["containers"][0]["resources"];
    let (asked, limit) = (&resources["requests"], &resources["limits"]);
    for (found, meant, what) in [
        (
            [millicores(&asked["cpu"]), millicores(&limit["cpu"])],
            boundary.cpu,
            "cpu",
        ),
        (
            [mebibytes(&asked["memory"]), mebibytes(&limit["memory"])],
            boundary.memory,
            "memory",
        ),
    ] {
        ensure!(
            found == meant.map(Some),
            "its {what} is {found:?}, and {meant:?} is meant"
        );
    }
    Ok(())
}

/// Its target is there, can be measured against what it asks for, and may grow.
fn scales(autoscaler: &Value, objects: &[Value]) -> Result<()> {
    let spec = &autoscaler["spec"];
    let target = &spec["scaleTargetRef"];
    let deployment = named(objects, text(&target["kind"]), text(&target["name"]))?;
    let pod = &deployment["spec"]["template"]["spec"];
    let mut measured = 0;
    for metric in items(&spec["metrics"]) {
        let wanted = &metric["containerResource"];
        let mut containers = items(&pod["containers"]);
        let container = containers.find(|it| it["name"] == wanted["container"]);
        let container = container.with_context(|| format!("measures {}", wanted["container"]))?;
        let asked = &container["resources"]["requests"][text(&wanted["name"])];
        ensure!(!asked.is_null(), "a share of a request that is not made");
        measured += 1;
    }
    ensure!(measured > 0, "measures nothing");
    ensure!(
        spec["maxReplicas"].as_u64() > spec["minReplicas"].as_u64(),
        "cannot grow"
    );
    Ok(())
}

/// Of `250m`, or of whole cores.
fn millicores(quantity: &Value) -> Option<u32> {
    let quantity = text(quantity);
    match quantity.strip_suffix('m') {
        Some(thousandths) => thousandths.parse().ok(),
        None => Some(1000 * quantity.parse::<u32>().ok()?),
    }
}

/// Of `512Mi` or `1Gi`.
fn mebibytes(quantity: &Value) -> Option<u32> {
    let quantity = text(quantity);
    match quantity.strip_suffix("Gi") {
        Some(gibibytes) => Some(1024 * gibibytes.parse::<u32>().ok()?),
        None => quantity.strip_suffix("Mi")?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment() -> Value {
        json!({
            "kind": "Deployment",
            "metadata": {"name": "taskflow-agent"},
            "spec": {"template": {"spec": {"containers": [{"name": "app", "resources": {
                "requests": {"cpu": "250m", "memory": "256Mi"},
                "limits": {"cpu": "500m", "memory": "512Mi"},
            }}]}}},
        })
    }

    fn autoscaler() -> Value {
        let metric = json!({"container": "app", "name": "cpu"});
        json!({
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "taskflow-agent"},
            "spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": "taskflow-agent"},
                "minReplicas": 1,
                "maxReplicas": 2,
                "metrics": [{"type": "ContainerResource", "containerResource": metric}],
            },
        })
    }

    fn judged(deployment: &Value, autoscaler: &Value) -> Result<()> {
        let objects = [deployment.clone(), autoscaler.clone()];
        is_within(&Boundary::of_handler("agent"), deployment, &objects)?;
        scales(autoscaler, &objects)
    }

    #[test]
    fn what_is_beyond_a_boundary_is_noticed() {
        judged(&deployment(), &autoscaler()).unwrap();
        for (place, wrong) in [
            (
                "/spec/template/spec/containers/0/resources/limits/memory",
                json!("1Gi"),
            ),
            (
                "/spec/template/spec/containers/0/resources/requests/cpu",
                json!("1"),
            ),
            ("/spec/template/spec/containers/0/name", json!("other")),
            ("/metadata/name", json!("taskflow-other")),
        ] {
            let mut deployment = deployment();
            *deployment.pointer_mut(place).unwrap() = wrong;
            assert!(judged(&deployment, &autoscaler()).is_err(), "{place}");
        }
        for (place, wrong) in [
            ("/spec/maxReplicas", json!(3)),
            ("/spec/maxReplicas", json!(1)),
            ("/spec/minReplicas", json!(0)),
            ("/spec/scaleTargetRef/name", json!("taskflow-other")),
            (
                "/spec/metrics/0/containerResource/container",
                json!("daprd"),
            ),
            ("/spec/metrics/0/containerResource/name", json!("gpu")),
            ("/spec/metrics", json!([])),
        ] {
            let mut autoscaler = autoscaler();
            *autoscaler.pointer_mut(place).unwrap() = wrong;
            assert!(judged(&deployment(), &autoscaler).is_err(), "{place}");
        }
    }

    #[test]
    fn the_chart_limits_every_container() {
        let limits = memory_limits().unwrap();
        assert_eq!(limits["backend"], 1024);
        assert!(limits.contains_key("daprd") && limits.contains_key("frontend"));
    }
}
