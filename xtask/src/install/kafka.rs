//! Apache Kafka's jars from Maven Central.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use children::Spec;

use super::{once, remove, required, required_since, sibling};
use crate::progress::Progress;
use crate::workspace;

const VERSION: &str = "4.1.1";

/// Kafka's own dependencies name a logging interface but nothing behind it.
const POM: &str = include_str!("kafka.pom.xml");

/// The folder that holds every jar of the broker.
pub async fn kafka(progress: &Progress) -> Result<PathBuf> {
    java().await?;
    once(
        "installing kafka",
        target(),
        progress,
        async |partial, step| {
            let maven = maven()?;
            let project = sibling(partial, "project");
            remove(&project)?;
            fs::create_dir_all(&project)?;
            fs::write(
                project.join("pom.xml"),
                POM.replace("KAFKA_VERSION", VERSION),
            )?;
            step.waits_for(&format!("Maven Central: kafka_2.13 {VERSION}"));
            Spec::new("mvn", maven)
                .args(["--batch-mode", "--no-transfer-progress"])
                .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
                .arg(format!("-DoutputDirectory={}", partial.display()))
                .dir(&project)
                .run(step.output())
                .await?;
            remove(&project)
        },
    )
    .await
}

/// What a machine must have to run Kafka, and to get it unless that was done.
pub(super) async fn prerequisites() -> Vec<Result<PathBuf>> {
    let mut found = vec![java().await];
    if !target().exists() {
        found.push(maven());
    }
    found
}

async fn java() -> Result<PathBuf> {
    const WHAT: &str = "Kafka runs on Java 17 or newer";
    required_since((17, 0), "java", "--version", WHAT).await
}

fn maven() -> Result<PathBuf> {
    required("mvn", "Maven fetches Kafka from Maven Central")
}

fn target() -> PathBuf {
    workspace::cache().join("kafka").join(VERSION)
}
