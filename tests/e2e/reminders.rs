//! Reminders reach people on every way they chose, once; and the ledger knows what became of each.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::{Client, wait};
use xtask::progress::Progress;

use crate::outside::{Manner, Outside, Place};
use crate::rest::steps::{add, list, path, text};
use crate::series::{TRIES, are_in_time};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "reminders: one takes every way, once, and is seen",
            every_way,
        ),
        stage.shared(
            "reminders: what is wrong is refused, and names its field",
            wrong,
        ),
        stage.shared(
            "reminders: completion cancels, snoozing brings back",
            cancelled,
        ),
        stage.shared(
            "reminders: quiet hours and all-day tasks have their hour",
            hours,
        ),
        stage.shared("reminders: what was refused is tried again", tried_again),
        stage.shared("reminders: an unknown outcome is told, and marked", unknown),
        stage.shared(
            "reminders: one that reaches nobody is told of in the app",
            nobody,
        ),
        stage.shared("reminders: a browser that is gone is forgotten", forgotten),
        stage.shared(
            "reminders: who has chosen no channel is left alone",
            left_alone,
        ),
        stage.alone("reminders: one comes on time", on_time),
        stage.alone(
            "reminders: a notifier that dies while it sends leaves an unknown outcome",
            killed,
        ),
        stage.notifiers("reminders: two notifiers send each of many once", many),
    ]
}

/// The public half of the key 1 on the curve P-256.
const P256DH: &str =
    "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

/// How long what became of something may take to be written down.
const TOLD: Duration = Duration::from_mins(1);

fn soon(milliseconds: i64) -> String {
    let soon = now() + jiff::SignedDuration::from_millis(milliseconds);
    soon.to_string()
}

#[expect(clippy::disallowed_methods, reason = "a test's own clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A task to be reminded of soon, and its reminder's id.
pub(crate) async fn remind(owner: &Client, channels: &[&str]) -> Result<(Value, String)> {
    let when = json!({"kind": "at", "at": soon(1_500)});
    let reminders = json!([{"when": when, "channels": channels}]);
    let task = add(owner, &json!({"title": "Buy milk", "reminders": reminders})).await?;
    let id = text(&task["reminders"][0]["id"]).to_owned();
    Ok((task, id))
}

pub(crate) async fn hook(owner: &Client, place: &Place, types: &[&str]) -> Result<Value> {
    let webhook = json!({"url": place.url(), "event_types": types});
    owner.post("/webhooks", &webhook).await?.expect(201)
}

async fn why(owner: &Client, reminder: &str) -> Result<Value> {
    owner
        .get(&format!("/reminders/{reminder}/why"))
        .await?
        .expect(200)
}

/// The delivery on a channel of the newest firing, as soon as it is in this state.
async fn delivery(owner: &Client, reminder: &str, channel: &str, state: &str) -> Result<Value> {
    wait::until(&format!("{channel} to be {state}"), TOLD, async || {
        let why = why(owner, reminder).await?;
        let deliveries = list(&why["firings"][0]["deliveries"]);
        let mut found = deliveries.iter().filter(|one| one["channel"] == channel);
        Ok(found.find(|one| one["state"] == state).cloned())
    })
    .await
}

async fn every_way(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let (webhook, push) = (product.outside.place(), product.outside.place());
    hook(&owner, &webhook, &["reminder.*"]).await?;
    browser(&owner, &push).await?;
    let (task, reminder) = remind(&owner, &["in_app", "email", "push", "webhook"]).await?;
    for channel in ["email", "push", "webhook"] {
        let delivery = delivery(&owner, &reminder, channel, "accepted").await?;
        ensure!(
            delivery["attempts"] == 1 && delivery["may_be_twice"] == false,
            "{delivery}"
        );
    }
    let fired = webhook.wait(1).await?[0].json()?;
    ensure!(fired["event_type"] == "reminder.fired", "{fired}");
    ensure!(fired["data"]["title"] == "Buy milk", "{fired}");
    let pushed = push.wait(1).await?;
    ensure!(pushed[0].headers["content-encoding"] == "aes128gcm");
    let address = owner.get("/profile").await?.expect(200)?["email"].clone();
    let mails = product.outside.mails(text(&address), 1).await?;
    ensure!(mails[0].content.contains("Buy milk"), "{mails:?}");

    let page = owner.get("/notifications?unread=true").await?.expect(200)?;
    let item = &page["items"][0];
    ensure!(page["unread"] == 1 && item["kind"] == "reminder", "{page}");
    ensure!(
        item["task_id"] == task["id"] && item["task_title"] == "Buy milk",
        "{page}"
    );
    let ids = json!({"ids": [item["id"]]});
    let report = owner.post("/notifications/read", &ids).await?.expect(200)?;
    ensure!(report["unread"] == 0, "{report}");
    delivery(&owner, &reminder, "in_app", "seen").await?;
    // A reminder that comes after it brings what might have come twice.
    remind(&owner, &["webhook"]).await?;
    let got = webhook.wait(2).await?;
    ensure!(
        got.len() == 2 && push.got().len() == 1,
        "something came twice"
    );
    ensure!(product.outside.mails(text(&address), 1).await?.len() == 1);
    Ok(())
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "x"})).await?;
    let reminders = format!("{}/reminders", path(&task));
    let before = product.database.fingerprint(owner.user).await?;
    for (field, body) in [
        ("when", json!({})),
        ("when", json!({"when": "tomorrow"})),
        ("when.kind", json!({"when": {"kind": "never"}})),
        (
            "when.minutes",
            json!({"when": {"kind": "before", "minutes": 1_000_000}}),
        ),
        (
            "when.at",
            json!({"when": {"kind": "at", "at": "2020-01-01T00:00:00Z"}}),
        ),
        (
            "when.at",
            json!({"when": {"kind": "at", "at": "9500-01-01T00:00:00Z"}}),
        ),
        (
            "channels[0]",
            json!({"when": {"kind": "before", "minutes": 0}, "channels": ["pigeon"]}),
        ),
        (
            "why",
            json!({"when": {"kind": "before", "minutes": 0}, "why": 1}),
        ),
    ] {
        let answer = owner.post(&reminders, &body).await?;
        // Within a tagged value serde tells only where the value stands.
        let problem = answer.problem(422, "invalid")?;
        ensure!(
            field.starts_with(text(&problem["field"])),
            "{field}: {problem}"
        );
    }
    let eleven = vec![json!({"when": {"kind": "before", "minutes": 1}}); 11];
    let many = json!({"title": "x", "reminders": eleven});
    owner.post("/tasks", &many).await?.invalid("reminders")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    let good = json!({"when": {"kind": "before", "minutes": 5}});
    let made = owner.post(&reminders, &good).await?.expect(201)?;
    let snooze = format!("/reminders/{}/snooze", text(&made["id"]));
    for (field, body) in [
        ("until", json!({})),
        ("until", json!({"until": "2020-01-01T00:00:00Z"})),
        ("until", json!({"until": soon(60_000), "minutes": 5})),
        ("minutes", json!({"minutes": 0})),
        ("minutes", json!({"minutes": 1_000_000})),
    ] {
        owner.post(&snooze, &body).await?.invalid(field)?;
    }
    let told = why(&owner, text(&made["id"])).await?;
    ensure!(text(&told["text"]).contains("no due date"), "{told}");
    Ok(())
}

async fn cancelled(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    hook(&owner, &place, &["reminder.fired"]).await?;
    let (task, cancelled) = remind(&owner, &["webhook"]).await?;
    let complete = format!("{}/complete", path(&task));
    owner
        .patch(&complete, &json!({"completed": true}))
        .await?
        .expect(200)?;
    let (_, fires) = remind(&owner, &["webhook", "in_app"]).await?;
    let got = place.wait(1).await?;
    ensure!(got.len() == 1 && got[0].json()?["data"]["reminder_id"] == fires.as_str());
    let told = why(&owner, &cancelled).await?;
    ensure!(
        text(&told["text"]).contains("completed") && told["firings"] == json!([]),
        "{told}"
    );

    let snooze = json!({"until": soon(1_500)});
    let view = owner
        .post(&format!("/reminders/{fires}/snooze"), &snooze)
        .await?
        .expect(200)?;
    ensure!(view["fires_at"].is_string(), "{view}");
    place.wait(2).await?;
    let told = wait::until("both firings", TOLD, async || {
        let told = why(&owner, &fires).await?;
        Ok((list(&told["firings"]).len() == 2).then_some(told))
    })
    .await?;
    ensure!(text(&told["text"]).starts_with("It fired"), "{told}");
    owner
        .delete(&format!("/reminders/{fires}"))
        .await?
        .expect(204)?;
    let told = why(&owner, &fires).await?;
    ensure!(text(&told["text"]).contains("removed"), "{told}");
    Ok(())
}

async fn hours(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let alerts = json!({
        "all_day_at": "07:30",
        "quiet_hours": {"from": "22:00", "to": "06:00"},
    });
    let profile = json!({"time_zone": "Europe/Berlin", "settings": {"notifications": alerts}});
    owner.patch("/profile", &profile).await?.expect(200)?;
    for (due, minutes, fires_at, says) in [
        ("2030-01-15", 0, "2030-01-15T06:30:00Z", "scheduled"),
        (
            "2030-01-15T23:30",
            30,
            "2030-01-16T05:00:00Z",
            "Quiet hours",
        ),
        ("2030-01-15T21:59", 0, "2030-01-15T20:59:00Z", "scheduled"),
    ] {
        let reminders = json!([{"when": {"kind": "before", "minutes": minutes}}]);
        let task = json!({"title": "x", "due_date": due, "reminders": reminders});
        let task = add(&owner, &task).await?;
        let told = why(&owner, text(&task["reminders"][0]["id"])).await?;
        ensure!(told["fires_at"] == fires_at, "{due}: {told}");
        ensure!(text(&told["text"]).contains(says), "{due}: {told}");
    }
    let loud = json!({"settings": {"notifications": {"channels": ["pigeon"]}}});
    owner
        .patch("/profile", &loud)
        .await?
        .invalid("settings.notifications.channels[0]")
}

/// Somewhere that reminders go to, out of the product.
struct Way {
    channel: &'static str,
    outside: Outside,
    place: Place,
    address: String,
}

const WAYS: [&str; 3] = ["webhook", "push", "email"];

impl Way {
    /// A channel of somebody's own.
    async fn open(product: &Product, owner: &Client, channel: &'static str) -> Result<Self> {
        let place = product.outside.place();
        match channel {
            "webhook" => drop(hook(owner, &place, &["reminder.fired"]).await?),
            "push" => drop(browser(owner, &place).await?),
            _ => {}
        }
        let profile = owner.get("/profile").await?.expect(200)?;
        Ok(Self {
            channel,
            outside: product.outside.clone(),
            place,
            address: text(&profile["email"]).to_owned(),
        })
    }

    fn behaves(&self, manner: Manner) {
        match self.channel {
            "email" => self.outside.mail_behaves(&self.address, manner),
            _ => self.place.behaves(manner),
        }
    }

    /// What it answers when it takes something, and when it does not.
    fn answers(&self) -> [u16; 2] {
        match self.channel {
            "email" => [250, 451],
            _ => [201, 503],
        }
    }

    /// Waits until so much has come.
    async fn wait(&self, count: usize) -> Result<()> {
        match self.channel {
            "email" => drop(self.outside.mails(&self.address, count).await?),
            _ => drop(self.place.wait(count).await?),
        }
        Ok(())
    }
}

async fn browser(owner: &Client, place: &Place) -> Result<Value> {
    let keys = json!({"p256dh": P256DH, "auth": "AAAAAAAAAAAAAAAAAAAAAA"});
    let browser = json!({"endpoint": place.url(), "keys": keys});
    owner
        .post("/push-subscriptions", &browser)
        .await?
        .expect(201)
}

/// What the destination refused is sent again, until it is taken; and not said to have arrived
/// before.
pub(crate) async fn tried_again(product: &Product) -> Result<()> {
    let ways = WAYS.map(|channel| refused(product, channel));
    try_join_all(ways).await.map(drop)
}

async fn refused(product: &Product, channel: &'static str) -> Result<()> {
    let owner = product.sign_up().await?;
    let way = Way::open(product, &owner, channel).await?;
    let [taken, refused] = way.answers();
    way.behaves(Manner::Answer(refused));
    let (_, reminder) = remind(&owner, &[channel]).await?;
    way.wait(1).await?;
    let delivery = wait::until("the refusal to be written down", TOLD, async || {
        let why = why(&owner, &reminder).await?;
        let delivery = why["firings"][0]["deliveries"][0].clone();
        let is_over = delivery["state"] != "sent" && delivery["state"] != "claimed";
        Ok(is_over.then_some(delivery))
    })
    .await?;
    if delivery["state"] == "accepted" {
        let what = format!("{delivery}, which was answered with {refused}");
        return Err(Violation::Lost(what).into());
    }
    let steps = list(&delivery["steps"]);
    let last = steps.last().context("no steps")?;
    ensure!(
        text(&last["text"]).contains(&format!("answered {refused}")),
        "{delivery}"
    );
    ensure!(last["status"] == refused, "{delivery}");
    way.behaves(Manner::Answer(taken));
    way.wait(2).await?;
    if channel == "webhook" {
        let got = way.place.got();
        ensure!(got[0].headers["webhook-id"] == got[1].headers["webhook-id"]);
        ensure!(got[1].json()?["data"]["may_be_twice"] == false);
    }
    let delivery = self::delivery(&owner, &reminder, channel, "accepted").await?;
    ensure!(
        delivery["attempts"] == 2 && delivery["may_be_twice"] == false,
        "{delivery}"
    );
    Ok(())
}

async fn unknown(product: &Product) -> Result<()> {
    let ways = WAYS.map(|channel| unanswered(product, channel));
    try_join_all(ways).await.map(drop)
}

async fn unanswered(product: &Product, channel: &'static str) -> Result<()> {
    let owner = product.sign_up().await?;
    let way = Way::open(product, &owner, channel).await?;
    way.behaves(Manner::Hang);
    let (_, reminder) = remind(&owner, &[channel]).await?;
    let unknown = delivery(&owner, &reminder, channel, "unknown").await?;
    ensure!(unknown["may_be_twice"] == true, "{unknown}");
    way.behaves(Manner::Answer(way.answers()[0]));
    way.wait(2).await?;
    if channel == "webhook" {
        ensure!(way.place.got()[1].json()?["data"]["may_be_twice"] == true);
    }
    delivery(&owner, &reminder, channel, "accepted").await?;
    Ok(())
}

/// From when it was asked for until it arrives.
async fn on_time(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    hook(&owner, &place, &["reminder.fired"]).await?;
    let mut late = Vec::new();
    for count in 1..=TRIES {
        let (task, _) = remind(&owner, &["webhook"]).await?;
        place.wait(count).await?;
        let arrived = now();
        let at: jiff::Timestamp = text(&task["reminders"][0]["when"]["at"]).parse()?;
        ensure!(arrived >= at, "it came before {at}");
        late.push(arrived.duration_since(at));
    }
    are_in_time(&late)
}

async fn nobody(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    // Where nobody may call to, and where nobody is.
    let inside = json!({"url": "http://10.0.0.1/", "event_types": ["reminder.fired"]});
    owner.post("/webhooks", &inside).await?.expect(201)?;
    let (_, reminder) = remind(&owner, &["webhook", "push"]).await?;
    let refused = delivery(&owner, &reminder, "webhook", "failed").await?;
    let last = list(&refused["steps"]).last().context("no steps")?;
    ensure!(
        text(&last["text"]).contains("does not lead to the public internet"),
        "{refused}"
    );
    let push = delivery(&owner, &reminder, "push", "failed").await?;
    ensure!(push["attempts"] == 0, "{push}");
    let page = owner.get("/notifications").await?.expect(200)?;
    ensure!(page["items"][0]["kind"] == "reminder_failed", "{page}");
    ensure!(
        page["items"][0]["reminder_id"] == reminder.as_str(),
        "{page}"
    );
    Ok(())
}

async fn forgotten(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    place.behaves(Manner::Answer(410));
    let made = browser(&owner, &place).await?;
    let again = browser(&owner, &place).await?;
    ensure!(made["id"] == again["id"], "{again}");
    let (_, reminder) = remind(&owner, &["push", "in_app"]).await?;
    let failed = delivery(&owner, &reminder, "push", "failed").await?;
    ensure!(failed["attempts"] == 1, "{failed}");
    let left = owner.get("/push-subscriptions").await?.expect(200)?;
    ensure!(left["items"] == json!([]), "{left}");
    // It reached the person in the app.
    let page = owner.get("/notifications").await?.expect(200)?;
    ensure!(
        page["unread"] == 1 && page["items"][0]["kind"] == "reminder",
        "{page}"
    );
    Ok(())
}

async fn left_alone(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let none = json!({"settings": {"notifications": {"channels": []}}});
    owner.patch("/profile", &none).await?.expect(200)?;
    let (_, silent) = remind(&owner, &[]).await?;
    let (_, loud) = remind(&owner, &["in_app"]).await?;
    delivery(&owner, &loud, "in_app", "accepted").await?;
    let told = why(&owner, &silent).await?;
    ensure!(
        text(&told["text"]).contains("no channel is chosen"),
        "{told}"
    );
    let page = owner.get("/notifications").await?.expect(200)?;
    ensure!(
        page["unread"] == 1 && page["items"][0]["reminder_id"] == loud.as_str(),
        "{page}"
    );
    Ok(())
}

async fn killed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    place.behaves(Manner::Hang);
    hook(&owner, &place, &["reminder.fired"]).await?;
    let (_, reminder) = remind(&owner, &["webhook"]).await?;
    place.wait(1).await?;
    let notifier = product.stack.app("notifier")?;
    notifier.service.kill9().await?;
    place.behaves(Manner::Answer(200));
    notifier.service.restart().await?;
    notifier.ready(&Progress::hidden()).await?;
    // Nobody told of the first attempt; that is noticed after two minutes.
    let got = place.wait_for(2, Duration::from_mins(3)).await?;
    ensure!(got[1].json()?["data"]["may_be_twice"] == true);
    let delivery = delivery(&owner, &reminder, "webhook", "accepted").await?;
    let unknown = list(&delivery["steps"])
        .iter()
        .find(|step| step["what"] == "unknown");
    ensure!(unknown.is_some() && delivery["attempts"] == 2, "{delivery}");
    Ok(())
}

/// Reminders at one moment.
const MANY: usize = 200;

async fn many(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    hook(&owner, &place, &["reminder.fired"]).await?;
    let reminders = json!([{"when": {"kind": "at", "at": soon(10_000)}, "channels": ["webhook"]}]);
    let task = json!({"title": "x", "reminders": reminders});
    let batch = json!({"operations": vec![json!({"op": "create", "task": task}); 100]});
    for _ in 0..MANY / 100 {
        owner.post("/tasks/batch", &batch).await?.expect(200)?;
    }
    place.wait(MANY).await?;
    // And what might come twice, before this.
    let (_, last) = remind(&owner, &["webhook"]).await?;
    let got = place.wait(MANY + 1).await?;
    delivery(&owner, &last, "webhook", "accepted").await?;
    let mut ids: Vec<_> = got
        .iter()
        .map(|got| got.headers["webhook-id"].clone())
        .collect();
    ids.sort();
    ids.dedup();
    ensure!(
        ids.len() == got.len() && got.len() == MANY + 1,
        "{} came",
        got.len()
    );
    Ok(())
}
