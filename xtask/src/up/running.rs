//! What one `up` has started: watched, and stopped in order.

use anyhow::{Result, bail};
use children::Process;
use embedded::Postgres;
use futures::FutureExt;
use futures::future::{join, join_all, select_all};

use crate::app::App;
use crate::frontend::Frontend;
use crate::infra::Kafka;
use crate::progress::Progress;

/// What runs by now. It grows while starting, so that an interruption at any point can
/// stop it in order.
#[derive(Default)]
pub(super) struct Running {
    pub(super) postgres: Option<Postgres>,
    pub(super) kafka: Option<Kafka>,
    pub(super) apps: Vec<App>,
    pub(super) frontend: Option<Frontend>,
}

impl Running {
    /// An app by its name; the standalone is all of them.
    pub(super) fn app(&self, name: &str) -> Option<&App> {
        match &self.apps[..] {
            [all] => Some(all),
            apps => apps.iter().find(|app| app.name() == name),
        }
    }

    fn processes(&self) -> impl Iterator<Item = &Process> {
        let postgres = self.postgres.iter().map(Postgres::process);
        let kafka = self.kafka.iter().map(Kafka::process);
        let apps = self.apps.iter().flat_map(App::processes);
        let frontend = self.frontend.iter().map(Frontend::process);
        postgres.chain(kafka).chain(apps).chain(frontend)
    }

    /// Waits for the first process to end, and tells which and what it said last.
    pub(super) async fn first_death(&self) -> Result<()> {
        let deaths = self
            .processes()
            .map(|process| async move { (process, process.exited().await) }.boxed());
        let ((process, status), _, _) = select_all(deaths).await;
        bail!(
            "{} ended ({}). Its last lines:\n{}",
            process.name(),
            status?,
            process.tail().join("\n")
        )
    }

    /// The app and the services with their sidecars first, then what they stand on.
    pub(super) async fn stop(&self, progress: &Progress) {
        let report = |name: &str, result: Result<()>| {
            if let Err(error) = result {
                progress.remark(&format!("stopping {name}: {error:#}"));
            }
        };
        let frontend = async {
            if let Some(frontend) = &self.frontend {
                report("frontend", frontend.stop().await);
            }
        };
        let apps = self
            .apps
            .iter()
            .map(|app| async { report(app.name(), app.stop().await) });
        join(frontend, join_all(apps)).await;
        let postgres = async {
            if let Some(postgres) = &self.postgres {
                report("postgres", postgres.stop().await);
            }
        };
        let kafka = async {
            if let Some(kafka) = &self.kafka {
                report("kafka", kafka.stop().await);
            }
        };
        join(postgres, kafka).await;
    }
}
