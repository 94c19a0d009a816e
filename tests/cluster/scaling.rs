//! More of what serves people: each does its part, and nobody notices that they come and go.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use events::Topic;
use libtest_mimic::Trial;
use testing::{send, wait};

use crate::kube::{Forward, gone, kubectl, pods};
use crate::release::Release;
use crate::stage::Stage;
use crate::upgrade::without_failure;

const REPLICAS: usize = 3;

/// Where they serve HTTP.
const SERVICES: [(&str, u16); 2] = [("backend", 8000), ("realtime", 8001)];

/// How long it may take until one has had something to do.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "scaling: three backends and realtimes share the work, and go again",
        three,
    )]
}

async fn three(release: &Release) -> Result<()> {
    without_failure(release, async {
        release.follow("scale").await?;
        for (service, port) in SERVICES {
            let replicas = of(service).await?;
            ensure!(replicas.len() == REPLICAS, "{replicas:?}");
            for pod in &replicas {
                works(release, pod, port).await?;
            }
        }
        back_to_one().await
    })
    .await
}

async fn of(service: &str) -> Result<Vec<String>> {
    pods(&format!("--selector=app=taskflow,component={service}")).await
}

async fn back_to_one() -> Result<()> {
    for (service, _) in SERVICES {
        let before = of(service).await?;
        let deployment = format!("deployment/taskflow-{service}");
        kubectl(&["scale", &deployment, "--replicas=1"]).await?;
        let stay = wait::until("one to be left", PATIENCE, async || {
            let stay = of(service).await?;
            Ok((stay.len() == 1).then_some(stay))
        });
        let stay = stay.await?;
        let leave = before.into_iter().filter(|pod| !stay.contains(pod));
        gone(&leave.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Waits until a pod has served a write, or heard of one, by its own count.
async fn works(release: &Release, pod: &str, port: u16) -> Result<()> {
    let forward = Forward::to(pod, port).await?;
    let url = format!("http://127.0.0.1:{}/metrics", forward.port);
    let of_topic = format!("topic=\"{}\"", Topic::Tasks.name());
    wait::until(&format!("{pod} to work"), PATIENCE, async || {
        let metrics = send(release.http().get(&url)).await?;
        let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
        let has_worked = metrics.lines().any(|line| {
            let wrote = line.starts_with("http_requests_total{") && line.contains("\"POST\"");
            let heard = line.starts_with("events_handled_total{") && line.contains(&of_topic);
            wrote || heard
        });
        Ok(has_worked.then_some(()))
    })
    .await
}
