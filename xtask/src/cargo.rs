//! Cargo, always called with the same packages and features, so that nothing is built twice.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use children::Spec;
use serde::Deserialize;

use crate::progress::Progress;
use crate::workspace;

/// The programs that `dapr.yaml` starts; packages of the same names.
pub(crate) const SERVICES: &[&str] = &[
    "taskflow-agent",
    "taskflow-backend",
    "taskflow-notifier",
    "taskflow-realtime",
    "taskflow-scheduler",
];

/// All of them in one.
pub(crate) const STANDALONE: &[&str] = &["taskflow"];

/// What tests are built with: the faults that they switch on to see a check turn red.
/// A release build refuses the features.
const TEST_BUILD: [&str; 3] = [
    "--workspace",
    "--features",
    "taskflow-agent/planted-faults,taskflow-backend/planted-faults,taskflow-notifier/planted-faults,taskflow-realtime/planted-faults,taskflow-scheduler/planted-faults,taskflow-standalone/planted-faults",
];

/// A compiled test program.
pub(crate) struct TestBinary {
    /// Its crate's folder and its own name.
    pub(crate) name: String,
    pub(crate) kind: TestKind,
    pub(crate) executable: PathBuf,
    /// Where cargo would run it.
    pub(crate) dir: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TestKind {
    /// Inside a library or program, without servers.
    Unit,
    /// Beside one crate, with the servers it needs.
    Integration,
    /// The whole product.
    EndToEnd,
    /// The whole product on Kubernetes.
    Cluster,
}

/// The lines of cargo's JSON output that tell of a built artifact.
#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    profile: ArtifactProfile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct ArtifactProfile {
    test: bool,
}

/// The cargo that runs us. The target folder is named because `dapr.yaml` names it too, and
/// queries are checked against `.sqlx` so that a build needs no database.
pub(crate) fn cargo(command: &str) -> Spec {
    let colour = if std::io::stderr().is_terminal() {
        "--color=always"
    } else {
        "--color=never"
    };
    Spec::new(format!("cargo {command}"), env!("CARGO"))
        .args([command, colour, "--target-dir=target"])
        .env("SQLX_OFFLINE", "true")
        .dir(&workspace::root())
}

/// The same for the one debug build of all that tests run.
pub(crate) fn cargo_for_tests(command: &str) -> Spec {
    cargo(command).args(TEST_BUILD)
}

/// Builds programs as tests run them, without any test.
pub(crate) async fn build(programs: &[&str], progress: &Progress) -> Result<()> {
    let step = progress.step("services");
    step.waits_for("cargo build");
    cargo_for_tests("build")
        .args(programs.iter().flat_map(|program| ["--bin", *program]))
        // With an example the features that dev-dependencies ask for are on, as they are for tests.
        .args(["--example", "openapi"])
        .run(step.output())
        .await?;
    step.done("built");
    Ok(())
}

/// Builds what is measured, and what measures it.
pub(crate) async fn build_for_bench(progress: &Progress) -> Result<()> {
    let step = progress.step("services");
    step.waits_for("cargo build");
    cargo("build")
        .args(SERVICES.iter().flat_map(|service| ["-p", *service]))
        .args(["-p", "taskflow-standalone", "-p", "taskflow-benches"])
        .arg("--release")
        .run(step.output())
        .await?;
    step.done("built");
    Ok(())
}

/// Builds everything with its tests, and tells what can be run.
pub(crate) async fn build_tests(progress: &Progress) -> Result<Vec<TestBinary>> {
    let built = Arc::new(Mutex::new(Vec::new()));
    let (collect, shown) = (Arc::clone(&built), progress.clone());
    cargo_for_tests("build")
        .args(["--all-targets", "--message-format=json-render-diagnostics"])
        .log_lines(Arc::new(move |line: &str| {
            if !line.starts_with('{') {
                shown.line(line);
            } else if let Ok(artifact) = serde_json::from_str::<Artifact>(line) {
                let mut built = collect.lock().unwrap_or_else(PoisonError::into_inner);
                built.extend(artifact.into_test());
            }
        }))
        .finish()
        .await?;
    let mut built = built.lock().unwrap_or_else(PoisonError::into_inner);
    let mut binaries = std::mem::take(&mut *built);
    binaries.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    Ok(binaries)
}

impl Artifact {
    fn into_test(self) -> Option<TestBinary> {
        let executable = self.executable.filter(|_| self.profile.test)?;
        let dir = self.manifest_path.parent()?.to_path_buf();
        let kind = if dir == workspace::root().join("tests") {
            match self.target.name.as_str() {
                "cluster" => TestKind::Cluster,
                _ => TestKind::EndToEnd,
            }
        } else if self.target.kind.iter().any(|kind| kind == "test") {
            TestKind::Integration
        } else {
            TestKind::Unit
        };
        let folder = dir.strip_prefix(workspace::root()).unwrap_or(&dir);
        Some(TestBinary {
            name: format!("{} {}", folder.display(), self.target.name),
            kind,
            executable,
            dir,
        })
    }
}
