//! `charts/taskflow` through Helm.

use std::path::PathBuf;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use tokio::process::Command;

use crate::{install, workspace};

/// The chart, below the root of the repository.
pub(crate) const FOLDER: &str = "charts/taskflow";

/// Where everything is installed.
pub const NAMESPACE: &str = "taskflow";

/// One way to install the chart.
pub(super) struct Variant {
    pub(super) name: &'static str,
    /// The files that are given besides `values.yaml`.
    files: &'static [&'static str],
    set: &'static [&'static str],
}

/// What people are told to install.
pub(super) const VARIANTS: &[Variant] = &[
    Variant::of("as it is", &[]),
    Variant::of("dev", &["values-dev.yaml"]),
    Variant::of("on Redpanda Cloud", &["values-redpanda-cloud.yaml"]),
    Variant::of("prod", &["values-prod.yaml"]),
    Variant::of(
        "dev on Redpanda in the cluster",
        &["values-dev.yaml", "values-redpanda-in-cluster.yaml"],
    ),
    Variant::of(
        "prod on Redpanda Cloud",
        &["values-prod.yaml", "values-redpanda-cloud.yaml"],
    ),
    Variant::of(
        "prod on Redpanda in the cluster",
        &["values-prod.yaml", "values-redpanda-in-cluster.yaml"],
    ),
    EVERYTHING,
    Variant {
        name: "nothing that can be left out",
        files: &[],
        set: &[
            "autoscaling.enabled=false",
            "ingress.enabled=false",
            "networkPolicy.enabled=false",
            "migration.enabled=false",
            "topics.create=false",
        ],
    },
];

/// Every object that the chart has.
pub(super) const EVERYTHING: Variant = Variant {
    name: "everything there is",
    files: &[],
    set: &[
        "monitoring.enabled=true",
        "createNamespace=true",
        "ingress.controller=nginx",
        "dapr.nativeSidecar=false",
        "env.JWT_MODE=jwks",
        "env.JWT_JWKS_URL=http://taskflow-frontend:3000/api/auth/jwks",
        "image.pullSecrets={registry}",
    ],
};

/// The chart, and the Helm to look at it with.
pub(crate) struct Chart {
    pub(crate) helm: PathBuf,
}

impl Variant {
    const fn of(name: &'static str, files: &'static [&'static str]) -> Self {
        Self {
            name,
            files,
            set: &[],
        }
    }

    pub(super) fn args(&self) -> Vec<String> {
        let files = self.files.iter();
        let files = files.map(|file| format!("--values={FOLDER}/{file}"));
        let set = self.set.iter().map(|value| format!("--set={value}"));
        files.chain(set).collect()
    }
}

impl Chart {
    /// Helm's own opinion, warnings included.
    pub(super) async fn lint(&self, variant: &Variant) -> Result<()> {
        let output = self
            .helm(["lint", "--strict", "--quiet", FOLDER], variant.args())
            .await?;
        succeeded(&output).with_context(|| format!("helm lint, {}", variant.name))
    }

    /// The objects of one variant, hooks included.
    pub(super) async fn render(&self, variant: &Variant) -> Result<Vec<Value>> {
        let text = self
            .template(variant.args())
            .await
            .with_context(|| format!("helm template, {}", variant.name))?;
        objects(&text)
    }

    /// The manifests as text.
    pub(super) async fn template(&self, more: Vec<String>) -> Result<String> {
        let output = self.try_template(more).await?;
        succeeded(&output)?;
        Ok(String::from_utf8(output.stdout)?)
    }

    pub(super) async fn try_template(&self, more: Vec<String>) -> Result<Output> {
        let namespace = format!("--namespace={NAMESPACE}");
        let version = format!("--kube-version={}", install::KUBERNETES);
        let args = ["template", "taskflow", FOLDER, &namespace, &version];
        self.helm(args, more).await
    }

    async fn helm<const N: usize>(&self, args: [&str; N], more: Vec<String>) -> Result<Output> {
        let output = Command::new(&self.helm)
            .args(args)
            .args(more)
            .current_dir(workspace::root())
            .kill_on_drop(true)
            .output();
        output.await.context("starting helm")
    }
}

fn succeeded(output: &Output) -> Result<()> {
    ensure!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The documents of a YAML stream that are not empty.
fn objects(text: &str) -> Result<Vec<Value>> {
    let mut objects = Vec::new();
    for document in serde_norway::Deserializer::from_str(text) {
        let value = Value::deserialize(document)?;
        if !value.is_null() {
            objects.push(value);
        }
    }
    Ok(objects)
}

/// `Deployment taskflow-backend`.
pub(super) fn title(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!(
        "{} {}",
        text(&object["kind"]),
        text(&object["metadata"]["name"])
    )
}
