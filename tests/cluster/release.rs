//! TaskFlow as a Helm release, with its broker, its database and its model on this machine.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::ops::Deref;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use reqwest::Url;
use serde_json::json;
use testing::load::{Load, Outcome, Place};
use testing::{FakeModel, MODEL_KEY, Site};
use xtask::cluster::TAGS;
use xtask::progress::Progress;
use xtask::stack::Infra;
use xtask::workspace;

use crate::door::Door;
use crate::kube::{
    Cluster, NAMESPACE, OURS, follow, items, json, kubectl, namespace, objects, rolled_out, secret,
};

/// Says that a namespace is a trial's, so that the next may delete it.
const MARK: &str = "taskflow/trial=true";

pub(crate) struct Release {
    /// Behind the door.
    site: Site,
    infra: Infra,
    /// What the assistant asks.
    pub(crate) model: FakeModel,
    pub(crate) cluster: Cluster,
    /// Where the documents find what they name.
    pub(crate) folder: PathBuf,
    /// What was in the namespace before.
    pub(crate) before: BTreeSet<String>,
    /// How long the installation took.
    pub(crate) took: Duration,
    _door: Door,
}

impl Deref for Release {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Place for Release {
    fn brokers(&self) -> Result<String> {
        Ok(self.infra.kafka()?.brokers())
    }

    fn realtime_of(&self, _number: usize) -> String {
        self.site.realtime.clone()
    }
}

impl Release {
    /// Does what `K8S_SETUP.md` says from the secrets on, in an empty namespace.
    pub(crate) async fn install(cluster: Cluster, dir: &Path, progress: &Progress) -> Result<Self> {
        make_room().await?;
        let infra = Infra::start_at(cluster.host, dir, progress).await?;
        infra.postgres().create_database("taskflow").await?;
        let model = FakeModel::start_at(cluster.host).await?;
        let folder = dir.join("folder");
        fs::create_dir(&folder)?;
        for name in ["charts", "k8s-manifests.yaml"] {
            symlink(workspace::root().join(name), folder.join(name))?;
        }
        follow(&["secrets"], &folder, &settings(&infra)?).await?;
        mark().await?;
        let before = objects().await?;
        write_values(&cluster, &infra, &model, &folder, TAGS[0])?;
        let began = Instant::now();
        follow(&["install"], &folder, &[]).await?;
        let took = began.elapsed();
        let door = Door::open(cluster.ingress).await?;
        let (backend, realtime) = (door.origin.clone(), door.origin.clone());
        let database_url = infra.postgres().url("taskflow");
        let auth_secret = secret("taskflow", "BETTER_AUTH_SECRET").await?;
        Ok(Self {
            site: Site::new(backend, realtime, &database_url, &auth_secret).await?,
            infra,
            model,
            cluster,
            folder,
            before,
            took,
            _door: door,
        })
    }

    /// Does what a document says with what is installed.
    pub(crate) async fn follow(&self, step: &str) -> Result<String> {
        self.follow_each(&[step]).await
    }

    /// The same with steps that belong together.
    pub(crate) async fn follow_each(&self, steps: &[&str]) -> Result<String> {
        follow(steps, &self.folder, &[]).await
    }

    /// Installs these images over those that run, as `K8S_SETUP.md` says.
    pub(crate) async fn upgrade(&self, tag: &str) -> Result<()> {
        write_values(&self.cluster, &self.infra, &self.model, &self.folder, tag)?;
        self.follow("install").await?;
        Ok(())
    }

    /// Ends the work when everything runs again, and looks whether all of it is there: for those
    /// who work, on the topic, in the tables and in the log. What they needed, the chart gave.
    pub(crate) async fn settled(&self, load: Load) -> Result<Outcome> {
        rolled_out().await?;
        let outcome = load.finish(self).await?;
        for step in ["verify-log", "rebuild-verify"] {
            self.follow(step).await?;
        }
        had_memory().await?;
        Ok(outcome)
    }

    pub(crate) async fn stop_servers(&self) -> Result<()> {
        self.infra.stop().await
    }
}

/// Nobody was killed for more memory than the chart allows.
async fn had_memory() -> Result<()> {
    let pods = json(&["get", "pods", OURS]).await?;
    for pod in items(&pods["items"]) {
        let (apps, sidecars) = ("containerStatuses", "initContainerStatuses");
        let containers = [apps, sidecars].map(|kind| &pod["status"][kind]);
        for container in containers.into_iter().flat_map(items) {
            let ended = &container["lastState"]["terminated"]["reason"];
            ensure!(
                ended != "OOMKilled",
                "{} of {} had too little memory",
                container["name"],
                pod["metadata"]["name"]
            );
        }
    }
    Ok(())
}

/// The namespace is ours alone, or nobody touches it.
async fn make_room() -> Result<()> {
    clear().await?;
    ensure!(
        namespace().await?.is_empty(),
        "there is a namespace {NAMESPACE} that is not a trial's; nothing of it was touched"
    );
    Ok(())
}

/// Deletes what a trial has left behind, which an interrupted one does.
pub(crate) async fn clear() -> Result<()> {
    let selector = format!("--selector={MARK}");
    kubectl(&["delete", "namespace", &selector, "--timeout=5m"]).await?;
    Ok(())
}

/// Says that the namespace is a trial's.
pub(crate) async fn mark() -> Result<()> {
    kubectl(&["label", "namespace", NAMESPACE, MARK]).await?;
    Ok(())
}

/// The error with what the cluster has to say about it.
pub(crate) async fn explained(error: anyhow::Error) -> anyhow::Error {
    let mut lines = vec![format!("{error:#}")];
    let logs = [
        "logs",
        OURS,
        "--all-containers",
        "--prefix",
        "--tail=8",
        "--max-log-requests=60",
    ];
    for args in [
        &["get", "pods", "--output=wide"][..],
        &["get", "events", "--sort-by=.lastTimestamp"],
        &logs,
    ] {
        lines.push(format!("--- kubectl {}", args.join(" ")));
        let said = kubectl(args).await;
        lines.push(said.unwrap_or_else(|error| format!("{error:#}")));
    }
    anyhow!(lines.join("\n"))
}

/// What the reader of `K8S_SETUP.md` is to say: where database and broker are, and whose model.
fn settings(infra: &Infra) -> Result<Vec<(&'static str, String)>> {
    let database_url = infra.postgres().url("taskflow");
    Ok(vec![
        ("DATABASE_URL", database_url.clone()),
        ("STATE_CONNECTION_STRING", database_url),
        ("KAFKA_BROKERS", infra.kafka()?.brokers()),
        ("KAFKA_AUTH_TYPE", "none".to_owned()),
        ("KAFKA_DISABLE_TLS", "true".to_owned()),
        ("KAFKA_SASL_USERNAME", String::new()),
        ("KAFKA_SASL_PASSWORD", String::new()),
        ("KAFKA_SASL_MECHANISM", String::new()),
        ("OPENAI_API_KEY", MODEL_KEY.to_owned()),
    ])
}

/// `my-values.yaml`, as the reader of `K8S_SETUP.md` writes it; JSON is YAML.
fn write_values(
    cluster: &Cluster,
    infra: &Infra,
    model: &FakeModel,
    folder: &Path,
    tag: &str,
) -> Result<()> {
    // A node of two cores has no room for what the chart asks for. The limits stay.
    let resources = json!({"requests": {"cpu": "10m", "memory": "64Mi"}});
    let mut services = json!({"frontend": {"resources": resources}});
    for name in xtask::cluster::services()? {
        services[name] = json!({"resources": resources});
    }
    for name in ["backend", "frontend"] {
        services[name]["existingSecret"] = format!("taskflow-{name}").into();
    }
    // Tests are in a hurry; the limits have a trial of their own.
    services["backend"]["env"] = json!({"RATE_LIMIT_USER": "1000000", "RATE_LIMIT_IP": "1000000"});
    services["agent"]["env"] = json!({"OPENAI_BASE_URL": model.base_url()});
    let database = Url::parse(&infra.postgres().url("taskflow"))?;
    let broker: SocketAddr = infra.kafka()?.brokers().parse()?;
    let has_registry = cluster.ingress.is_some();
    let values = json!({
        "image": {
            "repository": cluster.images,
            "tag": tag,
            // The next time the same name is another image.
            "pullPolicy": if has_registry { "Always" } else { "IfNotPresent" },
        },
        "dapr": {"resources": resources},
        "services": services,
        // Whichever controller the cluster has.
        "ingress": {"className": ""},
        "networkPolicy": {
            "egressPorts": [
                database.port().context("the database has a port")?,
                broker.port(),
                model.port(),
            ],
        },
        // The image that makes them comes from a registry. The broker has them already.
        "topics": {"create": has_registry},
    });
    let values = serde_json::to_vec_pretty(&values)?;
    fs::write(folder.join("my-values.yaml"), values)?;
    Ok(())
}
