//! `kubectl`, and the commands of the documents, on the cluster that was named.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use children::{Process, Spec};
use serde_json::Value;
use testing::wait;
use tokio::process::Command;
use xtask::deploy;

pub(crate) use xtask::deploy::NAMESPACE;

/// Every pod that runs for long, and what it belongs to.
pub(crate) const OURS: &str = "--selector=app=taskflow,component notin (migrate, test, topics)";

/// How long a port-forward may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `cargo xtask test cluster` says of the cluster; kubectl and Helm find it by themselves.
#[derive(Clone)]
pub(crate) struct Cluster {
    /// This machine, as pods find it.
    pub(crate) host: IpAddr,
    /// What stands before `/backend:dev`.
    pub(crate) images: String,
    /// Its ingress controller; none on a cluster of this machine.
    pub(crate) ingress: Option<SocketAddr>,
}

impl Cluster {
    /// None where no cluster is named.
    pub(crate) fn named() -> Result<Option<Self>> {
        let setting = |name: &str| std::env::var_os(name)?.into_string().ok();
        let (Some(host), Some(images)) = (setting("TASKFLOW_HOST"), setting("TASKFLOW_IMAGES"))
        else {
            return Ok(None);
        };
        let ingress = setting("TASKFLOW_INGRESS").map(|address| address.parse::<SocketAddr>());
        Ok(Some(Self {
            host: host.parse().context("TASKFLOW_HOST")?,
            images,
            ingress: ingress.transpose().context("TASKFLOW_INGRESS")?,
        }))
    }
}

/// What kubectl says in the product's namespace; it must succeed.
pub(crate) async fn kubectl(args: &[&str]) -> Result<String> {
    let mut command = Command::new("kubectl");
    command.args(["--namespace", NAMESPACE]).args(args);
    said(command, &format!("kubectl {}", args.join(" "))).await
}

/// The same as JSON.
pub(crate) async fn json(args: &[&str]) -> Result<Value> {
    let args = [args, &["--output=json"]].concat();
    Ok(serde_json::from_str(&kubectl(&args).await?)?)
}

/// Does what a document says, word by word, in a folder where it finds what it names. What one step
/// has set, the next one knows.
pub(crate) async fn follow(
    steps: &[&str],
    folder: &Path,
    env: &[(&'static str, String)],
) -> Result<String> {
    let scripts = steps.iter().map(|step| deploy::step(step));
    let script = scripts.collect::<Result<Vec<_>>>()?.join("\n");
    let mut command = Command::new("bash");
    command
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder)
        .envs(env.iter().map(|(name, value)| (*name, value)));
    said(command, &script).await
}

async fn said(mut command: Command, what: &str) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("starting {what}"))?;
    ensure!(
        output.status.success(),
        "{what}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// The elements of an array, or nothing.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A string, or nothing.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The names of the pods that a selector finds, without those that were told to end.
pub(crate) async fn pods(selector: &str) -> Result<Vec<String>> {
    let found = json(&["get", "pods", selector]).await?;
    let stay = items(&found["items"]).filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
    Ok(stay
        .map(|pod| text(&pod["metadata"]["name"]).to_owned())
        .collect())
}

/// One pod of a service.
pub(crate) async fn pod_of(component: &str) -> Result<String> {
    let pods = pods(&format!("--selector=app=taskflow,component={component}")).await?;
    pods.into_iter()
        .next()
        .with_context(|| format!("{component} has no pod"))
}

/// Waits until nothing is left of these pods.
pub(crate) async fn gone(pods: &[String]) -> Result<()> {
    let mut args = vec!["wait", "--for=delete", "--timeout=3m", "pod"];
    args.extend(pods.iter().map(String::as_str));
    kubectl(&args).await?;
    Ok(())
}

/// Waits until every deployment is what it should be.
pub(crate) async fn rolled_out() -> Result<()> {
    let args = ["rollout", "status", "deployment", OURS, "--timeout=5m"];
    kubectl(&args).await?;
    Ok(())
}

/// A value of a Secret.
pub(crate) async fn secret(name: &str, key: &str) -> Result<String> {
    let template = format!("--output=go-template={{{{.data.{key} | base64decode}}}}");
    kubectl(&["get", "secret", name, &template]).await
}

/// The product's namespace by its name, or nothing where there is none.
pub(crate) async fn namespace() -> Result<String> {
    let args = [
        "get",
        "namespace",
        NAMESPACE,
        "--ignore-not-found",
        "--output=name",
    ];
    kubectl(&args).await
}

/// Everything in the namespace, but for what was only reported.
pub(crate) async fn objects() -> Result<BTreeSet<String>> {
    let kinds = [
        "api-resources",
        "--namespaced",
        "--verbs=list",
        "--output=name",
    ];
    let kinds = kubectl(&kinds).await?;
    let kinds: Vec<&str> = kinds
        .lines()
        .filter(|kind| !kind.starts_with("events"))
        .collect();
    let kinds = kinds.join(",");
    let found = kubectl(&["get", &kinds, "--ignore-not-found", "--output=name"]).await?;
    Ok(found.lines().map(ToOwned::to_owned).collect())
}

/// A port of a pod on the loopback, while this lives.
pub(crate) struct Forward {
    _kubectl: Process,
    pub(crate) port: u16,
}

impl Forward {
    pub(crate) async fn to(pod: &str, port: u16) -> Result<Self> {
        let spec = Spec::new(format!("port-forward {pod}"), "kubectl")
            .args(["--namespace", NAMESPACE, "port-forward"])
            .args(["--address=127.0.0.1", pod])
            .arg(format!(":{port}"));
        let kubectl = Process::start(spec).await?;
        let port = wait::until("a port to be forwarded", PATIENCE, async || {
            let said = kubectl.tail();
            ensure!(kubectl.is_running(), "{}", said.join("\n"));
            Ok(said.iter().find_map(|line| forwarded(line)))
        })
        .await?;
        Ok(Self {
            _kubectl: kubectl,
            port,
        })
    }
}

/// Of `Forwarding from 127.0.0.1:40123 -> 50001`.
fn forwarded(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("127.0.0.1:")?;
    rest.split(' ').next()?.parse().ok()
}
