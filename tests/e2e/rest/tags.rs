//! `/tags`: names that tasks carry.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::Client;

use super::steps::{add, events_after, get, path, same, titles, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "rest: tags are listed with the number of their tasks",
            counted,
        ),
        stage.shared("rest: a renamed tag is renamed on every task", renamed),
        stage.shared("rest: a tag renamed to another becomes one with it", merged),
        stage.shared("rest: a deleted tag is taken off every task", deleted),
        stage.shared("rest: a tag may be called anything", any_name),
        stage.shared("rest: a wrong tag names the wrong field", wrong),
    ]
}

async fn tagged(owner: &Client, title: &str, tags: &[&str]) -> Result<Value> {
    add(owner, &json!({"title": title, "tags": tags})).await
}

/// Names with the number of their tasks.
async fn all(owner: &Client) -> Result<Value> {
    owner.get("/tags").await?.expect(200)
}

fn tag(name: &str, color: Option<&str>, tasks: u32) -> Value {
    json!({"name": name, "color": color, "tasks": tasks})
}

async fn counted(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    tagged(&other, "theirs", &["home", "theirs"]).await?;
    tagged(&owner, "one", &["home", "x"]).await?;
    tagged(&owner, "two", &["home"]).await?;
    let gone = tagged(&owner, "gone", &["home", "gone"]).await?;
    owner.delete(&path(&gone)).await?.expect(204)?;
    let expected = [
        tag("gone", None, 0),
        tag("home", None, 2),
        tag("x", None, 1),
    ];
    same(&all(&owner).await?, &json!({ "items": expected }))
}

async fn renamed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let one = tagged(&owner, "one", &["home", "x"]).await?;
    let gone = tagged(&owner, "gone", &["home"]).await?;
    owner.delete(&path(&gone)).await?.expect(204)?;
    let color = json!({"color": "#00FF00"});
    let answer = owner.patch("/tags/home", &color).await?;
    same(&answer.expect(200)?, &tag("home", Some("#00ff00"), 1))?;

    let head = product.database.head(owner.user).await?;
    let answer = owner
        .patch("/tags/home", &json!({"name": " #house "}))
        .await?;
    same(&answer.expect(200)?, &tag("house", Some("#00ff00"), 1))?;
    let expected = [tag("house", Some("#00ff00"), 1), tag("x", None, 1)];
    same(&all(&owner).await?, &json!({ "items": expected }))?;
    same(&get(&owner, &one).await?["tags"], &json!(["house", "x"]))?;
    ensure!(titles(&owner, &[("tag", "house")]).await? == ["one"]);
    owner
        .patch("/tags/home", &color)
        .await?
        .problem(404, "not_found")?;
    // The deleted task does not bring the old name back.
    let restore = format!("{}/restore", path(&gone));
    let restored = owner.post(&restore, &Value::Null).await?.expect(200)?;
    same(&restored["tags"], &json!(["house"]))?;

    let events = events_after(&owner, head).await?;
    let updated = "task.updated";
    ensure!(
        types(&events) == ["tag.updated", updated, updated, "task.restored"],
        "{events:?}"
    );
    same(
        &events[0]["data"]["changes"]["name"],
        &json!({"before": "home", "after": "house"}),
    )?;
    let set = answer.header("x-change-set-id")?;
    ensure!(
        events[..3]
            .iter()
            .all(|event| event["change_set_id"] == set)
    );
    Ok(())
}

async fn merged(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let both = tagged(&owner, "both", &["home", "house"]).await?;
    let home = tagged(&owner, "home", &["home"]).await?;
    tagged(&owner, "house", &["house"]).await?;
    let answer = owner.patch("/tags/home", &json!({"name": "house"})).await?;
    same(&answer.expect(200)?, &tag("house", None, 3))?;
    same(
        &all(&owner).await?,
        &json!({"items": [tag("house", None, 3)]}),
    )?;
    for task in [&both, &home] {
        same(&get(&owner, task).await?["tags"], &json!(["house"]))?;
    }
    Ok(())
}

async fn deleted(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let one = tagged(&owner, "one", &["home", "x"]).await?;
    tagged(&owner, "two", &["home"]).await?;
    let head = product.database.head(owner.user).await?;
    let answer = owner.delete("/tags/home").await?;
    answer.expect(204)?;
    same(&all(&owner).await?, &json!({"items": [tag("x", None, 1)]}))?;
    same(&get(&owner, &one).await?["tags"], &json!(["x"]))?;
    owner
        .delete("/tags/home")
        .await?
        .problem(404, "not_found")?;
    let events = events_after(&owner, head).await?;
    ensure!(
        types(&events) == ["task.updated", "task.updated", "tag.deleted"],
        "{events:?}"
    );
    answer.header("x-change-set-id")?;

    // It can come back, and its history goes on.
    tagged(&owner, "three", &["home"]).await?;
    let answer = owner
        .patch("/tags/home", &json!({"color": "#123456"}))
        .await?;
    answer.expect(200)?;
    let events = events_after(&owner, head + 5).await?;
    ensure!(
        events[0]["event_type"] == "tag.updated" && events[0]["version"] == 4,
        "{events:?}"
    );
    Ok(())
}

async fn any_name(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for (name, path) in [
        ("a/b", "a%2Fb"),
        ("50%", "50%25"),
        ("a b", "a%20b"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("a?b&c=d", "a%3Fb%26c%3Dd"),
        ("'; --", "%27%3B%20--"),
        ("{a,\"b\"}", "%7Ba%2C%22b%22%7D"),
    ] {
        let task = tagged(&owner, name, &[name]).await?;
        same(&task["tags"], &json!([name]))?;
        let path = format!("/tags/{path}");
        let color = json!({"color": "#123456"});
        let answer = owner.patch(&path, &color).await?;
        let context = || name.to_owned();
        same(
            &answer.expect(200).with_context(context)?,
            &tag(name, Some("#123456"), 1),
        )?;
        owner.delete(&path).await?.expect(204)?;
    }
    for nobodys in [
        "/tags/%00",
        "/tags/none",
        "/tags/..%2F..",
        "/tags/a%00",
        "/tags/%20",
    ] {
        owner
            .patch(nobodys, &json!({"color": null}))
            .await?
            .problem(404, "not_found")?;
        owner.delete(nobodys).await?.problem(404, "not_found")?;
    }
    let undecodable = owner.delete("/tags/%ff").await?;
    ensure!(undecodable.status < 500, "{undecodable:?}");
    Ok(())
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    tagged(&owner, "one", &["home"]).await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(" # ")),
        ("name", json!("x".repeat(51))),
        ("name", json!("a\u{0}")),
        ("name", Value::Null),
        ("name", json!(1)),
        ("color", json!("blue")),
        ("tasks", json!(9)),
    ] {
        let answer = owner.patch("/tags/home", &json!({ field: value })).await?;
        answer
            .invalid(field)
            .with_context(|| format!("{field}: {value}"))?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}
