//! A single Kafka broker in KRaft mode.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use children::{Process, Spec};
use uuid::Uuid;

use super::{GRACE, topics};
use crate::install;
use crate::logs::Logs;
use crate::progress::Progress;

/// A running broker, with every topic created.
pub struct Kafka {
    at: SocketAddr,
    process: Process,
}

impl Kafka {
    /// Starts a broker whose log lies in `dir` and waits until it has every topic; what is
    /// there already is kept. Its own controller takes another port of the loopback.
    pub async fn start(
        dir: &Path,
        at: SocketAddr,
        controller: u16,
        logs: &Logs,
        progress: &Progress,
    ) -> Result<Self> {
        let kafka = Self::spawn(dir, at, controller, logs, progress).await?;
        kafka.ready(progress).await?;
        Ok(kafka)
    }

    /// The same without waiting, for who must be able to stop it meanwhile.
    pub(crate) async fn spawn(
        dir: &Path,
        at: SocketAddr,
        controller: u16,
        logs: &Logs,
        progress: &Progress,
    ) -> Result<Self> {
        let jars = install::kafka(progress).await?;
        fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
        let config = dir.join("server.properties");
        fs::write(&config, properties(dir, at, controller))?;
        format_storage(&jars, &config, progress).await?;
        let spec = java("kafka", &jars)?
            // On a developer's few cores the optimising compiler and a concurrent collector cost a
            // young broker more than they ever give back.
            .args([
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "kafka.Kafka",
            ])
            .arg(config.display());
        let process = Process::start(logs.attach(spec)).await?;
        Ok(Self { at, process })
    }

    /// The bootstrap address.
    pub fn brokers(&self) -> String {
        self.at.to_string()
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// `kill -9` of the broker.
    pub async fn kill9(&self) -> Result<()> {
        self.process.kill9().await
    }

    /// Starts the broker again and waits until it answers.
    pub async fn restart(&self) -> Result<()> {
        self.process.restart().await?;
        self.ready(&Progress::hidden()).await
    }

    pub async fn stop(&self) -> Result<()> {
        self.process.terminate(GRACE).await
    }

    pub(crate) async fn ready(&self, progress: &Progress) -> Result<()> {
        let step = progress.step("kafka");
        children::alive_until(&self.process, topics::create(&self.brokers(), &step)).await?;
        step.done(&self.brokers());
        Ok(())
    }
}

fn java(name: &str, jars: &Path) -> Result<Spec> {
    let java = children::program("java").context("`java` is missing: Kafka needs it")?;
    Ok(Spec::new(name, java)
        .arg("-cp")
        .arg(format!("{}/*", jars.display()))
        .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"))
}

async fn format_storage(jars: &Path, config: &Path, progress: &Progress) -> Result<()> {
    if storage(config).join("meta.properties").exists() {
        return Ok(());
    }
    let step = progress.step("formatting kafka");
    java("kafka format", jars)?
        .args(["kafka.tools.StorageTool", "format", "--config"])
        .arg(config.display())
        .arg("--cluster-id")
        .arg(Uuid::new_v4().simple())
        .run(step.output())
        .await?;
    step.done("an empty log");
    Ok(())
}

fn storage(config: &Path) -> PathBuf {
    config.with_file_name("log")
}

fn properties(dir: &Path, at: SocketAddr, controller: u16) -> String {
    let log = dir.join("log");
    let log = log.display();
    format!(
        "\
process.roles=broker,controller
node.id=1
listeners=BROKER://{at},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=BROKER://{at}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
log.dirs={log}
log.retention.hours=168
auto.create.topics.enable=false
# One broker: it is every replica, and it need not wait for others to join a group.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
offsets.topic.num.partitions=5
group.initial.rebalance.delay.ms=0
# Back sooner after a crash: the controller admits a broker again only when its old
# session has run out (9 s by default).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# Its default is a third of our heap.
log.cleaner.dedupe.buffer.size=16777216
"
    )
}
