//! Webhooks get what they want of the log, signed, in order, at least once, and from wherever
//! their owner says.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use standardwebhooks::Webhook as Verifier;
use testing::{Client, wait};
use xtask::progress::Progress;

use crate::outside::{Got, Manner};
use crate::reminders::hook;
use crate::rest::steps::{add, list, path, text};
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "webhooks: what is wanted comes signed and in order",
            in_order,
        ),
        stage.shared(
            "webhooks: what fails is tried again, and nothing is lost",
            recovers,
        ),
        stage.shared("webhooks: everything comes again from a cursor", replayed),
        stage.shared(
            "webhooks: one that is gone is switched off, and its owner told",
            gone,
        ),
        stage.shared(
            "webhooks: what is wrong is refused, and names its field",
            wrong,
        ),
        stage.alone(
            "webhooks: a notifier that dies while it delivers leaves an unknown outcome",
            killed,
        ),
    ]
}

const TOLD: Duration = Duration::from_mins(1);

fn verify(got: &Got, secret: &Value) -> Result<()> {
    let verifier = Verifier::new(text(secret))?;
    verifier
        .verify(&got.body, &got.headers)
        .context("its signature is wrong")?;
    Ok(())
}

fn types(got: &[Got]) -> Result<Vec<String>> {
    let types = got
        .iter()
        .map(|got| Ok(text(&got.json()?["event_type"]).to_owned()));
    types.collect()
}

/// So many deliveries, once they are told of.
async fn told(owner: &Client, webhook: &Value, count: usize) -> Result<Value> {
    let path = format!("/webhooks/{}/deliveries", text(&webhook["id"]));
    wait::until(&format!("{count} deliveries"), TOLD, async || {
        let told = owner.get(&path).await?.expect(200)?;
        Ok((list(&told["items"]).len() == count).then_some(told))
    })
    .await
}

async fn in_order(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    add(&owner, &json!({"title": "before"})).await?;
    let webhook = hook(&owner, &place, &["task.created", "task.completed"]).await?;
    let id = text(&webhook["id"]);
    let listed = owner.get("/webhooks").await?;
    let secret = text(&webhook["secret"]).to_owned();
    ensure!(secret.starts_with("whsec_") && listed.expect(200)?["items"][0]["id"] == id);
    ensure!(
        !String::from_utf8_lossy(&listed.body).contains(&secret),
        "the list tells the secret"
    );
    let task = add(&owner, &json!({"title": "one"})).await?;
    owner
        .patch(&path(&task), &json!({"title": "renamed"}))
        .await?
        .expect(200)?;
    owner
        .patch(
            &format!("{}/complete", path(&task)),
            &json!({"completed": true}),
        )
        .await?
        .expect(200)?;
    let got = place.wait(2).await?;
    ensure!(types(&got)? == ["task.created", "task.completed"]);
    for got in &got {
        verify(got, &webhook["secret"])?;
        ensure!(got.headers["webhook-id"].to_str()? == text(&got.json()?["event_id"]));
    }
    // Whoever has told of them is not interrupted by what follows.
    told(&owner, &webhook, 2).await?;
    let rotated = owner
        .patch(&format!("/webhooks/{id}"), &json!({"rotate_secret": true}))
        .await?
        .expect(200)?;
    ensure!(rotated["secret"] != webhook["secret"] && rotated["secret"].is_string());
    add(&owner, &json!({"title": "two"})).await?;
    let got = place.wait(3).await?;
    verify(&got[2], &rotated["secret"])?;
    let told = told(&owner, &webhook, 3).await?;
    for item in list(&told["items"]) {
        ensure!(
            item["outcome"] == "accepted" && item["status"] == 200,
            "{told}"
        );
    }
    Ok(())
}

async fn recovers(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    place.behaves(Manner::Answer(500));
    let webhook = hook(&owner, &place, &["task.*"]).await?;
    for n in 0..5 {
        add(&owner, &json!({"title": format!("{n}")})).await?;
    }
    place.wait(1).await?;
    let failing = wait::until("the failure to be told", TOLD, async || {
        let webhooks = owner.get("/webhooks").await?.expect(200)?;
        let webhook = webhooks["items"][0].clone();
        Ok(webhook["failing_since"].is_string().then_some(webhook))
    })
    .await?;
    ensure!(
        failing["retry_at"].is_string() && failing["active"] == true,
        "{failing}"
    );
    place.behaves(Manner::Answer(200));
    let refused = place.got().len();
    let got = place.wait(refused + 5).await?;
    let titles: Vec<String> = got[refused..]
        .iter()
        .map(|got| Ok(text(&got.json()?["data"]["title"]).to_owned()))
        .collect::<Result<_>>()?;
    ensure!(titles == ["0", "1", "2", "3", "4"], "{titles:?}");
    let told = told(&owner, &webhook, refused + 5).await?;
    let failed = list(&told["items"]).last().context("no deliveries")?;
    ensure!(
        failed["outcome"] == "failed" && failed["status"] == 500,
        "{told}"
    );
    Ok(())
}

async fn replayed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    let webhook = hook(&owner, &place, &["task.created"]).await?;
    for n in 0..3 {
        add(&owner, &json!({"title": format!("{n}")})).await?;
    }
    let first = place.wait(3).await?;
    let after = first[0].json()?["seq"].clone();
    let replay = format!("/webhooks/{}/replay", text(&webhook["id"]));
    owner
        .post(&replay, &json!({"after": after}))
        .await?
        .expect(202)?;
    let got = place.wait(5).await?;
    let id = |got: &Got| got.headers["webhook-id"].clone();
    ensure!(
        id(&got[3]) == id(&got[1]) && id(&got[4]) == id(&got[2]),
        "others came again"
    );
    owner
        .post(&replay, &json!({"after": 1_000_000}))
        .await?
        .invalid("after")?;

    let off = json!({"active": false});
    let path = format!("/webhooks/{}", text(&webhook["id"]));
    owner.patch(&path, &off).await?.expect(200)?;
    owner
        .post(&replay, &json!({"after": 0}))
        .await?
        .problem(409, "conflict")?;
    let test = owner
        .post(&format!("{path}/test"), &json!({}))
        .await?
        .expect(202)?;
    let got = place.wait(6).await?;
    ensure!(got[5].json()?["event_type"] == "webhook.test");
    ensure!(got[5].json()?["event_id"] == test["event_id"]);
    Ok(())
}

async fn gone(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    place.behaves(Manner::Answer(410));
    hook(&owner, &place, &["task.*"]).await?;
    add(&owner, &json!({"title": "x"})).await?;
    let off = wait::until("the webhook to be off", TOLD, async || {
        let webhooks = owner.get("/webhooks").await?.expect(200)?;
        let webhook = webhooks["items"][0].clone();
        Ok((webhook["active"] == false).then_some(webhook))
    })
    .await?;
    ensure!(off["off_because"].is_string(), "{off}");
    let page = owner.get("/notifications").await?.expect(200)?;
    ensure!(page["items"][0]["kind"] == "webhook_off", "{page}");
    ensure!(page["items"][0]["webhook_id"] == off["id"], "{page}");
    Ok(())
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (field, value) in [
        ("url", json!("")),
        ("url", json!("hook")),
        ("url", json!("ftp://example.org/")),
        ("url", json!("https://me:secret@example.org/")),
        ("url", json!(7)),
        ("event_types", json!([])),
        ("event_types[0]", json!(["task.painted"])),
        ("event_types[1]", json!(["*", "cat.*"])),
        ("active", json!("yes")),
        ("secret", json!("whsec_AAAA")),
    ] {
        let mut webhook = json!({"url": "https://hook.invalid/", "event_types": ["*"]});
        let name = field.split('[').next().unwrap_or_default();
        webhook[name] = value.clone();
        let answer = owner.post("/webhooks", &webhook).await?;
        answer
            .invalid(field)
            .with_context(|| format!("{field}: {value}"))?;
    }
    for (field, value) in [
        ("endpoint", json!("x")),
        ("endpoint", json!("ftp://push.invalid/")),
        ("keys.p256dh", json!("AAAA")),
        ("keys.auth", json!("?")),
    ] {
        let keys = json!({"p256dh": "A".repeat(87), "auth": "A".repeat(22)});
        let mut browser = json!({"endpoint": "https://push.invalid/x", "keys": keys});
        match field.split_once('.') {
            Some((outer, inner)) => browser[outer][inner] = value,
            None => browser[field] = value,
        }
        owner
            .post("/push-subscriptions", &browser)
            .await?
            .invalid(field)?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn killed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let place = product.outside.place();
    place.behaves(Manner::Hang);
    let webhook = hook(&owner, &place, &["task.created"]).await?;
    add(&owner, &json!({"title": "x"})).await?;
    place.wait(1).await?;
    let notifier = product.stack.app("notifier")?;
    notifier.service.kill9().await?;
    place.behaves(Manner::Answer(200));
    notifier.service.restart().await?;
    notifier.ready(&Progress::hidden()).await?;
    // Nobody told of the first attempt; whoever had claimed it keeps it for a minute and a half.
    let got = place.wait_for(2, Duration::from_mins(3)).await?;
    ensure!(got[0].headers["webhook-id"] == got[1].headers["webhook-id"]);
    let mark = "taskflow-may-be-twice";
    ensure!(!got[0].headers.contains_key(mark), "the first is marked");
    ensure!(got[1].headers.get(mark).is_some_and(|mark| mark == "true"));
    let told = told(&owner, &webhook, 2).await?;
    let outcomes: Vec<_> = list(&told["items"])
        .iter()
        .map(|item| text(&item["outcome"]))
        .collect();
    ensure!(outcomes == ["accepted", "unknown"], "{told}");
    Ok(())
}
