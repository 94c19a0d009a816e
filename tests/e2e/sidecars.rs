//! The sidecars hold each service to its own: its topics, its components, its token.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Answer, send};
use xtask::stack::App;

use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "sidecars: a service publishes to its own topics only",
            publishing,
        ),
        stage.shared("sidecars: nobody is served without the token", token),
    ]
}

async fn publishing(product: &Product) -> Result<()> {
    let (backend, realtime) = (product.stack.backend()?, product.stack.realtime()?);
    let (scheduler, notifier) = (
        product.stack.app("scheduler")?,
        product.stack.app("notifier")?,
    );
    for (app, component, topic) in [
        (backend, "pubsub", "tasks.events.dlq"),
        (backend, "pubsub", "made.up"),
        (realtime, "pubsub-broadcast", "tasks.events"),
        (realtime, "pubsub-broadcast", "tasks.scheduling"),
        (realtime, "pubsub-broadcast", "made.up"),
        (scheduler, "pubsub", "tasks.events"),
        (scheduler, "pubsub", "users.events"),
        (notifier, "pubsub", "tasks.events"),
        (notifier, "pubsub", "tasks.scheduling"),
    ] {
        let answer = publish(product, app, component, topic, true).await?;
        ensure!(
            answer.status == 403,
            "{} to {topic}: {answer:?}",
            app.name()
        );
    }
    for (app, component) in [
        (backend, "pubsub-broadcast"),
        (scheduler, "pubsub-broadcast"),
        (notifier, "pubsub-broadcast"),
        (realtime, "pubsub"),
    ] {
        let answer = publish(product, app, component, "users.events", true).await?;
        ensure!(
            answer.status == 404,
            "{} has {component}: {answer:?}",
            app.name()
        );
    }
    Ok(())
}

async fn token(product: &Product) -> Result<()> {
    for app in product.stack.apps() {
        let answer = publish(product, app, "pubsub", "tasks.events", false).await?;
        ensure!(answer.status == 401, "{}: {answer:?}", app.name());
        let url = format!(
            "http://127.0.0.1:{}/v1.0/secrets/secrets/taskflow",
            app.dapr_http_port()?
        );
        let answer = send(product.http().get(url)).await?;
        ensure!(answer.status == 401, "{}: {}", app.name(), answer.status);
    }
    Ok(())
}

async fn publish(
    product: &Product,
    app: &App,
    component: &str,
    topic: &str,
    authorised: bool,
) -> Result<Answer> {
    let port = app.dapr_http_port()?;
    let url = format!("http://127.0.0.1:{port}/v1.0/publish/{component}/{topic}");
    let request = product.http().post(url).json(&json!({}));
    send(if authorised {
        request.header("dapr-api-token", product.stack.secret("DAPR_API_TOKEN")?)
    } else {
        request
    })
    .await
}
