//! Many changes in one request.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Client, send};
use uuid::Uuid;

use super::steps::{add, events_after, get, list, same, titles, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "rest: a batch is carried out in order, as one change-set",
            in_order,
        ),
        stage.shared("rest: an atomic batch that fails writes nothing", atomic),
        stage.shared("rest: a batch per item does what it can", per_item),
        stage.shared("rest: a batch has 1 to 100 operations", size),
        stage.shared("rest: a wrong operation is named by its place", named),
    ]
}

async fn in_order(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    let id = &task["id"];
    let operations = json!({"operations": [
        {"op": "create", "task": {"title": "new", "priority": "low"}},
        {"op": "update", "id": id, "if_version": 1, "patch": {"title": "renamed"}},
        {"op": "complete", "id": id},
        {"op": "complete", "id": id, "completed": false},
        {"op": "delete", "id": id, "if_version": 4},
        {"op": "restore", "id": id},
        {"op": "create", "task": {"title": "last"}},
    ]});
    let answer = owner.post("/tasks/batch", &operations).await?;
    let done = answer.expect(200)?;
    let set = answer.header("x-change-set-id")?;
    ensure!(done["change_set_id"] == set, "{done}");
    let results = list(&done["results"]);
    let statuses: Vec<&Value> = results.iter().map(|result| &result["status"]).collect();
    ensure!(statuses == [201, 200, 200, 200, 200, 200, 201], "{done}");
    let versions: Vec<&Value> = results
        .iter()
        .map(|result| &result["task"]["version"])
        .collect();
    ensure!(versions == [1, 2, 3, 4, 5, 6, 1], "{done}");
    let position = |n: usize| results[n]["task"]["position"].as_f64();
    ensure!(position(0) < position(6), "{done}");

    same(&get(&owner, &task).await?, &results[5]["task"])?;
    same(
        &get(&owner, &results[0]["task"]).await?,
        &results[0]["task"],
    )?;
    let events = events_after(&owner, 2).await?;
    let expected = [
        "task.created",
        "task.updated",
        "task.completed",
        "task.reopened",
        "task.deleted",
        "task.restored",
        "task.created",
    ];
    ensure!(types(&events) == expected, "{events:?}");
    ensure!(events.iter().all(|event| event["change_set_id"] == set));
    Ok(())
}

/// Operations of which the third fails.
async fn failing(owner: &Client, bad: Value) -> Result<Value> {
    let task = add(owner, &json!({"title": "task"})).await?;
    Ok(json!([
        {"op": "create", "task": {"title": "created", "tags": ["created"]}},
        {"op": "delete", "id": task["id"]},
        bad,
        {"op": "create", "task": {"title": "after"}},
    ]))
}

async fn atomic(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let blank = json!({"op": "create", "task": {"title": " "}});
    let nobody = json!({"op": "complete", "id": Uuid::now_v7()});
    for (bad, field) in [
        (blank, "operations[2].title"),
        (nobody, "operations[2]"),
        (json!(["create"]), "operations[2]"),
        (json!({"op": "update"}), "operations[2].id"),
        (json!({"op": "create"}), "operations[2].task"),
    ] {
        let operations = failing(&owner, bad).await?;
        let before = product.database.fingerprint(owner.user).await?;
        for body in [
            json!({ "operations": operations }),
            json!({ "atomic": true, "operations": operations }),
        ] {
            let answer = owner.post("/tasks/batch", &body).await?;
            answer.invalid(field)?;
        }
        ensure!(product.database.fingerprint(owner.user).await? == before);
    }
    let stale = add(&owner, &json!({"title": "stale"})).await?;
    let stale = json!({"op": "complete", "id": stale["id"], "if_version": 7});
    let body = json!({ "operations": failing(&owner, stale).await? });
    let before = product.database.fingerprint(owner.user).await?;
    let answer = owner.post("/tasks/batch", &body).await?;
    let problem = answer.problem(412, "stale_version")?;
    ensure!(problem["current_version"] == 1, "{problem}");
    ensure!(problem["field"] == "operations[2].if_version", "{problem}");
    // Nobody would look at it.
    let matched = owner
        .request(Method::POST, "/tasks/batch")
        .header("if-match", "*");
    send(matched.json(&body)).await?.invalid("If-Match")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn per_item(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let keep = add(&owner, &json!({"title": "keep"})).await?;
    let id = &keep["id"];
    let body = json!({"atomic": false, "operations": [
        {"op": "create", "task": {"title": "one"}},
        {"op": "create", "task": {"title": " "}},
        {"op": "complete", "id": Uuid::now_v7()},
        {"op": "complete", "id": id, "if_version": 9},
        {"op": "update", "id": id, "patch": {"priority": "high", "project_id": Uuid::now_v7()}},
        {"op": "create", "task": {"title": "two"}},
    ]});
    let answer = owner.post("/tasks/batch", &body).await?;
    let done = answer.expect(200)?;
    let results = list(&done["results"]);
    let statuses: Vec<&Value> = results.iter().map(|result| &result["status"]).collect();
    ensure!(statuses == [201, 422, 404, 412, 422, 201], "{done}");
    let errors: Vec<&Value> = results
        .iter()
        .map(|result| &result["error"]["code"])
        .collect();
    ensure!(
        errors[1..5] == ["invalid", "not_found", "stale_version", "invalid"],
        "{done}"
    );
    ensure!(results[1]["error"]["field"] == "title", "{done}");
    ensure!(results[3]["error"]["current_version"] == 1, "{done}");
    ensure!(results[4]["error"]["field"] == "project_id", "{done}");

    same(&get(&owner, &keep).await?, &keep)?;
    ensure!(titles(&owner, &[]).await? == ["keep", "one", "two"]);
    let events = events_after(&owner, 2).await?;
    ensure!(types(&events) == ["task.created"; 2], "{events:?}");
    Ok(())
}

async fn size(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let of = |count: usize| {
        let create = json!({"op": "create", "task": {"title": "many"}});
        json!({ "operations": vec![create; count] })
    };
    for wrong in [0, 101] {
        let answer = owner.post("/tasks/batch", &of(wrong)).await?;
        answer.invalid("operations")?;
    }
    ensure!(product.database.head(owner.user).await? == 1);
    let done = owner.post("/tasks/batch", &of(100)).await?.expect(200)?;
    let results = list(&done["results"]);
    ensure!(results.len() == 100 && results.iter().all(|result| result["status"] == 201));
    ensure!(product.database.head(owner.user).await? == 101);
    Ok(())
}

async fn named(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let good = json!({"op": "create", "task": {"title": "good"}});
    for (bad, field) in [
        (json!({"op": "explode"}), "operations[1].op"),
        (json!({"id": Uuid::now_v7()}), "operations[1].op"),
        (
            json!({"op": {"delete": null}, "id": Uuid::now_v7()}),
            "operations[1].op",
        ),
        (json!({"op": "delete", "id": 7}), "operations[1].id"),
        (json!({"op": "delete", "ident": 7}), "operations[1].ident"),
        (
            json!({"op": "create", "task": {"title": "x", "tags": ["ok", 3]}}),
            "operations[1].task.tags[1]",
        ),
        (
            json!({"op": "create", "task": {"title": "x", "tags": ["ok", " "]}}),
            "operations[1].tags[1]",
        ),
    ] {
        let body = json!({ "operations": [good, bad] });
        owner.post("/tasks/batch", &body).await?.invalid(field)?;
    }
    owner
        .post("/tasks/batch", &json!({}))
        .await?
        .invalid("operations")?;
    ensure!(product.database.head(owner.user).await? == 1);
    Ok(())
}
