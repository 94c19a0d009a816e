//! `/profile`: the zone that dates and floating times follow, and settings.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{EMAIL_DOMAIN, send};

use super::steps::{add, events_after, get, same, text, titles, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: the profile of a new account", fresh),
        stage.shared(
            "rest: dates and floating times follow the zone, zoned stay",
            moved,
        ),
        stage.shared("rest: settings are merged into what is there", settings),
        stage.shared("rest: a profile has a version to match", matched),
        stage.shared("rest: a wrong profile names the wrong field", wrong),
    ]
}

async fn fresh(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let profile = owner.get("/profile").await?.expect(200)?;
    ensure!(text(&profile["email"]).ends_with(EMAIL_DOMAIN));
    let expected = json!({
        "user_id": owner.user,
        "name": "Somebody",
        "email": profile["email"],
        "time_zone": "UTC",
        "settings": {},
    });
    same(&profile, &expected)
}

async fn moved(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let date = add(&owner, &json!({"title": "date", "due_date": "2027-01-02"})).await?;
    let floating = json!({"title": "floating", "due_date": "2027-07-02T09:00"});
    let floating = add(&owner, &floating).await?;
    let zoned = json!({"title": "zoned", "due_date": "2027-01-02T09:00[Asia/Tokyo]"});
    let zoned = add(&owner, &zoned).await?;
    let none = add(&owner, &json!({"title": "none"})).await?;

    let zone = json!({"time_zone": "America/New_York"});
    let answer = owner.patch("/profile", &zone).await?;
    let profile = answer.expect(200)?;
    ensure!(profile["time_zone"] == "America/New_York");
    answer.header("x-change-set-id")?;
    same(&owner.get("/profile").await?.expect(200)?, &profile)?;

    let mut moved = [date, floating];
    for (task, due_at) in moved
        .iter_mut()
        .zip(["2027-01-03T04:59:59.999999Z", "2027-07-02T13:00:00Z"])
    {
        task["due_at"] = json!(due_at);
    }
    for task in moved.iter().chain([&zoned, &none]) {
        same(&get(&owner, task).await?, task)?;
    }
    let before = [("due_before", "2027-01-03T04:59:59Z")];
    ensure!(titles(&owner, &before).await? == ["zoned"]);
    // What is written from now on means the new zone at once.
    let new = add(
        &owner,
        &json!({"title": "new", "due_date": "2027-01-02T09:00"}),
    )
    .await?;
    ensure!(new["due_at"] == "2027-01-02T14:00:00Z", "{new}");

    let events = events_after(&owner, 5).await?;
    ensure!(
        types(&events) == ["user.updated", "task.created"],
        "{events:?}"
    );
    let expected = json!({
        "changed": ["time_zone"],
        "changes": {"time_zone": {"before": "UTC", "after": "America/New_York"}},
    });
    same(&events[0]["data"], &expected)
}

async fn settings(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let first = json!({"theme": "dark", "columns": [1, 2.5, null], "ü": {"a": "\\u0000"}});
    let patch = json!({ "settings": first });
    let profile = owner.patch("/profile", &patch).await?.expect(200)?;
    same(&profile["settings"], &first)?;
    let head = product.database.head(owner.user).await?;
    let again = owner.patch("/profile", &patch).await?.expect(200)?;
    same(&again, &profile)?;
    ensure!(product.database.head(owner.user).await? == head);

    let second = json!({"settings": {"language": "de", "theme": null, "ü": {"b": [null]}}});
    owner.patch("/profile", &second).await?.expect(200)?;
    let profile = owner.get("/profile").await?.expect(200)?;
    let merged = json!({
        "columns": [1, 2.5, null], "language": "de", "ü": {"a": "\\u0000", "b": [null]},
    });
    same(&profile["settings"], &merged)?;
    ensure!(profile["time_zone"] == "UTC");
    let deepest = json!({"settings": {"deep": nested(31)}});
    owner.patch("/profile", &deepest).await?.expect(200)?;
    Ok(())
}

/// So many lists in one another.
fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| json!([inner]))
}

async fn matched(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let read = owner.get("/profile").await?;
    let etag = read.header("etag")?;
    let write = async |zone: &str| {
        let patch = owner
            .request(Method::PATCH, "/profile")
            .header("if-match", etag);
        send(patch.json(&json!({ "time_zone": zone }))).await
    };
    let first = write("Asia/Tokyo").await?;
    let profile = first.expect(200)?;
    let problem = write("Asia/Seoul").await?.problem(412, "stale_version")?;
    ensure!(
        first.header("etag")? == format!("\"{}\"", problem["current_version"]),
        "{problem}"
    );
    let now = owner.get("/profile").await?;
    ensure!(now.header("etag")? == first.header("etag")?);
    same(&now.expect(200)?, &profile)
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (field, value) in [
        ("time_zone", json!("Mars/Olympus")),
        ("time_zone", json!("")),
        ("time_zone", json!("+02:00")),
        ("time_zone", json!("../../etc/passwd")),
        ("time_zone", json!("UTC\u{0}")),
        ("time_zone", Value::Null),
        ("time_zone", json!(2)),
        ("settings", Value::Null),
        ("settings", json!([])),
        ("settings", json!({"big": "x".repeat(8 * 1024)})),
        ("settings", json!({ "deep": nested(32) })),
        ("settings", json!({ "deep": nested(120) })),
        ("time_zone", json!("localtime")),
        ("time_zone", json!("posixrules")),
        ("time_zone", json!("Factory")),
        ("time_zone", json!("Etc/Unknown")),
        ("settings", json!({"nul": "\u{0}"})),
        ("settings", json!({"\u{0}": 1})),
        ("email", json!("somebody@else.example")),
        ("name", json!("Nobody")),
        ("user_id", json!("1")),
    ] {
        let patch = json!({ field: value });
        let answer = owner.patch("/profile", &patch).await?;
        answer.invalid(field).with_context(|| patch.to_string())?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}
