//! SIGTERM: what was begun is finished, and nobody is left in doubt.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Heard, send, wait};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::stage::{Product, Stage};
use crate::violation::heard_exactly;

const GRACE: Duration = Duration::from_secs(15);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.alone(
            "drain: a stopping backend finishes the request it has",
            backend,
        ),
        stage.alone(
            "drain: a stopping realtime says goodbye, and its clients resume",
            realtime,
        ),
        stage.alone("drain: half a header holds up neither", half_a_header),
    ]
}

async fn backend(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let lock = product.database.lock_writes(owner.user).await?;
    let asked = tokio::spawn({
        let owner = owner.clone();
        async move { owner.post("/tasks", &json!({"title": "In flight"})).await }
    });
    wait::until("the request to be in flight", GRACE, async || {
        Ok((product.database.waiting_for_locks().await? > 0).then_some(()))
    })
    .await?;
    let service = &product.stack.backend()?.service;
    let stopping = service.terminate(GRACE);
    let rest = async {
        wait::until("the door to close", GRACE, async || {
            let door = product
                .http()
                .get(format!("{}/health/ready", product.backend))
                .send()
                .await;
            Ok(door.is_err().then_some(()))
        })
        .await?;
        lock.release().await
    };
    tokio::try_join!(stopping, rest)?;
    asked.await??.expect(201)?;
    let status = service.exited().await?;
    ensure!(status.success(), "the backend ended with {status}");

    product.heal().await?;
    ensure!(
        product
            .database
            .tasks_titled(owner.user, "In flight")
            .await?
            == 1
    );
    wait::until("the event to leave", GRACE, async || {
        Ok((product.database.unpublished(&[owner.user]).await? == 0).then_some(()))
    })
    .await
}

async fn realtime(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    let service = &product.stack.realtime()?.service;
    let (stopped, closed) = tokio::join!(service.terminate(GRACE), socket.closed());
    stopped?;
    ensure!(closed? == Some(1001));
    ensure!(service.exited().await?.success());
    for n in 0..3 {
        owner
            .post("/tasks", &json!({"title": format!("Missed {n}")}))
            .await?
            .expect(201)?;
    }
    product.heal().await?;
    let mut socket = product.socket(&owner, Some(cursor)).await?;
    let mut heard = socket.until(cursor + 3).await?;
    heard.push(Heard::Event(next(product, &owner, &mut socket).await?));
    heard_exactly(product, owner.user, cursor, &heard).await
}

/// A client that began a request and says no more.
async fn half_a_header(product: &Product) -> Result<()> {
    let mut apps = vec![product.stack.backend()?];
    if !product.stack.is_standalone() {
        apps.push(product.stack.realtime()?);
    }
    for app in apps {
        let origin = app.http();
        let mut half = TcpStream::connect(origin.trim_start_matches("http://")).await?;
        half.write_all(b"GET /health HTTP/1.1\r\nHos").await?;
        // Connections are accepted one after the other, so that one is by now.
        let whole = product.http().get(format!("{origin}/health/live"));
        ensure!(send(whole).await?.status == 200);
        app.service.terminate(GRACE).await?;
        let status = app.service.exited().await?;
        ensure!(status.success(), "{} ended with {status}", app.name());
    }
    product.heal().await
}

/// The event of a change that is made now; before it comes `ready`.
async fn next(
    product: &Product,
    owner: &testing::Client,
    socket: &mut testing::Socket,
) -> Result<events::Notice> {
    let (cursor, recovered) = socket.ready().await?;
    ensure!(recovered && cursor == product.database.head(owner.user).await?);
    owner
        .post("/tasks", &json!({"title": "Live"}))
        .await?
        .expect(201)?;
    socket.event().await
}
