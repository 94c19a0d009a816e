//! `/projects`

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::Client;

use super::steps::{add, events_after, get, path, same, text, titles, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "rest: a project is created, read, changed and listed",
            lifecycle,
        ),
        stage.shared("rest: a deleted project leaves its tasks", deleted),
        stage.shared("rest: a wrong project names the wrong field", wrong),
        stage.shared("rest: an unknown project is not found", unknown),
    ]
}

async fn create(owner: &Client, project: &Value) -> Result<Value> {
    owner.post("/projects", project).await?.expect(201)
}

fn at(project: &Value) -> String {
    format!("/projects/{}", text(&project["id"]))
}

async fn lifecycle(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let body = json!({"name": " Home ", "color": "#AABBCC", "position": 2});
    let answer = owner.post("/projects", &body).await?;
    let home = answer.expect(201)?;
    let expected = json!({
        "id": home["id"],
        "name": "Home",
        "color": "#aabbcc",
        "position": 2.0,
        "created_at": home["created_at"],
        "updated_at": home["created_at"],
        "version": 1,
    });
    same(&home, &expected)?;
    ensure!(answer.header("etag")? == "\"1\"");
    ensure!(answer.header("location")? == format!("/api/{}{}", owner.user, at(&home)));
    answer.header("x-change-set-id")?;
    let found = owner.get(&at(&home)).await?;
    same(&found.expect(200)?, &home)?;
    ensure!(found.header("etag")? == "\"1\"");

    let first = create(&owner, &json!({"name": "First", "position": -1})).await?;
    let last = create(&owner, &json!({"name": "Last"})).await?;
    let patch = json!({"name": "House", "color": null});
    let answer = owner.patch(&at(&home), &patch).await?;
    let house = answer.expect(200)?;
    ensure!(house["name"] == "House" && house["color"].is_null() && house["position"] == 2.0);
    ensure!(house["version"] == 2 && answer.header("etag")? == "\"2\"");
    let all = owner.get("/projects").await?.expect(200)?;
    same(&all, &json!({"items": [first, house, last]}))?;
    let events = events_after(&owner, 1).await?;
    let created = "project.created";
    ensure!(types(&events) == [created, created, created, "project.updated"]);
    Ok(())
}

async fn deleted(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let project = create(&owner, &json!({"name": "Home"})).await?;
    let of_project = |title: &str| json!({"title": title, "project_id": project["id"]});
    let one = add(&owner, &of_project("one")).await?;
    let two = add(&owner, &of_project("two")).await?;
    let gone = add(&owner, &of_project("gone")).await?;
    owner.delete(&path(&gone)).await?.expect(204)?;
    let head = product.database.head(owner.user).await?;

    let answer = owner.delete(&at(&project)).await?;
    answer.expect(204)?;
    for answer in [
        owner.get(&at(&project)).await?,
        owner.delete(&at(&project)).await?,
    ] {
        answer.problem(404, "not_found")?;
    }
    same(
        &owner.get("/projects").await?.expect(200)?,
        &json!({"items": []}),
    )?;
    ensure!(titles(&owner, &[]).await? == ["one", "two"]);
    for task in [&one, &two] {
        let now = get(&owner, task).await?;
        ensure!(now["project_id"].is_null() && now["version"] == 2, "{now}");
    }
    let restore = format!("{}/restore", path(&gone));
    let restored = owner.post(&restore, &Value::Null).await?.expect(200)?;
    ensure!(restored["project_id"].is_null(), "{restored}");

    let events = events_after(&owner, head).await?;
    let updated = "task.updated";
    let expected = [
        updated,
        updated,
        updated,
        "project.deleted",
        "task.restored",
    ];
    ensure!(types(&events) == expected, "{events:?}");
    let left = json!({"project_id": {"before": project["id"], "after": null}});
    for event in &events[..3] {
        same(&event["data"]["changes"], &left)?;
    }
    let set = answer.header("x-change-set-id")?;
    ensure!(
        events[..4]
            .iter()
            .all(|event| event["change_set_id"] == set)
    );
    ensure!(events[3]["aggregate_id"] == project["id"] && events[3]["version"] == 2);
    let into_it = owner.post("/tasks", &of_project("late")).await?;
    into_it.invalid("project_id")
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let project = create(&owner, &json!({"name": "Home"})).await?;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(" \t")),
        ("name", json!("x".repeat(101))),
        ("name", json!("a\u{0}b")),
        ("name", json!(7)),
        ("name", Value::Null),
        ("color", json!("red")),
        ("color", json!("#12345")),
        ("color", json!("#1234567")),
        ("color", json!("#gggggg")),
        ("color", json!("112233")),
        ("color", json!("#ääär")),
        ("color", json!(0x0011_2233)),
        ("position", json!("first")),
        ("position", json!(1e16)),
        ("owner", json!("me")),
        ("id", project["id"].clone()),
    ] {
        let mut whole = json!({"name": "Other"});
        whole[field] = value.clone();
        let context = || format!("{field}: {value}");
        owner
            .post("/projects", &whole)
            .await?
            .invalid(field)
            .with_context(context)?;
        let patch = json!({ field: value });
        owner
            .patch(&at(&project), &patch)
            .await?
            .invalid(field)
            .with_context(context)?;
    }
    owner.post("/projects", &json!({})).await?.invalid("name")?;
    let null = json!({ "position": null });
    owner
        .patch(&at(&project), &null)
        .await?
        .invalid("position")?;
    same(
        &owner.get("/projects").await?.expect(200)?["items"],
        &json!([project]),
    )
}

async fn unknown(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let foreign = create(&other, &json!({"name": "Theirs"})).await?;
    for path in [
        at(&foreign).as_str(),
        "/projects/1",
        "/projects/%00",
        "/projects/home",
    ] {
        for answer in [
            owner.get(path).await?,
            owner.patch(path, &json!({"name": "Mine"})).await?,
            owner.delete(path).await?,
        ] {
            let problem = answer.problem(404, "not_found")?;
            ensure!(problem["detail"] == "Project not found", "{problem}");
        }
    }
    same(&other.get(&at(&foreign)).await?.expect(200)?, &foreign)
}
