//! What happened, field by field.

mod diff;
mod filters;

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Client, send};

use super::steps::{add, list, path, same, text};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("history: its pages are the log", whole),
        stage.shared(
            "history: every field of a change is there, before and after",
            fields,
        ),
        stage.shared(
            "history: things are called what they were called then",
            names,
        ),
        stage.shared(
            "history: each filter leaves what it says",
            filters::filtered,
        ),
        stage.shared("history: what was taken back says by what", undone),
        stage.shared(
            "history: a task's history and difference are its own",
            diff::of_task,
        ),
        stage.shared(
            "history: a difference holds what is left of the changes",
            diff::between,
        ),
        stage.shared("history: a wrong filter is named", filters::named),
    ]
}

/// All pages of a history.
async fn walk(owner: &Client, path: &str, limit: usize) -> Result<Vec<Value>> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = format!("{path}{mark}limit={limit}{cursor}");
        let page = owner.get(&page).await?.expect(200)?;
        let found = list(&page["items"]);
        items.extend_from_slice(found);
        let Some(next) = page["next_cursor"].as_i64() else {
            ensure!(
                page["next_cursor"].is_null() && found.len() <= limit,
                "{page}"
            );
            return Ok(items);
        };
        ensure!(
            found.len() == limit,
            "a page of {} before the end",
            found.len()
        );
        cursor = format!("&cursor={next}");
    }
}

async fn newest(owner: &Client) -> Result<Value> {
    let page = owner.get("/history?limit=1").await?.expect(200)?;
    Ok(page["items"][0].clone())
}

/// A bit of everything.
async fn live(owner: &Client) -> Result<()> {
    let project = owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let task = json!({"title": "task", "tags": ["a"], "project_id": project["id"]});
    let task = path(&add(owner, &task).await?);
    let patch = json!({"title": "other", "due_date": "2027-01-02", "completed": true});
    owner.patch(&task, &patch).await?.expect(200)?;
    let tag = json!({"name": "b", "color": "#123456"});
    owner.patch("/tags/a", &tag).await?.expect(200)?;
    owner.delete("/tags/b").await?.expect(204)?;
    owner.delete(&task).await?.expect(204)?;
    let zone = json!({"time_zone": "Asia/Tokyo", "settings": {"a": 1}});
    owner.patch("/profile", &zone).await?.expect(200)?;
    let project = format!("/projects/{}", text(&project["id"]));
    owner.delete(&project).await?.expect(204)?;
    Ok(())
}

async fn whole(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    live(&owner).await?;
    live(&other).await?;
    let log = product.database.log(&[owner.user]).await?;
    let whole = walk(&owner, "/history", 200).await?;
    ensure!(whole.len() == log.len(), "{} of {}", whole.len(), log.len());
    for (item, row) in whole.iter().zip(log.iter().rev()) {
        let same = item["seq"] == row.seq
            && item["event_id"] == row.event_id.to_string()
            && item["event_type"] == row.event_type
            && item["what"]["id"] == row.aggregate_id.to_string()
            && item["correlation_id"] == row.correlation_id;
        ensure!(same, "{item}\nis not\n{row:?}");
        ensure!(
            item["undone_by"].is_null() && item["cause"].is_null(),
            "{item}"
        );
        ensure!(
            item["causation_id"].is_null() && !text(&item["timestamp"]).is_empty(),
            "{item}"
        );
        let actor = if row.seq == 1 { "system" } else { "user" };
        ensure!(
            item["actor"] == json!({"kind": actor, "id": null}),
            "{item}"
        );
    }
    for limit in [1, 2, 7] {
        ensure!(
            walk(&owner, "/history", limit).await? == whole,
            "{limit} a page"
        );
    }
    Ok(())
}

async fn fields(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let project = owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let parent = add(&owner, &json!({"title": "parent"})).await?;
    let task = json!({"title": "old", "position": 1.5, "tags": ["a"]});
    let task = add(&owner, &task).await?;
    let created = newest(&owner).await?;
    same(
        &created["what"],
        &json!({"kind": "task", "id": task["id"], "name": "old"}),
    )?;
    same(
        &created["changes"],
        &json!([
            {"field": "position", "before": null, "after": 1.5},
            {"field": "priority", "before": null, "after": "none"},
            {"field": "tags", "before": null, "after": ["a"]},
            {"field": "title", "before": null, "after": "old"},
        ]),
    )?;
    let due = json!({"kind": "date", "date": "2027-01-02"});
    let patch = json!({
        "title": "new", "description": "text", "priority": "high", "tags": ["b", "a"],
        "project_id": project["id"], "parent_id": parent["id"], "position": -2.0,
        "due": due, "completed": true,
    });
    let answer = owner.patch(&path(&task), &patch).await?;
    let now = answer.expect(200)?;
    let items = walk(&owner, &format!("{}/history", path(&task)), 50).await?;
    let change_set = answer.header("x-change-set-id")?;
    let told = items
        .iter()
        .filter(|item| item["change_set_id"] == change_set);
    let told = told.flat_map(|item| list(&item["changes"]).to_vec());
    let mut told: Vec<Value> = told.collect();
    told.sort_by_key(|change| text(&change["field"]).to_owned());
    let field = |name, before, after| json!({"field": name, "before": before, "after": after});
    same(
        &json!(told),
        &json!([
            field("completed_at", Value::Null, now["completed_at"].clone()),
            field("description", json!(""), json!("text")),
            field("due", Value::Null, due),
            field("due_at", Value::Null, now["due_at"].clone()),
            field("parent_id", Value::Null, parent["id"].clone()),
            field("position", json!(1.5), json!(-2.0)),
            field("priority", json!("none"), json!("high")),
            field("project_id", Value::Null, project["id"].clone()),
            field("tags", json!(["a"]), json!(["a", "b"])),
            field("title", json!("old"), json!("new")),
        ]),
    )?;
    owner.delete(&path(&task)).await?.expect(204)?;
    let deleted = newest(&owner).await?;
    let gone = owner
        .get(&format!("{}?include_deleted=true", path(&task)))
        .await?
        .expect(200)?;
    let expected = json!([field("deleted_at", Value::Null, gone["deleted_at"].clone())]);
    same(&deleted["changes"], &expected)?;
    owner
        .patch("/profile", &json!({"time_zone": "Asia/Tokyo"}))
        .await?
        .expect(200)?;
    let moved = newest(&owner).await?;
    same(
        &moved["what"],
        &json!({"kind": "profile", "id": owner.user, "name": null}),
    )?;
    same(
        &moved["changes"],
        &json!([field("time_zone", json!("UTC"), json!("Asia/Tokyo"))]),
    )
}

async fn names(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let project = owner
        .post("/projects", &json!({"name": "p1"}))
        .await?
        .expect(201)?;
    let project = format!("/projects/{}", text(&project["id"]));
    let task = path(&add(&owner, &json!({"title": "t1", "tags": ["g1"]})).await?);
    owner
        .patch(&task, &json!({"priority": "low"}))
        .await?
        .expect(200)?;
    owner
        .patch(&task, &json!({"title": "t2"}))
        .await?
        .expect(200)?;
    owner
        .patch(&project, &json!({"name": "p2"}))
        .await?
        .expect(200)?;
    owner
        .patch(&task, &json!({"title": "t3", "completed": true}))
        .await?
        .expect(200)?;
    owner
        .patch("/tags/g1", &json!({"name": "g2"}))
        .await?
        .expect(200)?;
    owner.delete("/tags/g2").await?.expect(204)?;
    owner.delete(&task).await?.expect(204)?;
    owner.delete(&project).await?.expect(204)?;
    let expected = [
        ("project.deleted", "p2"),
        ("task.deleted", "t3"),
        ("tag.deleted", "g2"),
        ("task.updated", "t3"),
        ("tag.updated", "g2"),
        ("task.updated", "t3"),
        ("task.completed", "t3"),
        ("task.updated", "t3"),
        ("project.updated", "p2"),
        ("task.updated", "t2"),
        ("task.updated", "t1"),
        ("task.created", "t1"),
        ("tag.created", "g1"),
        ("project.created", "p1"),
    ];
    for limit in [1, 3, 200] {
        let items = walk(&owner, "/history?from=2", limit).await?;
        let mut told: Vec<(&str, &str)> = items
            .iter()
            .map(|item| (text(&item["event_type"]), text(&item["what"]["name"])))
            .collect();
        let mut expected = expected.to_vec();
        // In which order one change-set says what it did is not what this is about.
        told.sort_unstable();
        expected.sort_unstable();
        ensure!(
            told == expected,
            "{limit} a page: {told:?}\ninstead of\n{expected:?}"
        );
    }
    Ok(())
}

async fn undone(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    let undo = async |body: Value| {
        let answer = owner.post("/undo", &body).await?;
        answer.expect(200)?;
        anyhow::Ok(answer.header("x-change-set-id")?.to_owned())
    };
    let by = async |seq: usize| {
        let items = walk(&owner, "/history", 2).await?;
        anyhow::Ok(items[items.len() - seq]["undone_by"].clone())
    };
    let answer = owner
        .patch(&path(&task), &json!({"title": "other"}))
        .await?;
    answer.expect(200)?;
    let change = answer.header("x-change-set-id")?.to_owned();
    same(&by(3).await?, &Value::Null)?;
    let taken_back = undo(json!({"change_set_id": change})).await?;
    same(&by(3).await?, &json!(taken_back))?;
    let why = newest(&owner).await?["cause"].clone();
    same(&why, &json!({"kind": "undo", "change_set_id": change}))?;
    let redone = undo(json!({"change_set_id": taken_back})).await?;
    same(&by(3).await?, &Value::Null)?;
    same(&by(4).await?, &json!(redone))?;

    let request = owner
        .request(Method::PATCH, &path(&task))
        .header("x-run-id", "r");
    send(request.json(&json!({"title": "by an agent"})))
        .await?
        .expect(200)?;
    let taken_back = undo(json!({"run_id": "r"})).await?;
    same(&by(6).await?, &json!(taken_back))
}
