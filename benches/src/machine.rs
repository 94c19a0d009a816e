//! Where the figures come from: they mean nothing without it.

use std::fs;

use anyhow::Result;
use tokio::process::Command;
use xtask::install;
use xtask::progress::Progress;

use crate::cpu;
use crate::stage::Stage;

/// One line about the machine.
pub struct Fact {
    pub name: &'static str,
    pub value: String,
}

fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact {
        name,
        value: value.into(),
    }
}

/// The hardware and how busy it is: to be asked before anything is started.
pub fn at_start() -> Vec<Fact> {
    let date = telemetry::clock::now().strftime("%F %H:%M UTC").to_string();
    let cpu = field("/proc/cpuinfo", "model name");
    let memory = field("/proc/meminfo", "MemTotal");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let busy = load
        .first()
        .and_then(|load| load.parse::<f64>().ok())
        .is_some_and(|load| load > 0.5);
    let idle = if busy {
        ": not idle, trust the ratios more than the figures"
    } else {
        ""
    };
    vec![
        fact("date", date),
        fact("CPU", format!("{cpu}, {} cores", cpu::count())),
        fact("memory", memory),
        fact("kernel", kernel.trim()),
        fact(
            "load average at the start",
            format!("{}{idle}", load.join(" ")),
        ),
    ]
}

/// What the services stand on, and how durable it is.
pub async fn versions(stage: &Stage) -> Result<Vec<Fact>> {
    let settings: (String, String, String) = sqlx::query_as(
        "select current_setting('server_version'), current_setting('fsync'),
                current_setting('synchronous_commit')",
    )
    .fetch_one(&stage.db)
    .await?;
    let (version, fsync, commit) = settings;
    let postgres = format!("{version}, fsync={fsync}, synchronous_commit={commit}");
    if stage.is_standalone() {
        return Ok(vec![fact("PostgreSQL", postgres)]);
    }
    let hidden = Progress::hidden();
    let daprd = Command::new(install::daprd(&hidden).await?)
        .arg("--version")
        .output()
        .await?;
    let kafka = install::kafka(&hidden).await?;
    let kafka = kafka
        .file_name()
        .map(|name| name.display().to_string())
        .unwrap_or_default();
    Ok(vec![
        fact("PostgreSQL", postgres),
        fact(
            "Kafka",
            format!("{kafka}, one broker, replication 1, no fsync before its answer"),
        ),
        fact("daprd", String::from_utf8_lossy(&daprd.stdout).trim()),
    ])
}

/// What the app is looked at with.
pub async fn browser() -> Result<Fact> {
    let chromium = install::chromium(&Progress::hidden()).await?;
    let version = Command::new(chromium).arg("--version").output().await?;
    let version = String::from_utf8_lossy(&version.stdout);
    Ok(fact("browser", format!("{}, headless", version.trim())))
}

/// The first value of a `name : value` file.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line
        .and_then(|line| line.split_once(':'))
        .map(|(_, value)| value.trim());
    value.unwrap_or("unknown").to_owned()
}
