//! A Kubernetes that somebody names, with the product's images in it: what `tests/cluster` needs.

mod contents;

use std::fs::{self, Permissions};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use children::Spec;
use tokio::process::Command;

use crate::progress::Progress;
use crate::{install, workspace};

/// The images twice, so that an upgrade has something to go to.
pub const TAGS: [&str; 2] = ["dev", "next"];

/// What an image may have, uncompressed.
const MAX_SERVICE_BYTES: f64 = 60e6;
const MAX_FRONTEND_BYTES: f64 = 200e6;

/// Said where no cluster is named.
pub(crate) const SKIPPED: &str = "\
SKIPPED: the product was not tried on Kubernetes, because nobody says on which.
  One of this machine:  TASKFLOW_CLUSTER, the program that makes it (up, status, image, …)
  Another one:          KUBECONFIG, with TASKFLOW_REGISTRY (takes the images) and
                        TASKFLOW_INGRESS (address and port of its ingress controller)";

/// Which cluster the product is tried on; without any of these, on none.
#[derive(Debug, clap::Args)]
pub(crate) struct ClusterArgs {
    /// A program that makes a cluster of this machine: `up`, `status`, `image`, `kubectl` …
    #[arg(long = "cluster", env = "TASKFLOW_CLUSTER", value_name = "PROGRAM")]
    program: Option<PathBuf>,
    /// For the cluster of KUBECONFIG: what it gets images from, and they are pushed to
    #[arg(long, env = "TASKFLOW_REGISTRY")]
    registry: Option<String>,
    /// For the cluster of KUBECONFIG: where its ingress controller listens
    #[arg(long, env = "TASKFLOW_INGRESS", value_name = "ADDRESS:PORT")]
    ingress: Option<SocketAddr>,
    /// For the cluster of KUBECONFIG: this machine as pods find it, if not as the API server does
    #[arg(long, env = "TASKFLOW_HOST", value_name = "ADDRESS")]
    host: Option<IpAddr>,
}

/// What the trials find in their environment.
pub(crate) type Env = Vec<(&'static str, String)>;

struct Image {
    name: String,
    dockerfile: &'static str,
    max_bytes: f64,
}

impl ClusterArgs {
    pub(crate) fn names_a_cluster(&self) -> bool {
        let elsewhere = self.registry.is_some() && self.ingress.is_some();
        self.program.is_some() || elsewhere && std::env::var_os("KUBECONFIG").is_some()
    }

    /// Makes it ready for the trials: it runs, and has the images.
    pub(crate) async fn prepare(&self, progress: &Progress) -> Result<Env> {
        let helm = install::helm(progress).await?;
        let tools = workspace::root().join("target/cluster-tools");
        if tools.exists() {
            fs::remove_dir_all(&tools)?;
        }
        fs::create_dir_all(&tools)?;
        symlink(helm, tools.join("helm"))?;
        // The doctor, which was built with the trials.
        symlink(
            workspace::root().join("target/debug/taskflow"),
            tools.join("taskflow"),
        )?;
        let mut env = if let Some(program) = &self.program {
            let program = fs::canonicalize(program)
                .with_context(|| format!("TASKFLOW_CLUSTER is {}", program.display()))?;
            on_this_machine(&program, &tools, progress).await?
        } else if let (Some(registry), Some(ingress)) = (&self.registry, self.ingress) {
            elsewhere(registry, ingress, self.host, progress).await?
        } else {
            bail!(SKIPPED);
        };
        let mut path = tools.into_os_string();
        if let Some(others) = std::env::var_os("PATH") {
            path.push(":");
            path.push(others);
        }
        let path = path.into_string().ok();
        env.push(("PATH", path.context("PATH is no text")?));
        Ok(env)
    }
}

/// Brings it up, which takes a quarter of an hour the first time. It stays up: that is for whoever
/// has made it.
async fn on_this_machine(program: &Path, tools: &Path, progress: &Progress) -> Result<Env> {
    for (command, what) in [("up", "cluster up"), ("base-images", "base images")] {
        let run = Spec::new(what, program).arg(command);
        run.log_lines(progress.output()).finish().await?;
    }
    let kubectl = tools.join("kubectl");
    let wrapper = format!("#!/bin/sh\nexec '{}' kubectl \"$@\"\n", program.display());
    fs::write(&kubectl, wrapper)?;
    fs::set_permissions(&kubectl, Permissions::from_mode(0o755))?;
    for tag in TAGS {
        for image in images()? {
            let name = format!("taskflow/{}:{tag}", image.name);
            let build = Spec::new("cluster image", program)
                .arg("image")
                .arg(workspace::root().display())
                .arg(image.dockerfile)
                .arg(&name)
                .args(image.build_args(tag));
            let full_name = format!("docker.io/{name}");
            let buildah = || {
                let mut buildah = Command::new(program);
                buildah.arg("buildah");
                buildah
            };
            image
                .build(build, buildah, &full_name, tag, progress)
                .await?;
        }
    }
    let status = output(Command::new(program).arg("status")).await?;
    refuse_for_those_who_are_gone(&setting(&status, "POD_CIDR")?).await?;
    Ok(vec![
        ("KUBECONFIG", setting(&status, "KUBECONFIG")?),
        ("TASKFLOW_HOST", setting(&status, "HOST_IP")?),
        ("TASKFLOW_IMAGES", "docker.io/taskflow".to_owned()),
    ])
}

/// Pods have a route each, on such a cluster. What is sent to one that is gone would leave this
/// machine, and whoever is out there may answer anything.
async fn refuse_for_those_who_are_gone(pods: &str) -> Result<()> {
    let route = ["route", "replace", "unreachable", pods];
    output(Command::new("ip").args(route)).await?;
    Ok(())
}

async fn elsewhere(
    registry: &str,
    ingress: SocketAddr,
    host: Option<IpAddr>,
    progress: &Progress,
) -> Result<Env> {
    for (tool, what) in [("kubectl", "asks the cluster"), ("buildah", "makes images")] {
        ensure!(
            children::program(tool).is_some(),
            "`{tool}` is missing: it {what}"
        );
    }
    for tag in TAGS {
        for image in images()? {
            let name = format!("{registry}/{}:{tag}", image.name);
            let build = Spec::new("buildah", "buildah")
                .args(["bud", "--layers", "--file", image.dockerfile, "--tag"])
                .arg(&name)
                .args(image.build_args(tag))
                .arg(".")
                .dir(&workspace::root());
            let buildah = || Command::new("buildah");
            image.build(build, buildah, &name, tag, progress).await?;
            output(Command::new("buildah").args(["push", &name])).await?;
        }
    }
    let host = if let Some(host) = host {
        host
    } else {
        let query = "jsonpath={.clusters[0].cluster.server}";
        let view = ["config", "view", "--minify", "--output", query];
        facing(&output(Command::new("kubectl").args(view)).await?)?
    };
    Ok(vec![
        ("TASKFLOW_HOST", host.to_string()),
        ("TASKFLOW_IMAGES", registry.to_owned()),
        ("TASKFLOW_INGRESS", ingress.to_string()),
    ])
}

/// Those of the chart: the services, and the front end.
fn images() -> Result<Vec<Image>> {
    let mut images = vec![Image {
        name: "frontend".to_owned(),
        dockerfile: "frontend/Dockerfile",
        max_bytes: MAX_FRONTEND_BYTES,
    }];
    for name in services()? {
        images.push(Image {
            name,
            dockerfile: "services/Dockerfile",
            max_bytes: MAX_SERVICE_BYTES,
        });
    }
    Ok(images)
}

/// The services that the chart runs.
pub fn services() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace::root().join("services"))? {
        let entry = entry?;
        let name = entry.file_name().display().to_string();
        // All in one process is for where there is no chart.
        if entry.file_type()?.is_dir() && name != "standalone" {
            names.push(name);
        }
    }
    Ok(names)
}

impl Image {
    fn build_args(&self, tag: &str) -> Vec<String> {
        let mut args = vec![format!("VERSION={tag}")];
        if self.dockerfile.starts_with("services/") {
            args.push(format!("SERVICE={}", self.name));
        }
        let args = args.into_iter();
        args.flat_map(|arg| ["--build-arg".to_owned(), arg])
            .collect()
    }

    /// Builds it, and looks how large it has become and what is in it.
    async fn build(
        &self,
        build: Spec,
        buildah: impl Fn() -> Command,
        name: &str,
        tag: &str,
        progress: &Progress,
    ) -> Result<()> {
        let step = progress.step(name);
        step.waits_for("the image; the first service's takes half an hour");
        build.run(step.output()).await?;
        let size = output(buildah().args(["images", "--format", "{{.Size}}", name])).await?;
        let size = size.lines().next().unwrap_or_default();
        let bytes = bytes(size).with_context(|| format!("{name} has the size `{size}`"))?;
        ensure!(
            bytes <= self.max_bytes,
            "{name} has {size}, and may have {} MB",
            self.max_bytes / 1e6
        );
        step.waits_for("a look into its layers");
        let looked = contents::check(buildah(), name, &self.name, tag).await;
        looked.with_context(|| name.to_owned())?;
        step.done(size);
        Ok(())
    }
}

/// `57.1 MB`, as buildah says it.
fn bytes(size: &str) -> Option<f64> {
    let (number, unit) = size.trim().split_once(' ')?;
    let factor = match unit {
        "B" | "bytes" => 1.0,
        "KB" | "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// The value of a line `NAME=value  # what it means`.
fn setting(status: &str, name: &str) -> Result<String> {
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let value = value.and_then(|value| value.split_whitespace().next());
    let value = value.with_context(|| format!("the cluster does not say its {name}"))?;
    Ok(value.to_owned())
}

/// This machine's address as a server sees it: the pods beside that find us there, too.
fn facing(server: &str) -> Result<IpAddr> {
    let (_, rest) = server.split_once("://").context("the server has no URL")?;
    let address = rest.split('/').next().unwrap_or(rest);
    let address = if address.contains(':') {
        address.to_owned()
    } else {
        format!("{address}:443")
    };
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    // Sends nothing: it only finds the way.
    socket.connect(&address)?;
    let ours = socket.local_addr()?.ip();
    ensure!(
        !ours.is_loopback(),
        "pods do not find this machine at {server}; say in TASKFLOW_HOST where they do"
    );
    Ok(ours)
}

async fn output(command: &mut Command) -> Result<String> {
    let output = command
        .current_dir(workspace::root())
        .kill_on_drop(true)
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "{:?}: {}{}",
        command.as_std(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(bytes("57.5 MB"), Some(57.5e6));
        assert_eq!(bytes("1.05 GB"), Some(1.05e9));
        assert_eq!(bytes("many"), None);
    }

    #[test]
    fn settings_are_read() {
        let status = "etcd  pid 1\n\nKUBECONFIG=/k/config\nHOST_IP=10.98.0.1  # as pods see it\n";
        assert_eq!(setting(status, "HOST_IP").unwrap(), "10.98.0.1");
        assert_eq!(setting(status, "KUBECONFIG").unwrap(), "/k/config");
        assert!(setting(status, "HOST").is_err());
    }

    #[test]
    fn a_cluster_on_the_loopback_does_not_find_us() {
        assert!(facing("https://127.0.0.1:6443").is_err());
    }
}
