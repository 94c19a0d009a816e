//! Apache Kafka's jars from Maven Central.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::{once, remove, required, sibling};
use crate::process::Spec;
use crate::progress::Progress;
use crate::workspace;

const VERSION: &str = "4.1.1";

/// Kafka's own dependencies name a logging interface but nothing behind it.
const POM: &str = include_str!("kafka.pom.xml");

/// The folder that holds every jar of the broker.
pub async fn kafka(progress: &Progress) -> Result<PathBuf> {
    required("java", "Kafka runs on Java 17 or newer")?;
    let target = workspace::cache().join("kafka").join(VERSION);
    once(
        "installing kafka",
        target,
        progress,
        async |partial, step| {
            let maven = required("mvn", "Maven fetches Kafka from Maven Central")?;
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
                .run(step)
                .await?;
            remove(&project)
        },
    )
    .await
}
