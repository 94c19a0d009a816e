//! One service with its sidecar, or all services in one process without any.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use children::{Process, Spec};
use futures::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::logs::Logs;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::template;
use crate::workspace;

/// What holds all services.
const STANDALONE: &str = "target/debug/taskflow";

/// Its name where services have theirs.
const ALL_IN_ONE: &str = "taskflow";

/// How long a service or a sidecar may take to stop before it is killed. A killed sidecar
/// would keep its Kafka partitions for another 6 seconds.
const GRACE: Duration = Duration::from_secs(3);

/// A first start migrates the database and joins consumer groups of a fresh broker.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// A running service and its sidecar; the standalone has none.
pub struct App {
    pub service: Process,
    name: String,
    /// Where it serves HTTP.
    addr: String,
    sidecar: Option<Sidecar>,
}

struct Sidecar {
    process: Process,
    ports: template::Own,
}

/// What all apps of one stack have in common.
pub(crate) struct Surroundings<'a> {
    pub daprd: &'a Path,
    /// Where `dapr/` and `.taskflow/` lie that the sidecar reads.
    pub home: &'a Path,
    pub secrets: &'a Secrets,
    pub logs: &'a Logs,
    pub profile: Profile,
}

/// Which build of the services runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    #[default]
    Debug,
    Release,
}

/// Starts every app, pushing each to `running` as soon as it exists, and waits until all
/// are ready. Names come with the templates.
pub(crate) async fn start_all(
    apps: Vec<(String, template::App)>,
    around: &Surroundings<'_>,
    running: &mut Vec<App>,
    progress: &Progress,
) -> Result<()> {
    for (name, template) in apps {
        let first = running.is_empty();
        running.push(App::start(&name, template, around).await?);
        if first && let Some(app) = running.first() {
            // Two sidecars that create the state store's tables at once fail, and exit.
            app.components_loaded().await?;
        }
    }
    try_join_all(running.iter().map(|app| app.ready(progress))).await?;
    Ok(())
}

impl App {
    /// Starts both in no particular order: each waits for the other.
    async fn start(name: &str, template: template::App, around: &Surroundings<'_>) -> Result<Self> {
        let sidecar = around.logs.attach(sidecar(name, &template, around)?);
        let service = around.logs.attach(service(name, &template, around)?);
        Ok(Self {
            sidecar: Some(Sidecar {
                process: Process::start(sidecar).await?,
                ports: template.own.clone(),
            }),
            service: Process::start(service).await?,
            name: name.to_owned(),
            addr: template.http_addr()?.to_owned(),
        })
    }

    /// Starts all services in one process that serves at `addr`.
    pub(crate) async fn start_standalone(
        addr: &str,
        env: &BTreeMap<String, String>,
        profile: Profile,
        logs: &Logs,
    ) -> Result<Self> {
        let program = profile.path(STANDALONE);
        ensure!(program.exists(), "{} is not built", program.display());
        let spec = Spec::new(ALL_IN_ONE, program)
            // As for the services.
            .env("PLANTED_FAULT", "")
            .envs(env)
            .env("HTTP_ADDR", addr)
            .dir(&workspace::root());
        Ok(Self {
            service: Process::start(logs.attach(spec)).await?,
            name: ALL_IN_ONE.to_owned(),
            addr: addr.to_owned(),
            sidecar: None,
        })
    }

    /// `backend`, or `realtime-2` for a second replica.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The base URL of its HTTP server, without a slash at the end.
    pub fn http(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn sidecar(&self) -> Result<&Process> {
        Ok(&self.beside()?.process)
    }

    /// The service, and its sidecar if it has one.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        let sidecar = self.sidecar.iter().map(|sidecar| &sidecar.process);
        [&self.service].into_iter().chain(sidecar)
    }

    /// The gRPC port of its sidecar.
    pub fn dapr_grpc_port(&self) -> Result<u16> {
        Ok(self.beside()?.ports.dapr_grpc_port)
    }

    /// The HTTP port of its sidecar.
    pub fn dapr_http_port(&self) -> Result<u16> {
        Ok(self.beside()?.ports.dapr_http_port)
    }

    fn beside(&self) -> Result<&Sidecar> {
        let sidecar = self.sidecar.as_ref();
        sidecar.with_context(|| format!("{} has no sidecar", self.name))
    }

    /// Waits until the sidecar has loaded its components and `GET /health/ready` answers 200.
    /// Fails if either process ends first or it takes more than a minute.
    pub async fn ready(&self, progress: &Progress) -> Result<()> {
        let step = progress.step(&self.name);
        let addr = &self.addr;
        let ready = async {
            if self.sidecar.is_some() {
                step.waits_for("the sidecar's components");
                self.components_loaded().await?;
            }
            loop {
                match status(addr, "/health/ready").await {
                    Some(200) => return Ok(()),
                    Some(status) => step.waits_for(&format!("/health/ready says {status}")),
                    None => step.waits_for(&format!("{addr} to listen")),
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let alive = children::alive_until(&self.service, async {
            match &self.sidecar {
                Some(sidecar) => children::alive_until(&sidecar.process, ready).await,
                None => ready.await,
            }
        });
        if let Ok(result) = tokio::time::timeout(READY_WITHIN, alive).await {
            result?;
        } else {
            let tails = self.processes().map(|process| process.tail().join("\n"));
            let tails: Vec<_> = tails.collect();
            bail!(
                "{} was not ready within {READY_WITHIN:?}\n{}",
                self.name,
                tails.join("\n")
            );
        }
        step.done(&self.http());
        Ok(())
    }

    async fn components_loaded(&self) -> Result<()> {
        let addr = format!("127.0.0.1:{}", self.dapr_http_port()?);
        let loaded = async {
            while status(&addr, "/v1.0/healthz/outbound").await != Some(204) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        children::alive_until(self.sidecar()?, loaded).await
    }

    /// Stops the service while its sidecar still serves it, then the sidecar.
    pub async fn stop(&self) -> Result<()> {
        for process in self.processes() {
            process.terminate(GRACE).await?;
        }
        Ok(())
    }
}

fn sidecar(name: &str, app: &template::App, around: &Surroundings<'_>) -> Result<Spec> {
    let (common, own) = (&app.common, &app.own);
    let spec = Spec::new(format!("{name}-daprd"), around.daprd)
        .args(["--app-id", &own.app_id])
        .arg("--app-port")
        .arg(own.app_port)
        .args(["--app-protocol", &common.app_protocol])
        .arg(format!(
            "--enable-app-health-check={}",
            common.enable_app_health_check
        ))
        .arg("--app-health-probe-interval")
        .arg(common.app_health_probe_interval)
        .arg("--app-health-probe-timeout")
        .arg(common.app_health_probe_timeout)
        .arg("--app-health-threshold")
        .arg(common.app_health_threshold)
        .arg("--dapr-http-port")
        .arg(own.dapr_http_port)
        .arg("--dapr-grpc-port")
        .arg(own.dapr_grpc_port)
        .arg("--dapr-internal-grpc-port")
        .arg(own.dapr_internal_grpc_port)
        .arg("--metrics-port")
        .arg(own.metrics_port)
        .args(["--log-level", &common.log_level])
        .args(["--dapr-listen-addresses", &common.api_listen_addresses])
        // Nothing of a development machine is for its neighbours.
        .args(["--dapr-internal-grpc-listen-address", "127.0.0.1"])
        .args(["--metrics-listen-address", "127.0.0.1"])
        .env("DAPR_HOST_IP", "127.0.0.1")
        // As the Dapr CLI does.
        .envs(&common.env)
        .arg("--placement-host-address")
        .arg(common.placement_host_address.trim())
        .arg("--scheduler-host-address")
        .arg(common.scheduler_host_address.trim())
        .arg("--config")
        .arg(common.config_file_path.display())
        .args(
            common
                .resources_paths
                .iter()
                .map(|path| format!("--resources-path={}", path.display())),
        )
        .dir(around.home);
    tokens(spec, around.secrets)
}

fn service(name: &str, app: &template::App, around: &Surroundings<'_>) -> Result<Spec> {
    let own = &app.own;
    let [program, args @ ..] = own.command.as_slice() else {
        bail!("{} has no command in dapr.yaml", own.app_id);
    };
    let program = around.profile.path(program);
    if !program.exists() {
        bail!("{} is not built", program.display());
    }
    let spec = Spec::new(name, program)
        .args(args)
        // A debug build carries the faults of the tests. Whoever plants one does it by name here,
        // never by what happens to be in their shell.
        .env("PLANTED_FAULT", "")
        .envs(&own.env)
        .env("APP_ID", &own.app_id)
        .env("APP_PORT", own.app_port.to_string())
        .env("DAPR_GRPC_PORT", own.dapr_grpc_port.to_string())
        .env("DAPR_HTTP_PORT", own.dapr_http_port.to_string())
        .dir(&workspace::root().join(&own.app_dir_path));
    tokens(spec, around.secrets)
}

/// Each side proves to the other that it is its own.
fn tokens(spec: Spec, secrets: &Secrets) -> Result<Spec> {
    Ok(spec
        .env("DAPR_API_TOKEN", secrets.get("DAPR_API_TOKEN")?)
        .env("APP_API_TOKEN", secrets.get("APP_API_TOKEN")?))
}

impl Profile {
    /// The template names debug builds.
    pub(crate) fn path(self, program: &str) -> PathBuf {
        let program = match self {
            Self::Debug => program.to_owned(),
            Self::Release => program.replace("target/debug/", "target/release/"),
        };
        workspace::root().join(program)
    }
}

/// The status of a GET, or none while nobody answers.
pub(crate) async fn status(addr: &str, path: &str) -> Option<u16> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    let exchange = async {
        let mut stream = TcpStream::connect(addr).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await?;
        Ok::<_, std::io::Error>(head)
    };
    let exchange = tokio::time::timeout(Duration::from_secs(2), exchange);
    let head = exchange.await.ok()?.ok()?;
    std::str::from_utf8(&head[9..]).ok()?.parse().ok()
}
