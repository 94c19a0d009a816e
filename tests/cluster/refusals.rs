//! Where something is wrong, the first pod that starts says what, in its log; those that run go on,
//! and nobody notices.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::wait;

use crate::kube::{gone, kubectl, pods, secret};
use crate::release::Release;
use crate::stage::Stage;
use crate::upgrade::without_failure;

/// How long a pod may take to say it: a sidecar starts before its app.
const LIMIT: Duration = Duration::from_mins(2);

/// In values that no complaint may repeat.
const SECRET: &str = "hunter2";

/// A value of a Secret that is wrong, whose new pod finds it, which container of it says what.
struct Mistake {
    secret: &'static str,
    key: &'static str,
    value: &'static str,
    service: &'static str,
    container: &'static str,
    said: &'static str,
}

const MISTAKES: [Mistake; 4] = [
    Mistake {
        secret: "taskflow",
        key: "BETTER_AUTH_SECRET",
        value: SECRET,
        service: "realtime",
        container: "app",
        said: "BETTER_AUTH_SECRET has 7 characters and needs 32 or more",
    },
    Mistake {
        secret: "taskflow-frontend",
        key: "BETTER_AUTH_SECRET",
        value: SECRET,
        service: "frontend",
        container: "app",
        said: "BETTER_AUTH_SECRET: ",
    },
    Mistake {
        secret: "taskflow-backend",
        key: "DATABASE_URL",
        value: "postgres://root:hunter2@127.0.0.1:1/tasks",
        service: "backend",
        container: "app",
        said: "waiting for Postgres",
    },
    Mistake {
        secret: "taskflow",
        key: "KAFKA_BROKERS",
        value: "127.0.0.1:1",
        service: "notifier",
        container: "daprd",
        said: "initialization error occurred for pubsub",
    },
];

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "refusals: a pod that cannot do its work says why, and those that run go on",
        mistakes,
    )]
}

async fn mistakes(release: &Release) -> Result<()> {
    without_failure(release, async {
        for mistake in &MISTAKES {
            let right = secret(mistake.secret, mistake.key).await?;
            change(mistake, mistake.value).await?;
            let restart = ["rollout", "restart", &deployment(mistake.service)];
            let outcome = refuses(mistake.service, mistake.container, mistake.said, &restart).await;
            change(mistake, &right).await?;
            outcome?;
        }
        let set = ["set", "env", &deployment("agent"), "MODEL_STEPS=0"];
        refuses("agent", "app", "for '--model-steps", &set).await?;

        release.database.visit_from_tomorrow().await?;
        let restart = ["rollout", "restart", &deployment("backend")];
        let said = "which this version does not know; start the version that brought it";
        let outcome = refuses("backend", "app", said, &restart).await;
        release.database.forget_tomorrow().await?;
        outcome
    })
    .await
}

fn deployment(service: &str) -> String {
    format!("deployment/taskflow-{service}")
}

async fn change(mistake: &Mistake, value: &str) -> Result<()> {
    let key = mistake.key;
    let patch = json!({"stringData": {key: value}}).to_string();
    kubectl(&["patch", "secret", mistake.secret, "--patch", &patch]).await?;
    Ok(())
}

/// Lets a pod start by a command, waits until it says what is wrong, and takes the command back.
async fn refuses(service: &str, container: &str, said: &str, start: &[&str]) -> Result<()> {
    let selector = format!("--selector=app=taskflow,component={service}");
    let before = pods(&selector).await?;
    kubectl(start).await?;
    let what = format!("{service} to say `{said}`");
    let complaint = wait::until(&what, LIMIT, async || {
        for pod in pods(&selector).await? {
            if !before.contains(&pod)
                // While it waits for its image or its sidecar, there is no log.
                && let Ok(log) = kubectl(&["logs", &pod, "--container", container]).await
                && log.contains(said)
            {
                return Ok(Some((pod, log)));
            }
        }
        Ok(None)
    });
    let complaint = complaint.await;
    let deployment = deployment(service);
    kubectl(&["rollout", "undo", &deployment]).await?;
    kubectl(&["rollout", "status", &deployment, "--timeout=3m"]).await?;
    let (pod, log) = complaint?;
    ensure!(
        !log.contains(SECRET),
        "{service} repeats what is secret: {log}"
    );
    gone(&[pod]).await?;
    let after = pods(&selector).await?;
    ensure!(after == before, "{before:?} had to go for {after:?}");
    Ok(())
}
