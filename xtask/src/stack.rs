//! The whole product on free ports, for tests and benchmarks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures::future::try_join_all;

pub use crate::app::{App, Profile};
pub use crate::infra::Infra;

use crate::app::Surroundings;
use crate::infra::Kafka;
use crate::logs::Logs;
use crate::ports::Ports;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::{app, install, template, workspace};

/// How one stack differs from the one that `cargo xtask up` starts.
#[derive(Clone, Debug)]
pub struct Options {
    pub profile: Profile,
    /// All services in one process, without sidecars; it speaks to the broker if there is one.
    pub standalone: bool,
    /// More environment for the services, by app-id (`taskflow-backend`).
    pub env: BTreeMap<String, Vec<(String, String)>>,
    /// How many of each service run side by side, where each is a process.
    pub backend_replicas: usize,
    pub realtime_replicas: usize,
    pub notifier_replicas: usize,
    pub scheduler_replicas: usize,
}

/// Every service, ready to serve. Dropping it kills them all.
pub struct Stack {
    apps: Vec<App>,
    secrets: Secrets,
    logs: PathBuf,
    _ports: Ports,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::Debug,
            standalone: false,
            env: BTreeMap::new(),
            backend_replicas: 1,
            realtime_replicas: 1,
            notifier_replicas: 1,
            scheduler_replicas: 1,
        }
    }
}

impl Stack {
    /// Starts every app of `dapr.yaml`, or the standalone, on `infra`, which must carry no other
    /// stack at the time, and waits until each is ready. Secrets, components and logs go to `dir`.
    ///
    /// The services must have been built; as `cargo xtask test` and `bench` do.
    pub async fn start(
        infra: &Infra,
        dir: &Path,
        options: Options,
        progress: &Progress,
    ) -> Result<Self> {
        infra.postgres().create_database("taskflow").await?;
        if options.standalone {
            return Self::start_standalone(infra, dir, options, progress).await;
        }
        copy_components(dir)?;
        let database_url = infra.postgres().url("taskflow");
        let secrets = Secrets::write(dir, &database_url, &infra.kafka()?.brokers())?;
        let logs = dir.join("logs");
        let around = Surroundings {
            daprd: &install::daprd(progress).await?,
            home: dir,
            secrets: &secrets,
            logs: &Logs::files(&logs),
            profile: options.profile,
        };
        let ports = Ports::claim()?;
        let mut templates = Vec::new();
        for (name, mut app) in replicas(&options)? {
            let more = options.env.get(&app.own.app_id);
            app.own.env.extend(more.into_iter().flatten().cloned());
            // Nobody watches a file; the reader of a failed test wants to know everything.
            "info".clone_into(&mut app.common.log_level);
            templates.push((name, app.on_ports(|| ports.next())?));
        }
        let mut apps = Vec::new();
        app::start_all(templates, &around, &mut apps, progress).await?;
        Ok(Self {
            apps,
            secrets,
            logs,
            _ports: ports,
        })
    }

    async fn start_standalone(
        infra: &Infra,
        dir: &Path,
        options: Options,
        progress: &Progress,
    ) -> Result<Self> {
        let database_url = infra.postgres().url("taskflow");
        let brokers = infra.kafka().map(Kafka::brokers).unwrap_or_default();
        let secrets = Secrets::write(dir, &database_url, &brokers)?;
        let mut env = secrets.environment().clone();
        env.extend(options.env.into_values().flatten());
        let ports = Ports::claim()?;
        let addr = format!("127.0.0.1:{}", ports.next()?);
        let logs = dir.join("logs");
        let output = Logs::files(&logs);
        let app = App::start_standalone(&addr, &env, options.profile, &output).await?;
        app.ready(progress).await?;
        Ok(Self {
            apps: vec![app],
            secrets,
            logs,
            _ports: ports,
        })
    }

    /// Whether all services are one process.
    pub fn is_standalone(&self) -> bool {
        self.apps.iter().all(|app| app.sidecar().is_err())
    }

    /// The first replica.
    pub fn backend(&self) -> Result<&App> {
        self.app("backend")
    }

    /// The first replica.
    pub fn realtime(&self) -> Result<&App> {
        self.app("realtime")
    }

    /// An app by its name: `backend`, `realtime`, `realtime-2`. The standalone is all of them.
    pub fn app(&self, name: &str) -> Result<&App> {
        if let [all] = &self.apps[..] {
            return Ok(all);
        }
        let app = self.apps.iter().find(|app| app.name() == name);
        app.with_context(|| format!("this stack has no {name}"))
    }

    pub fn apps(&self) -> &[App] {
        &self.apps
    }

    /// A value of the stack's own secrets, such as `BETTER_AUTH_SECRET`.
    pub fn secret(&self, key: &str) -> Result<&str> {
        self.secrets.get(key)
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The log file of a process: `backend`, `backend-daprd`.
    pub fn log_path(&self, process: &str) -> PathBuf {
        self.logs.join(format!("{process}.log"))
    }

    /// Stops everything in order.
    pub async fn stop(&self) -> Result<()> {
        try_join_all(self.apps.iter().map(App::stop)).await?;
        Ok(())
    }
}

/// The template's apps by process name, each as often as wanted.
fn replicas(options: &Options) -> Result<Vec<(String, template::App)>> {
    let mut all = Vec::new();
    for app in template::read()? {
        let name = short_name(&app).to_owned();
        let count = match name.as_str() {
            "backend" => options.backend_replicas,
            "realtime" => options.realtime_replicas,
            "notifier" => options.notifier_replicas,
            "scheduler" => options.scheduler_replicas,
            _ => 1,
        };
        for replica in 1..=count {
            let name = match replica {
                1 => name.clone(),
                _ => format!("{name}-{replica}"),
            };
            all.push((name, app.clone()));
        }
    }
    if let Some(id) = options
        .env
        .keys()
        .find(|id| !all.iter().any(|(_, app)| app.own.app_id == **id))
    {
        bail!("no app has the id {id}");
    }
    Ok(all)
}

/// `backend` for `taskflow-backend`.
pub(crate) fn short_name(app: &template::App) -> &str {
    let id = &app.own.app_id;
    id.strip_prefix("taskflow-").unwrap_or(id)
}

/// The sidecars find their files relative to where they run, so the very same components
/// serve every stack: only the secrets beside them differ.
fn copy_components(dir: &Path) -> Result<()> {
    let (from, to) = (workspace::root().join("dapr"), dir.join("dapr"));
    fs::create_dir_all(dir.join(".taskflow"))?;
    for folder in ["", "components"] {
        fs::create_dir_all(to.join(folder))?;
        for entry in fs::read_dir(from.join(folder))? {
            let file = entry?.path();
            if file
                .extension()
                .is_some_and(|extension| extension == "yaml")
                && let Some(name) = file.file_name()
            {
                fs::copy(&file, to.join(folder).join(name))?;
            }
        }
    }
    Ok(())
}
