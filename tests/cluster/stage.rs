//! What the trials stand on: one release for all of them, installed when the first needs it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use libtest_mimic::{Failed, Trial};
use testing::wait;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use xtask::progress::Progress;
use xtask::workspace;

use crate::kube::Cluster;
use crate::release::{Release, clear, explained};

/// No trial takes this long unless it hangs.
const LIMIT: Duration = Duration::from_mins(20);

pub(crate) struct Stage {
    runtime: Runtime,
    cluster: Cluster,
    /// Data and logs of the servers.
    dir: PathBuf,
    release: OnceCell<Result<Release, String>>,
}

impl Stage {
    pub(crate) fn new(cluster: Cluster) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            runtime: Runtime::new()?,
            cluster,
            dir: workspace::scratch("cluster")?,
            release: OnceCell::new(),
        }))
    }

    pub(crate) fn trial(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Release) -> Result<()> + Send + 'static,
    ) -> Trial {
        let stage = Arc::clone(self);
        Trial::test(name, move || {
            let body = async {
                match check(stage.release().await?).await {
                    Ok(()) => Ok(()),
                    Err(error) => Err(explained(error).await),
                }
            };
            let limited = wait::within("the trial to end", LIMIT, body);
            let outcome = stage.runtime.block_on(limited);
            outcome.map_err(|error| Failed::from(format!("{error:#}")))
        })
    }

    async fn release(&self) -> Result<&Release> {
        let installed = self.release.get_or_init(async || {
            let progress = Progress::new();
            let install = Release::install(self.cluster.clone(), &self.dir, &progress);
            match Box::pin(install).await {
                Ok(release) => Ok(release),
                Err(error) => Err(format!("{:#}", explained(error).await)),
            }
        });
        let installed = installed.await.as_ref();
        installed.map_err(|error| anyhow!("{error}"))
    }

    /// Runs until Ctrl-C, and then leaves nothing in the cluster.
    pub(crate) fn watch_for_interruption(self: &Arc<Self>) {
        let stage = Arc::clone(self);
        self.runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                let _ = clear().await;
                let _ = fs::remove_dir_all(&stage.dir);
                std::process::exit(130);
            }
        });
    }

    /// Ends everything; the logs of the servers stay when they may be of interest.
    pub(crate) fn tear_down(&self, keep_logs: bool) -> Result<()> {
        if let Some(release) = self.release.get() {
            self.runtime.block_on(async {
                clear().await?;
                match release {
                    Ok(release) => release.stop_servers().await,
                    Err(_) => Ok(()),
                }
            })?;
        }
        if keep_logs {
            eprintln!("the logs of the servers are in {}", self.dir.display());
        } else {
            fs::remove_dir_all(&self.dir)?;
        }
        Ok(())
    }
}
