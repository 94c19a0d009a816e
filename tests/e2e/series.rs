//! Tasks that come again, by the real way: cron in a sidecar, triggers and events on Kafka, the
//! scheduler, the backend.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::{Notice, Topic};
use jiff::{SignedDuration, Timestamp, Unit, civil::DateTime, tz::TimeZone};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::{Client, from_now, kafka::Record, wait};
use xtask::progress::Progress;

use crate::isolation::everything;
use crate::poison::own_records;
use crate::reminders::now;
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage, handled};
use crate::violation::{Violation, heard_exactly};

/// Far more than a wake-up, two topics and two calls take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The product's own promise of how late something appears that comes due.
const PROMISED: SignedDuration = SignedDuration::from_secs(5);

/// How often it is looked at, and how often it may be missed. No other trial is busy then, but
/// the machine may be for a moment; what is late every other time is not the machine.
pub(crate) const TRIES: usize = 5;
const MISSES: usize = 1;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "series: a completed occurrence stays, and the next one comes",
            completed,
        ),
        stage.shared(
            "series: nine o'clock stays nine o'clock when the clocks change",
            clocks_change,
        ),
        stage.shared("series: whatever asks twice, it is made once", once),
        stage.shared(
            "series: an undone completion takes the next one back",
            undone,
        ),
        stage.alone(
            "series: what comes due by the clock comes by itself, and in time",
            by_the_clock,
        ),
        stage.alone(
            "series: a scheduler that dies with what it took on loses none of it",
            killed,
        ),
        stage.schedulers("series: two schedulers make each of many once", many),
    ]
}

pub(crate) async fn create(owner: &Client, due: &str, recurrence: Value) -> Result<Value> {
    let task = json!({
        "title": "Water the plants", "tags": ["home"], "due_date": due, "recurrence": recurrence,
    });
    owner.post("/tasks", &task).await?.expect(201)
}

pub(crate) async fn complete(owner: &Client, id: &str) -> Result<String> {
    let path = format!("/tasks/{id}/complete");
    let done = owner.patch(&path, &json!({"completed": true})).await?;
    done.expect(200)?;
    Ok(done.header("x-change-set-id")?.to_owned())
}

/// The task that follows another, once it is there.
async fn next(owner: &Client, id: &str) -> Result<Value> {
    wait::until("the next occurrence", PATIENCE, async || {
        let task = owner.get(&format!("/tasks/{id}")).await?.expect(200)?;
        let Some(next) = task["recurrence"]["next"].as_str() else {
            return Ok(None);
        };
        let next = owner.get(&format!("/tasks/{next}")).await?.expect(200)?;
        Ok(Some(next))
    })
    .await
}

async fn completed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = create(&owner, "2099-01-31", json!({"rule": "monthly"})).await?;
    let id = text(&task["id"]);
    let part = json!({"title": "The cactus", "parent_id": id});
    owner.post("/tasks", &part).await?.expect(201)?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;

    complete(&owner, id).await?;
    // Nothing is added by a second time.
    complete(&owner, id).await.ok();
    let next = next(&owner, id).await?;
    ensure!(
        next["due"] == json!({"kind": "date", "date": "2099-02-28"}),
        "{next}"
    );
    ensure!(next["title"] == task["title"] && next["tags"] == task["tags"]);
    ensure!(next["completed"] == false && next["recurrence"]["number"] == 2);
    let parts = owner
        .get(&format!("/tasks?parent_id={}", text(&next["id"])))
        .await?
        .expect(200)?;
    ensure!(list(&parts["items"]).len() == 1, "{parts}");
    let before = owner.get(&format!("/tasks/{id}")).await?.expect(200)?;
    ensure!(before["completed"] == true, "{before}");
    // Completed, followed by two new tasks and the link to the first of them.
    let heard = everything(&mut socket, cursor + 4).await?;
    heard_exactly(product, owner.user, cursor, &heard).await
}

async fn by_the_clock(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    socket.ready().await?;
    let mut late = Vec::new();
    for _ in 0..TRIES {
        let recurrence = json!({"rule": "daily", "open": "pile_up"});
        let task = create(&owner, &piles_up(3)?.to_string(), recurrence).await?;
        let is_next = |notice: &Notice| {
            notice.event_type == "task.created" && notice.data.task_id.to_string() != task["id"]
        };
        while !is_next(&socket.event().await?) {}
        let arrived = now();
        let next = next(&owner, text(&task["id"])).await?;
        let at = |time: &Value| text(time).parse::<Timestamp>().context("no time");
        ensure!(at(&next["created_at"])? >= at(&next["due_at"])?, "{next}");
        ensure!(task["completed"] == false && next["completed"] == false);
        late.push(arrived.duration_since(at(&next["due_at"])?));
    }
    are_in_time(&late)
}

/// Whether the promise was kept, by how late each try was.
pub(crate) fn are_in_time(late: &[SignedDuration]) -> Result<()> {
    let missed = late.iter().filter(|late| **late > PROMISED).count();
    ensure!(missed <= MISSES, "{missed} of these are too late: {late:?}");
    Ok(())
}

/// The local time a day before some seconds from now: what comes then piles up.
pub(crate) fn piles_up(seconds: i64) -> Result<DateTime> {
    let soon = from_now(seconds).to_zoned(TimeZone::UTC);
    let yesterday = soon.yesterday()?.with().time(soon.time()).build()?;
    Ok(yesterday.datetime().round(Unit::Second)?)
}

/// It has claimed what came due, and has not told anybody of it: the broker is down.
async fn killed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let first = piles_up(8)?;
    let recurrence = json!({"rule": "daily", "open": "pile_up"});
    let task = create(&owner, &first.to_string(), recurrence).await?;
    product.drained(&[owner.user], PATIENCE).await?;
    product.infra.kafka()?.kill9().await?;
    wait::until("the scheduler to take it on", PATIENCE, async || {
        Ok(product.database.has_leased(owner.user).await?.then_some(()))
    })
    .await?;
    let scheduler = product.stack.app("scheduler")?;
    scheduler.service.kill9().await?;
    product.infra.kafka()?.restart().await?;
    scheduler.service.restart().await?;
    scheduler.ready(&Progress::hidden()).await?;
    // Its lease has to end.
    wait::until("the next occurrence", Duration::from_mins(2), async || {
        let path = format!("/tasks/{}", text(&task["id"]));
        let task = owner.get(&path).await?.expect(200)?;
        Ok(task["recurrence"]["next"].is_string().then_some(()))
    })
    .await?;
    product.delivers().await?;
    let page = owner.get("/tasks?limit=200").await?.expect(200)?;
    ensure!(list(&page["items"]).len() == 2, "{page}");
    Ok(())
}

/// Series of one person, and people.
const MANY: (usize, usize) = (25, 8);

async fn many(product: &Product) -> Result<()> {
    let (count, people) = MANY;
    // Enough to write them all before.
    let first = piles_up(20)?.to_string();
    let recurrence = json!({"rule": "daily", "open": "pile_up"});
    let task = json!({"title": "x", "due_date": first, "recurrence": recurrence});
    let operations = vec![json!({"op": "create", "task": task}); count];
    let mut owners = Vec::new();
    for _ in 0..people {
        let owner = product.sign_up().await?;
        let batch = json!({"operations": operations});
        owner.post("/tasks/batch", &batch).await?.expect(200)?;
        owners.push(owner);
    }
    let tasks = async |owner: &Client| {
        let page = owner.get("/tasks?limit=200").await?.expect(200)?;
        Ok::<_, anyhow::Error>(list(&page["items"]).len())
    };
    for owner in &owners {
        wait::until(
            "an occurrence of each",
            Duration::from_mins(1),
            async || Ok((tasks(owner).await? >= 2 * count).then_some(())),
        )
        .await?;
    }
    // And what might come twice.
    product.delivers().await?;
    for owner in &owners {
        let made = tasks(owner).await?;
        ensure!(made == 2 * count, "{made} tasks of {count} series");
    }
    for scheduler in ["scheduler", "scheduler-2"] {
        let app = product.stack.app(scheduler)?;
        let handled = handled(product, app, Topic::Scheduling.name(), "done").await?;
        ensure!(handled > 0, "{scheduler} had nothing to do");
    }
    Ok(())
}

/// The completion, which comes twice, and the cron ask for what follows.
pub(crate) async fn once(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let done = async |due| {
        let task = create(&owner, due, json!({"rule": "daily"})).await?;
        complete(&owner, text(&task["id"])).await
    };
    let open = async || {
        let path = "/tasks?status=open&limit=200";
        owner.get(path).await?.expect(200)
    };
    let comes = async |date: &str| {
        wait::until("the next occurrence", PATIENCE, async || {
            let page = open().await?;
            let is_there = list(&page["items"])
                .iter()
                .any(|task| task["due"]["date"] == date);
            Ok(is_there.then_some(()))
        })
        .await
    };
    done("2099-01-31").await?;
    comes("2099-02-01").await?;
    let (topic, records) = own_records(product, &owner, 2).await?;
    let is_completion = |record: &&Record| {
        let event = record.event();
        event.is_ok_and(|event| event.payload.event_type() == "task.completed")
    };
    let again = records.iter().find(is_completion).context("no event")?;
    topic
        .write(again.partition, again.key.as_deref(), &again.value)
        .await?;
    // Behind it on its partition: when this one is followed, the other has been heard again.
    done("2099-06-01").await?;
    comes("2099-06-02").await?;
    let count = list(&open().await?["items"]).len();
    if count > 2 {
        return Err(Violation::Repeated(format!("2 occurrences, and now {count}")).into());
    }
    Ok(())
}

pub(crate) async fn clocks_change(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for (zone, first, instants) in [
        (
            "Europe/Berlin",
            "2099-03-27",
            ["T08:00", "T08:00", "T07:00"],
        ),
        (
            "America/New_York",
            "2099-10-30",
            ["T13:00", "T13:00", "T14:00"],
        ),
        ("Asia/Kolkata", "2099-03-27", ["T03:30", "T03:30", "T03:30"]),
    ] {
        let due = format!("{first}T09:00:00[{zone}]");
        let mut task = create(&owner, &due, json!({"rule": "daily"})).await?;
        for instant in instants {
            let (local, at) = (text(&task["due"]["local"]), text(&task["due_at"]));
            if !local.ends_with("T09:00:00") || !at.contains(instant) {
                let what = format!("nine o'clock in {zone}: {local}, {at}");
                return Err(Violation::Altered(what).into());
            }
            let id = text(&task["id"]).to_owned();
            complete(&owner, &id).await?;
            task = next(&owner, &id).await?;
        }
    }
    Ok(())
}

async fn undone(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = create(&owner, "2099-01-31", json!({"rule": "daily"})).await?;
    let id = text(&task["id"]);
    let change_set = complete(&owner, id).await?;
    let followed = next(&owner, id).await?;
    let undo = json!({"change_set_id": change_set});
    owner.post("/undo", &undo).await?.expect(200)?;
    let open = owner.get("/tasks?status=open").await?.expect(200)?;
    let open = list(&open["items"]);
    ensure!(open.len() == 1 && open[0]["id"] == task["id"], "{open:?}");

    complete(&owner, id).await?;
    let again = next(&owner, id).await?;
    ensure!(
        again["id"] == followed["id"],
        "{again} instead of {followed}"
    );
    Ok(())
}
