//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, ensure};
use children::{Process, Spec};
use embedded::Postgres;

use crate::cargo::{self, TestBinary, TestKind};
use crate::cluster::{self, ClusterArgs};
use crate::infra::{Kafka, postgres};
use crate::logs::Logs;
use crate::ports::Ports;
use crate::progress::Progress;
use crate::{browser, deploy, frontend, generate, install, lint, workspace};

/// Which tests to run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this part; without it also formatting, lints and generated files
    part: Option<Part>,
    /// Passed to the test programs: a filter, or their own options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    filter: Vec<String>,
    /// Use this PostgreSQL server for the integration tests instead of our own
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Tests inside the crates
    Unit,
    /// Tests beside the crates, with a real Postgres, a real Kafka and a real daprd
    It,
    /// Tests of the whole product
    E2e,
    /// Lints, types and tests of the app, and its build
    Frontend,
    /// The app in a real browser, before the whole product
    Browser,
    /// Chart, manifests, Compose file, alerts and documents; starts nothing
    Deploy,
    /// The product on a Kubernetes that is named, as people install it
    Cluster,
}

/// What the test programs reported together.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
    /// What they say of each failure, again at the end: what is said once is far above by then.
    failures: Vec<String>,
    is_in_failures: bool,
}

/// The parts of a run, and when each of them began.
struct Timeline {
    parts: Vec<(String, Instant)>,
    progress: Progress,
}

pub async fn run(args: Args) -> Result<()> {
    let progress = Progress::new();
    if args.part == Some(Part::Deploy) {
        return deploy::check(&progress).await;
    }
    if args.part == Some(Part::Frontend) {
        return frontend::check(&progress).await;
    }
    if args.part == Some(Part::Browser) {
        cargo::build(cargo::SERVICES, &progress).await?;
        return Box::pin(browser::check(&args.filter, &progress)).await;
    }
    let names_a_cluster = args.cluster.names_a_cluster();
    if args.part == Some(Part::Cluster) && !names_a_cluster {
        progress.line(cluster::SKIPPED);
        return Ok(());
    }
    let mut timeline = Timeline::new(&progress);
    timeline.begin("tools");
    let needs = install::Needs {
        sidecars: true,
        standalone: true,
        // The integration tests run `up`, and with it the app.
        frontend: args.part.is_none_or(|part| part == Part::It),
    };
    install::prerequisites(needs).await?;
    let (postgres, _, daprd, dateutil) = tokio::try_join!(
        install::postgres(&progress),
        install::kafka(&progress),
        install::daprd(&progress),
        install::dateutil(&progress)
    )?;
    let tools = [
        ("DAPRD_BIN", daprd.display().to_string()),
        ("POSTGRES_DIR", postgres.display().to_string()),
        ("DATEUTIL_WHEELS", dateutil.display().to_string()),
    ];
    if args.part.is_none() {
        // Needed last, but missed at once.
        install::chromium(&progress).await?;
        timeline.begin("format");
        lint::fmt(true, &progress).await?;
        timeline.begin("lints and generated files");
        generate::run(true, &progress).await?;
        timeline.begin("front end");
        frontend::check(&progress).await?;
        timeline.begin("deployment");
        deploy::check(&progress).await?;
    }
    timeline.begin("build");
    let binaries = cargo::build_tests(&progress).await?;
    let tally = Arc::new(Mutex::new(Tally::default()));
    let mut broken = Vec::new();
    for part in [Part::Unit, Part::It, Part::E2e, Part::Cluster] {
        let is_wanted = args.part.is_none_or(|wanted| wanted == part);
        if !is_wanted || part == Part::Cluster && !names_a_cluster {
            continue;
        }
        let server = Server::for_part(part, &args, &tools, &progress).await?;
        for binary in binaries
            .iter()
            .filter(|binary| Some(binary.kind) == part.kind())
        {
            timeline.begin(&binary.name);
            if !run_one(binary, &args.filter, &server, &tally, &progress).await? {
                broken.push(binary.name.clone());
            }
        }
        if part == Part::It && args.filter.is_empty() {
            timeline.begin("accounts of the front end");
            if let Err(error) = frontend::check_accounts(&server.env, &progress).await {
                progress.line(&format!("{error:#}"));
                broken.push("accounts of the front end".to_owned());
            }
        }
        server.stop().await?;
    }
    if args.part.is_none() {
        timeline.begin("browser");
        if let Err(error) = Box::pin(browser::check(&[], &progress)).await {
            progress.line(&format!("{error:#}"));
            broken.push("browser".to_owned());
        }
    }
    timeline.end();
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    for line in &tally.failures {
        progress.line(line);
    }
    progress.line(&format!(
        "\n{} passed, {} failed",
        tally.passed, tally.failed
    ));
    if args.part.is_none() && !names_a_cluster {
        progress.line(cluster::SKIPPED);
    }
    ensure!(broken.is_empty(), "failed: {}", broken.join(", "));
    Ok(())
}

impl Timeline {
    fn new(progress: &Progress) -> Self {
        Self {
            parts: Vec::new(),
            progress: progress.clone(),
        }
    }

    fn begin(&mut self, part: &str) {
        self.progress.line(&format!("\n━━ {part}"));
        self.parts.push((part.to_owned(), Instant::now()));
    }

    /// Says how long each part took.
    fn end(self) {
        self.progress.line("\n━━ minutes");
        // Each ends where the next begins.
        let begins = self.parts.iter().map(|(_, began)| *began);
        let ends = begins.skip(1).chain([Instant::now()]);
        for ((part, began), end) in self.parts.iter().zip(ends) {
            let minutes = (end - *began).as_secs_f64() / 60.0;
            self.progress.line(&format!("{minutes:5.1}  {part}"));
        }
    }
}

impl Part {
    /// The test programs of the part.
    fn kind(self) -> Option<TestKind> {
        match self {
            Self::Unit => Some(TestKind::Unit),
            Self::It => Some(TestKind::Integration),
            Self::E2e => Some(TestKind::EndToEnd),
            Self::Cluster => Some(TestKind::Cluster),
            Self::Deploy | Self::Frontend | Self::Browser => None,
        }
    }
}

struct Running {
    /// None where somebody named one.
    postgres: Option<Postgres>,
    kafka: Kafka,
    scratch: PathBuf,
    _ports: Ports,
}

/// What integration tests find in their environment. End-to-end tests start their own
/// servers, because they kill them.
#[derive(Default)]
struct Server {
    env: Vec<(&'static str, String)>,
    running: Option<Running>,
}

impl Server {
    async fn for_part(
        part: Part,
        args: &Args,
        tools: &[(&'static str, String)],
        progress: &Progress,
    ) -> Result<Self> {
        if part == Part::Cluster {
            return Ok(Self {
                env: Box::pin(args.cluster.prepare(progress)).await?,
                running: None,
            });
        }
        if part != Part::It {
            return Ok(Self::default());
        }
        let scratch = workspace::scratch("it")?;
        let ports = Ports::claim()?;
        let logs = Logs::files(&scratch);
        let folder = scratch.join("postgres");
        let (url, postgres) = if let Some(url) = &args.database_url {
            (url.clone(), None)
        } else {
            let at = ports.next_on_loopback()?;
            let postgres = postgres::start(&folder, at, &logs, progress).await?;
            (postgres.url("postgres"), Some(postgres))
        };
        let (at, controller) = (ports.next_on_loopback()?, ports.next()?);
        let folder = scratch.join("kafka");
        let kafka = Kafka::start(&folder, at, controller, &logs, progress).await?;
        let servers = [("DATABASE_URL", url), ("KAFKA_BROKERS", kafka.brokers())];
        Ok(Self {
            env: [tools, &servers].concat(),
            running: Some(Running {
                postgres,
                kafka,
                scratch,
                _ports: ports,
            }),
        })
    }

    async fn stop(self) -> Result<()> {
        if let Some(running) = self.running {
            if let Some(postgres) = running.postgres {
                postgres.stop().await?;
            }
            running.kafka.stop().await?;
            std::fs::remove_dir_all(running.scratch)?;
        }
        Ok(())
    }
}

/// Runs one test program where cargo would, and says whether it succeeded.
async fn run_one(
    binary: &TestBinary,
    filter: &[String],
    server: &Server,
    tally: &Arc<Mutex<Tally>>,
    progress: &Progress,
) -> Result<bool> {
    let (counted, shown) = (Arc::clone(tally), progress.clone());
    let mut spec = Spec::new(&binary.name, &binary.executable)
        .args(filter)
        .dir(&binary.dir)
        .env("CARGO_MANIFEST_DIR", binary.dir.display().to_string())
        .log_lines(Arc::new(move |line: &str| {
            counted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .hear(line);
            shown.line(line);
        }));
    for (key, value) in &server.env {
        spec = spec.env(*key, value);
    }
    let process = Process::start(spec).await?;
    Ok(process.exited().await?.success())
}

impl Tally {
    /// Adds up lines like `test result: ok. 3 passed; 0 failed; 0 ignored; …`, and keeps what
    /// stands between `failures:` and them.
    fn hear(&mut self, line: &str) {
        self.is_in_failures |= line == "failures:";
        if self.is_in_failures {
            self.failures.push(line.to_owned());
        }
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        self.is_in_failures = false;
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else {
                continue;
            };
            let number: u32 = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_what_the_programs_report() {
        let mut tally = Tally::default();
        tally.hear("running 4 tests");
        tally.hear("test result: FAILED. 3 passed; 1 failed; 0 ignored; finished in 0.1s");
        tally.hear("test result: ok. 2 passed; 0 failed; 0 ignored; finished in 0.1s");
        assert_eq!(tally.passed, 5);
        assert_eq!(tally.failed, 1);
    }

    #[test]
    fn keeps_what_is_said_of_failures() {
        let mut tally = Tally::default();
        let result = "test result: FAILED. 1 passed; 1 failed; finished in 0.1s";
        let failures = ["failures:", "---- one ----", "left is not right"];
        tally.hear("test one ... FAILED");
        for line in failures.into_iter().chain([result]) {
            tally.hear(line);
        }
        tally.hear("test two ... ok");
        assert_eq!(tally.failures, [&failures[..], &[result]].concat());
    }
}
