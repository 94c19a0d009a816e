//! `kill -9` of everything, one at a time, under load: nothing that was acknowledged is lost,
//! and nobody hears anything twice or out of order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use children::Process;
use futures::future::try_join_all;
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Client, wait};
use tokio::time::sleep;
use xtask::progress::Progress;
use xtask::stack::App;

use crate::load::{Failure, Load};
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage};
use crate::{reminders, series};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.alone("crash: the broker, and no request fails", broker),
        stage.alone(
            "crash: the backend's sidecar, and no request fails",
            backend_sidecar,
        ),
        stage.alone(
            "crash: realtime's sidecar, and no socket breaks",
            realtime_sidecar,
        ),
        stage.alone(
            "crash: the scheduler's sidecar, and what follows a completion comes once",
            scheduler_sidecar,
        ),
        stage.alone(
            "crash: the notifier's sidecar, and what came due meanwhile is told of once",
            notifier_sidecar,
        ),
        stage.alone("crash: realtime, and its sockets resume", realtime),
        stage.alone(
            "crash: scheduler and notifier beside their sidecars, and both go on",
            go_on,
        ),
        stage.alone(
            "crash: the backend, and one task comes of each key",
            backend,
        ),
        stage.alone(
            "crash: the database, answered with 503 until it heals",
            database,
        ),
        stage.alone(
            "crash: the database, and whoever asks once it is back is answered",
            healed,
        ),
        stage.alone(
            "crash: everything in turn, sooner than it has settled",
            storm,
        ),
    ]
}

/// Writes that are made while something is broken.
const MEANWHILE: u64 = 150;

/// Requests at once, twice what the pool has connections for.
const CROWD: usize = 40;

/// Things that are done beside the load.
const FEW: usize = 5;

/// How long an app stays away: until its sidecar has just given it up, with something under way
/// that it repeats. The length of the outage is what is tried, so it is no wait for anything.
const AWAY: Duration = Duration::from_secs(3);

/// How long it may take until a consumer group has noticed who died, and a lease has ended.
const BACK: Duration = Duration::from_mins(3);

pub(crate) async fn broker(product: &Product) -> Result<()> {
    let load = Load::start(product).await?;
    product.infra.kafka()?.kill9().await?;
    load.writes_without_failure(MEANWHILE).await?;
    wait::until("health to tell of it", Duration::from_mins(1), async || {
        let health = product
            .http()
            .get(format!("{}/health", product.backend))
            .send()
            .await?;
        let health: serde_json::Value = health.json().await?;
        Ok((health["status"] == "degraded" && health["queue_depth"] != 0).then_some(()))
    })
    .await?;
    load.writes_without_failure(MEANWHILE).await?;
    product.infra.kafka()?.restart().await?;
    load.writes(MEANWHILE).await?;
    let outcome = load.finish(product).await?;
    outcome.without_failure()?;
    ensure!(outcome.reconnections == 0, "sockets broke");
    Ok(())
}

async fn backend_sidecar(product: &Product) -> Result<()> {
    let load = Load::start(product).await?;
    kill_and_restart(product.stack.backend()?.sidecar()?, &load).await?;
    let outcome = load.finish(product).await?;
    outcome.without_failure()?;
    ensure!(outcome.reconnections == 0, "sockets broke");
    Ok(())
}

async fn realtime_sidecar(product: &Product) -> Result<()> {
    let load = Load::start(product).await?;
    kill_and_restart(product.stack.realtime()?.sidecar()?, &load).await?;
    let outcome = load.finish(product).await?;
    outcome.without_failure()?;
    ensure!(outcome.reconnections == 0, "sockets broke");
    outcome.in_order(product).await
}

/// Completions that nobody hears of, until the sidecar is back.
async fn scheduler_sidecar(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut completed = Vec::new();
    for _ in 0..FEW {
        let task = series::create(&owner, "2099-01-31", json!({"rule": "daily"})).await?;
        completed.push(text(&task["id"]).to_owned());
    }
    let scheduler = product.stack.app("scheduler")?;
    scheduler.sidecar()?.kill9().await?;
    for id in &completed {
        series::complete(&owner, id).await?;
    }
    product.drained(&[owner.user], BACK).await?;
    scheduler.sidecar()?.restart().await?;
    scheduler.ready(&Progress::hidden()).await?;
    let open = async || owner.get("/tasks?status=open").await?.expect(200);
    wait::until("what follows", BACK, async || {
        Ok((list(&open().await?["items"]).len() >= FEW).then_some(()))
    })
    .await?;
    // And what might come twice.
    product.delivers().await?;
    let open = open().await?;
    ensure!(list(&open["items"]).len() == FEW, "{open}");
    Ok(())
}

/// The scheduler has put the reminders on their topic, and nobody takes them from it.
async fn notifier_sidecar(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    reminders::hook(&owner, &place, &["reminder.fired"]).await?;
    let notifier = product.stack.app("notifier")?;
    notifier.sidecar()?.kill9().await?;
    for _ in 0..FEW {
        reminders::remind(&owner, &["webhook"]).await?;
    }
    wait::until("the reminders to be due", BACK, async || {
        Ok(product.database.has_leased(owner.user).await?.then_some(()))
    })
    .await?;
    notifier.sidecar()?.restart().await?;
    notifier.ready(&Progress::hidden()).await?;
    // A lease whose trigger was lost has to end.
    place.wait_for(FEW, BACK).await?;
    // One more, behind what might come twice.
    reminders::remind(&owner, &["webhook"]).await?;
    let got = place.wait(FEW + 1).await?;
    let mut ids: Vec<_> = got.iter().map(|got| &got.headers["webhook-id"]).collect();
    ids.sort();
    ids.dedup();
    ensure!(
        ids.len() == FEW + 1 && got.len() == FEW + 1,
        "{} came",
        got.len()
    );
    Ok(())
}

async fn realtime(product: &Product) -> Result<()> {
    let load = Load::start(product).await?;
    kill_and_restart(&product.stack.realtime()?.service, &load).await?;
    let outcome = load.finish(product).await?;
    outcome.without_failure()?;
    ensure!(outcome.reconnections > 0, "no socket had to come back");
    outcome.in_order(product).await
}

/// Their sidecars live on, and subscribe for them again.
async fn go_on(product: &Product) -> Result<()> {
    let busy = product.sign_up().await?;
    let struck = async {
        for name in ["scheduler", "notifier"] {
            strike(product, &busy, name)
                .await
                .with_context(|| format!("{name} was away"))?;
        }
        // Once more: what came so soon may have been the last of the old subscription.
        all_comes(product).await
    };
    tokio::select! {
        outcome = struck => outcome,
        Err(error) = keep_due(&busy) => Err(error),
    }
}

async fn strike(product: &Product, busy: &Client, name: &str) -> Result<()> {
    let app = product.stack.app(name)?;
    wait::until("triggers to be under way", BACK, async || {
        Ok(product.database.has_leased(busy.user).await?.then_some(()))
    })
    .await?;
    app.service.kill9().await?;
    sleep(AWAY).await;
    app.service.restart().await?;
    app.ready(&Progress::hidden()).await?;
    all_comes(product).await
}

/// One trigger after the other, as many as leave the product time for the rest. Never ends.
async fn keep_due(owner: &Client) -> Result<()> {
    loop {
        reminders::remind(owner, &["in_app"]).await?;
        sleep(Duration::from_millis(200)).await;
    }
}

/// Whatever scheduler and notifier are subscribed to does what it is there for.
async fn all_comes(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let (completed, fired) = (product.outside.place(), product.outside.place());
    reminders::hook(&owner, &completed, &["task.completed"]).await?;
    reminders::hook(&owner, &fired, &["reminder.fired"]).await?;
    let series = series::create(&owner, "2099-01-31", json!({"rule": "daily"})).await?;
    series::complete(&owner, text(&series["id"])).await?;
    let recurrence = json!({"rule": "daily", "open": "pile_up"});
    let due = series::piles_up(3)?.to_string();
    let due = series::create(&owner, &due, recurrence).await?;
    reminders::remind(&owner, &["webhook"]).await?;
    for task in [series, due] {
        let path = format!("/tasks/{}", text(&task["id"]));
        wait::until("what follows", BACK, async || {
            let task = owner.get(&path).await?.expect(200)?;
            Ok(task["recurrence"]["next"].is_string().then_some(()))
        })
        .await?;
    }
    completed.wait_for(1, BACK).await?;
    fired.wait_for(1, BACK).await?;
    Ok(())
}

/// Starts again whatever has ended, as soon as it has. Never ends.
async fn supervise(product: &Product) -> Result<()> {
    let apps = product.stack.apps().iter().flat_map(App::processes);
    let watched = product.infra.processes().chain(apps);
    let watched = watched.map(async |process| {
        loop {
            process.exited().await?;
            process.restart().await?;
        }
    });
    try_join_all(watched).await.map(|_: Vec<()>| ())
}

async fn kill_and_restart(process: &Process, load: &Load) -> Result<()> {
    process.kill9().await?;
    load.writes(MEANWHILE).await?;
    process.restart().await?;
    load.writes(MEANWHILE).await
}

async fn backend(product: &Product) -> Result<()> {
    let load = Load::start(product).await?;
    let backend = product.stack.backend()?;
    // More than once: each time it dies in the middle of other requests.
    for _ in 0..3 {
        backend.service.kill9().await?;
        load.fails(20).await?;
        backend.service.restart().await?;
        backend.ready(&Progress::hidden()).await?;
        load.writes(MEANWHILE).await?;
    }
    let outcome = load.finish(product).await?;
    let alone = product.stack.is_standalone();
    let other = outcome.failures.iter().find(|failure| match failure {
        // A request that died with its process may still hold its key when it is sent again.
        Failure::Unanswered | Failure::Status { status: 409, .. } => false,
        // The door is open before the services behind it are.
        Failure::Status {
            status,
            retry_after,
        } => !(alone && *status == 503 && *retry_after),
    });
    ensure!(other.is_none(), "{other:?}");
    ensure!(alone || outcome.reconnections == 0, "sockets broke");
    Ok(())
}

async fn database(product: &Product) -> Result<()> {
    let load = Load::start(product).await?;
    let postgres = product.infra.postgres();
    postgres.kill9().await?;
    load.fails(50).await?;
    postgres.restart().await?;
    load.writes(MEANWHILE).await?;
    load.writes_without_failure(MEANWHILE).await?;
    let outcome = load.finish(product).await?;
    ensure!(!outcome.failures.is_empty());
    for failure in &outcome.failures {
        let honest = Failure::Status {
            status: 503,
            retry_after: true,
        };
        let key_is_held = matches!(failure, Failure::Status { status: 409, .. });
        ensure!(
            *failure == honest || key_is_held,
            "{failure:?} instead of 503"
        );
    }
    ensure!(outcome.reconnections == 0, "sockets broke");
    Ok(())
}

/// No connection from before the crash is anybody's error: all of them are in the pool when it
/// happens, used too shortly before to be asked whether they are alive.
async fn healed(product: &Product) -> Result<()> {
    // Who has not heard yet that it came back does not hear that it goes.
    wait::until("the backend to listen", BACK, async || {
        Ok(product.database.is_listened_to().await?.then_some(()))
    })
    .await?;
    let person = product.sign_up().await?;
    let crowd = || try_join_all((0..CROWD).map(|_| person.get("/tasks")));
    for answer in crowd().await? {
        answer.expect(200)?;
    }
    let postgres = product.infra.postgres();
    postgres.kill9().await?;
    postgres.restart().await?;
    for answer in crowd().await? {
        answer.expect(200)?;
    }
    Ok(())
}

/// The next one dies before what depends on the one before has noticed that it is back. Who
/// gives up waiting for another is started again, as an orchestrator does it.
async fn storm(product: &Product) -> Result<()> {
    let (backend, realtime) = (product.stack.backend()?, product.stack.realtime()?);
    let mut victims = vec![&backend.service];
    victims.extend(realtime.sidecar().ok());
    victims.extend(product.infra.processes());
    victims.push(&realtime.service);
    victims.extend(backend.sidecar().ok());
    let load = Load::start(product).await?;
    let struck = async {
        for _ in 0..2 {
            for process in &victims {
                process.kill9().await?;
                load.writes(MEANWHILE / 3).await?;
            }
        }
        load.finish(product).await
    };
    let outcome = tokio::select! {
        outcome = struck => outcome?,
        Err(error) = supervise(product) => return Err(error),
    };
    let dishonest = outcome.failures.iter().find(|failure| match failure {
        Failure::Unanswered => false,
        Failure::Status {
            status,
            retry_after,
        } => !matches!((status, retry_after), (503, true) | (409, _)),
    });
    ensure!(dishonest.is_none(), "{dishonest:?}");
    Ok(())
}
