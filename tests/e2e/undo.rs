//! What was done is taken back, exactly, at any age, and what others did since stays.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::future::join;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Client, send};
use uuid::Uuid;

use crate::rest::steps::{add, events_after, get, list, path, same, text};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "undo: every kind of write goes back and forth exactly",
            kinds,
        ),
        stage.shared("undo: the last of many go back one by one", last_of_many),
        stage.shared(
            "undo: what was changed since stays, and is named",
            later_change_stays,
        ),
        stage.shared("undo: a run goes back around a person's edits", run),
        stage.shared("undo: what stands in its own way goes first", families),
        stage.shared(
            "undo: no task comes back into a project that is gone",
            gone_project,
        ),
        stage.shared("undo: a preview says the same and writes nothing", preview),
        stage.shared("undo: what cannot be undone is refused", refused),
        stage.shared("undo: of two at once, one wins", race),
        stage.shared("undo: says in the log why and what for", told),
    ]
}

/// All that a person sees, without what counts writes.
async fn picture(owner: &Client) -> Result<Value> {
    let mut tasks = owner
        .get("/tasks?limit=200&sort=created_at")
        .await?
        .expect(200)?;
    let mut projects = owner.get("/projects").await?.expect(200)?;
    for items in [&mut tasks["items"], &mut projects["items"]] {
        for item in items.as_array_mut().into_iter().flatten() {
            let item = item.as_object_mut().context("an object")?;
            item.remove("version");
            item.remove("updated_at");
        }
    }
    Ok(json!({
        "tasks": tasks["items"],
        "projects": projects["items"],
        "tags": owner.get("/tags").await?.expect(200)?,
        "profile": owner.get("/profile").await?.expect(200)?,
    }))
}

fn change_set(answer: &Answer) -> Result<String> {
    Ok(answer.header("x-change-set-id")?.to_owned())
}

async fn undo(owner: &Client, change_set: &str) -> Result<Answer> {
    owner
        .post("/undo", &json!({"change_set_id": change_set}))
        .await
}

/// Undoes completely; the change-set of the undo.
async fn undo_all(owner: &Client, change_set: &str) -> Result<String> {
    let answer = undo(owner, change_set).await?;
    let report = answer.expect(200)?;
    ensure!(report["skipped"] == json!([]), "skipped: {report}");
    let id = self::change_set(&answer)?;
    ensure!(report["change_set_id"] == id, "{report}");
    Ok(id)
}

/// A person with a project, a task with a part, tags and a completed task.
struct Home {
    owner: Client,
    project: Value,
    task: Value,
    part: Value,
    done: Value,
}

async fn home(product: &Product) -> Result<Home> {
    let owner = product.sign_up().await?;
    let project = json!({"name": "Garden", "color": "#00ff00"});
    let project = owner.post("/projects", &project).await?.expect(201)?;
    let task = json!({
        "title": "Dig", "description": "deep", "tags": ["soil", "spring"], "priority": "high",
        "project_id": project["id"], "due": {"kind": "date", "date": "2026-12-24"},
    });
    let task = add(&owner, &task).await?;
    let part = add(&owner, &json!({"title": "Spade", "parent_id": task["id"]})).await?;
    let done = add(
        &owner,
        &json!({"title": "Rake", "tags": ["spring"], "completed": true}),
    )
    .await?;
    Ok(Home {
        owner,
        project,
        task,
        part,
        done,
    })
}

/// One of every kind of write, each from a fresh start.
fn writes(home: &Home) -> Vec<(Method, String, Option<Value>)> {
    let (task, part, done) = (path(&home.task), path(&home.part), path(&home.done));
    let project = format!("/projects/{}", text(&home.project["id"]));
    let row = |method, path: &str, body| (method, path.to_owned(), body);
    vec![
        row(
            Method::POST,
            "/tasks",
            Some(json!({"title": "New", "tags": ["fresh"]})),
        ),
        row(
            Method::PATCH,
            &task,
            Some(json!({
                "title": "Dig on", "description": null, "priority": "low", "tags": ["late", "soil"],
                "project_id": null, "position": 99.5, "completed": true,
                "due": {"kind": "zoned", "local": "2027-01-02T03:04:00", "zone": "Asia/Tokyo"},
            })),
        ),
        row(Method::PUT, &done, Some(json!({"title": "Rake again"}))),
        row(
            Method::PATCH,
            &format!("{done}/complete"),
            Some(json!({"completed": false})),
        ),
        row(Method::DELETE, &task, None),
        row(Method::DELETE, &part, None),
        row(
            Method::POST,
            "/tasks/batch",
            Some(json!({"operations": [
                {"op": "create", "task": {"title": "One", "project_id": home.project["id"]}},
                {"op": "update", "id": home.task["id"], "patch": {"title": "Two"}},
                {"op": "complete", "id": home.part["id"], "completed": true},
                {"op": "delete", "id": home.done["id"]},
            ]})),
        ),
        row(Method::POST, "/projects", Some(json!({"name": "Roof"}))),
        row(
            Method::PATCH,
            &project,
            Some(json!({"name": "Yard", "color": null, "position": -1})),
        ),
        row(Method::DELETE, &project, None),
        row(Method::PATCH, "/tags/soil", Some(json!({"name": "earth"}))),
        row(
            Method::PATCH,
            "/tags/soil",
            Some(json!({"color": "#112233"})),
        ),
        row(
            Method::PATCH,
            "/tags/soil",
            Some(json!({"name": "spring", "color": "#445566"})),
        ),
        row(Method::DELETE, "/tags/spring", None),
        row(
            Method::PATCH,
            "/profile",
            Some(json!({"time_zone": "America/New_York", "settings": {"theme": "dark"}})),
        ),
    ]
}

async fn ask(owner: &Client, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
    let request = owner.request(method, path);
    let answer = match body {
        Some(body) => send(request.json(body)).await?,
        None => send(request).await?,
    };
    ensure!(answer.status < 300, "{path}: {answer:?}");
    Ok(answer)
}

async fn kinds(product: &Product) -> Result<()> {
    let home = home(product).await?;
    let owner = &home.owner;
    for (method, path, body) in writes(&home) {
        let what = format!("{method} {path}");
        let before = picture(owner).await?;
        let answer = ask(owner, method, &path, body.as_ref()).await?;
        let after = picture(owner).await?;
        ensure!(before != after, "{what} changed nothing");
        let undone = undo_all(owner, &change_set(&answer)?)
            .await
            .context(what.clone())?;
        same(&picture(owner).await?, &before).with_context(|| format!("undo of {what}"))?;
        let redone = undo_all(owner, &undone).await.context(what.clone())?;
        same(&picture(owner).await?, &after).with_context(|| format!("redo of {what}"))?;
        undo_all(owner, &redone).await.context(what.clone())?;
        same(&picture(owner).await?, &before).with_context(|| format!("second undo of {what}"))?;
    }
    Ok(())
}

async fn last_of_many(product: &Product) -> Result<()> {
    let home = home(product).await?;
    let owner = &home.owner;
    let mut done = Vec::new();
    for (method, path, body) in writes(&home) {
        let before = picture(owner).await?;
        let request = owner.request(method, &path);
        let answer = match &body {
            Some(body) => send(request.json(body)).await?,
            None => send(request).await?,
        };
        // Some are about what an earlier one deleted, or change nothing.
        if let Ok(id) = change_set(&answer) {
            done.push((path, before, id));
        }
    }
    ensure!(done.len() > 8, "only {} writes worked", done.len());
    for (path, before, id) in done.into_iter().rev() {
        undo_all(owner, &id).await.context(path.clone())?;
        same(&picture(owner).await?, &before).context(path)?;
    }
    Ok(())
}

pub(crate) async fn later_change_stays(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "one", "description": "old"})).await?;
    let patch = json!({"title": "two", "description": "new", "priority": "high"});
    let first = owner.patch(&path(&task), &patch).await?;
    first.expect(200)?;
    let since = owner
        .patch(&path(&task), &json!({"title": "three"}))
        .await?;
    since.expect(200)?;
    // Set back by hand to what the undone change had left: it was touched all the same.
    owner
        .patch(&path(&task), &json!({"title": "two"}))
        .await?
        .expect(200)?;
    let report = undo(&owner, &change_set(&first)?).await?.expect(200)?;
    let now = get(&owner, &task).await?;
    if now["title"] != "two" {
        return Err(Violation::Overwritten("a title".to_owned()).into());
    }
    ensure!(
        now["description"] == "old" && now["priority"] == "none",
        "{now}"
    );
    let [skipped] = list(&report["skipped"]) else {
        anyhow::bail!("{report}");
    };
    ensure!(
        skipped["id"] == task["id"] && skipped["fields"] == json!(["title"]),
        "{report}"
    );
    ensure!(skipped["by"]["actor"]["kind"] == "user", "{report}");
    ensure!(text(&skipped["reason"]).contains("title"), "{report}");

    // What was created and worked on since is not deleted.
    let created = owner.post("/tasks", &json!({"title": "kept"})).await?;
    let kept = created.expect(201)?;
    owner
        .patch(&path(&kept), &json!({"priority": "low"}))
        .await?
        .expect(200)?;
    let report = undo(&owner, &change_set(&created)?).await?.expect(200)?;
    ensure!(
        report["undone"] == json!([]) && list(&report["skipped"]).len() == 1,
        "{report}"
    );
    ensure!(report["change_set_id"].is_null(), "{report}");
    ensure!(get(&owner, &kept).await?["deleted_at"].is_null());
    Ok(())
}

/// The same client, as an agent in a run.
async fn as_run(
    owner: &Client,
    run: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<Answer> {
    let request = owner.request(method, path).header("x-run-id", run);
    send(request.json(body)).await
}

async fn run(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut tasks = Vec::new();
    for number in 0..4 {
        tasks.push(add(&owner, &json!({"title": format!("t{number}")})).await?);
    }
    let before = picture(&owner).await?;
    let run = format!("run-{}", Uuid::now_v7());
    let mut made = Vec::new();
    for (number, task) in tasks.iter().enumerate() {
        let patch = json!({"title": format!("agent {number}"), "tags": ["ai"]});
        as_run(&owner, &run, Method::PATCH, &path(task), &patch)
            .await?
            .expect(200)?;
        let task = json!({"title": format!("new {number}")});
        made.push(
            as_run(&owner, &run, Method::POST, "/tasks", &task)
                .await?
                .expect(201)?,
        );
    }
    // Twice in one run: the field goes back over both.
    as_run(
        &owner,
        &run,
        Method::PATCH,
        &path(&tasks[0]),
        &json!({"title": "again"}),
    )
    .await?
    .expect(200)?;
    owner
        .patch(&path(&tasks[2]), &json!({"title": "mine"}))
        .await?
        .expect(200)?;

    let report = owner
        .post("/undo", &json!({"run_id": run}))
        .await?
        .expect(200)?;
    let after = picture(&owner).await?;
    let mut expected = before;
    expected["tasks"][2]["title"] = json!("mine");
    same(&after, &expected)?;
    let skipped = list(&report["skipped"]);
    ensure!(
        skipped.len() == 1 && skipped[0]["id"] == tasks[2]["id"],
        "{report}"
    );
    let again = owner.post("/undo", &json!({"run_id": run})).await?;
    let problem = again.problem(409, "undone")?;
    ensure!(
        problem["change_set_id"] == report["change_set_id"],
        "{problem}"
    );

    // Redo: everything of the run is there again.
    undo_all(&owner, text(&report["change_set_id"])).await?;
    ensure!(get(&owner, &tasks[1]).await?["title"] == "agent 1");
    ensure!(get(&owner, &made[3]).await?["title"] == "new 3");
    Ok(())
}

async fn families(product: &Product) -> Result<()> {
    let home = home(product).await?;
    let owner = &home.owner;
    let head = product.database.head(owner.user).await?;
    let task = path(&home.task);
    owner
        .patch(&task, &json!({"title": "Dig on"}))
        .await?
        .expect(200)?;
    let deleted = owner.delete(&task).await?;
    ensure!(deleted.status == 204, "{deleted:?}");
    let before = family(&home).await?;
    let as_of = json!({"as_of": head.to_string()});
    let restored = owner.post(&format!("{task}/restore"), &as_of).await?;
    restored.expect(200)?;
    ensure!(get(owner, &home.part).await?["deleted_at"].is_null());
    undo_all(owner, &change_set(&restored)?).await?;
    same(&family(&home).await?, &before).context("undo of a restore")?;

    let restored = owner.post(&format!("{task}/restore"), &json!({})).await?;
    restored.expect(200)?;
    let before = family(&home).await?;
    let orphaned = json!({"operations": [
        {"op": "update", "id": home.part["id"], "patch": {"parent_id": null}},
        {"op": "delete", "id": home.task["id"]},
        {"op": "update", "id": home.part["id"], "patch": {"title": "Shovel"}},
    ]});
    let batch = owner.post("/tasks/batch", &orphaned).await?;
    batch.expect(200)?;
    undo_all(owner, &change_set(&batch)?).await?;
    same(&family(&home).await?, &before).context("undo of a batch")
}

/// The task and its part, deleted or not, without what counts writes.
async fn family(home: &Home) -> Result<Value> {
    let mut family = [
        find(&home.owner, &home.task).await?,
        find(&home.owner, &home.part).await?,
    ];
    for task in &mut family {
        let task = task.as_object_mut().context("an object")?;
        task.remove("version");
        task.remove("updated_at");
    }
    Ok(json!(family))
}

/// As it is now, deleted or not.
async fn find(owner: &Client, task: &Value) -> Result<Value> {
    let page = owner.get("/tasks?include_deleted=true&limit=200").await?;
    let page = page.expect(200)?;
    let mut found = list(&page["items"]).iter();
    let found = found.find(|item| item["id"] == task["id"]);
    found.cloned().with_context(|| format!("no {task}"))
}

async fn gone_project(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let answer = owner.post("/projects", &json!({"name": "Roof"})).await?;
    let (project, created) = (answer.expect(201)?, change_set(&answer)?);
    let task = json!({"title": "Tile", "project_id": project["id"]});
    let task = add(&owner, &task).await?;
    let part = json!({"title": "Nail", "parent_id": task["id"], "project_id": project["id"]});
    let part = add(&owner, &part).await?;
    let deleted = owner.delete(&path(&task)).await?;
    ensure!(deleted.status == 204, "{deleted:?}");
    undo_all(&owner, &created).await?;

    let report = undo(&owner, &change_set(&deleted)?).await?.expect(200)?;
    for task in [&task, &part] {
        let task = get(&owner, task).await?;
        ensure!(
            task["deleted_at"].is_null() && task["project_id"].is_null(),
            "{task}"
        );
        let mut skipped = list(&report["skipped"]).iter();
        ensure!(
            skipped.any(|item| item["id"] == task["id"] && item["fields"] == json!(["project_id"])),
            "{report}"
        );
    }
    // Restored by hand they are as free.
    undo_all(&owner, text(&report["change_set_id"])).await?;
    let restore = format!("{}/restore", path(&task));
    owner.post(&restore, &json!({})).await?.expect(200)?;
    ensure!(get(&owner, &part).await?["project_id"].is_null());
    Ok(())
}

async fn preview(product: &Product) -> Result<()> {
    let home = home(product).await?;
    let owner = &home.owner;
    let answer = owner.delete(&path(&home.task)).await?;
    let id = change_set(&answer)?;
    let before = product.database.fingerprint(owner.user).await?;
    let body = json!({"change_set_id": id, "preview": true});
    let preview = owner.post("/undo", &body).await?.expect(200)?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    ensure!(
        list(&preview["undone"]).len() == 2 && preview["change_set_id"].is_null(),
        "{preview}"
    );
    let real = undo(owner, &id).await?.expect(200)?;
    same(&preview["undone"], &real["undone"])?;
    same(&preview["skipped"], &real["skipped"])
}

async fn refused(product: &Product) -> Result<()> {
    let (owner, stranger) = (product.sign_up().await?, product.sign_up().await?);
    let answer = owner.post("/tasks", &json!({"title": "x"})).await?;
    let id = change_set(&answer)?;
    let before = product.database.fingerprint(owner.user).await?;
    undo(&owner, &Uuid::now_v7().to_string())
        .await?
        .problem(404, "not_found")?;
    undo(&stranger, &id).await?.problem(404, "not_found")?;
    for (body, field) in [
        (json!({}), "change_set_id"),
        (json!({"change_set_id": id, "run_id": "r"}), "change_set_id"),
        (json!({"change_set_id": "x"}), "change_set_id"),
        (json!({"run_id": "a\u{0}"}), "run_id"),
        (json!({"change_set_id": id, "previev": true}), "previev"),
    ] {
        owner
            .post("/undo", &body)
            .await?
            .invalid(field)
            .with_context(|| body.to_string())?;
    }
    owner
        .post("/undo", &json!({"run_id": "none"}))
        .await?
        .problem(404, "not_found")?;
    for run in ["", "a b", &"x".repeat(65)] {
        as_run(&owner, run, Method::POST, "/tasks", &json!({"title": "x"}))
            .await?
            .invalid("x-run-id")?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    let undone = undo_all(&owner, &id).await?;
    let problem = undo(&owner, &id).await?.problem(409, "undone")?;
    ensure!(problem["change_set_id"] == undone, "{problem}");
    Ok(())
}

pub(crate) async fn race(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for _ in 0..10 {
        let answer = owner.post("/tasks", &json!({"title": "x"})).await?;
        let id = change_set(&answer)?;
        let head = product.database.head(owner.user).await?;
        let (one, other) = join(undo(&owner, &id), undo(&owner, &id)).await;
        let mut statuses = [one?.status, other?.status];
        statuses.sort_unstable();
        if statuses == [200, 200] {
            return Err(Violation::Redone("an undo".to_owned()).into());
        }
        ensure!(statuses == [200, 409], "{statuses:?}");
        ensure!(product.database.head(owner.user).await? == head + 1);
    }
    Ok(())
}

async fn told(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let answer = owner.post("/tasks", &json!({"title": "x"})).await?;
    let (id, head) = (
        change_set(&answer)?,
        product.database.head(owner.user).await?,
    );
    let key = Uuid::now_v7().to_string();
    let body = json!({"change_set_id": id});
    let ask = || {
        send(
            owner
                .request(Method::POST, "/undo")
                .header("idempotency-key", &key)
                .json(&body),
        )
    };
    let first = ask().await?.expect(200)?;
    same(&ask().await?.expect(200)?, &first)?;
    let events = events_after(&owner, head - 1).await?;
    let [created, deleted] = events.as_slice() else {
        anyhow::bail!("{events:?}");
    };
    ensure!(deleted["event_type"] == "task.deleted");
    ensure!(
        deleted["cause"] == json!({"kind": "undo", "change_set_id": id}),
        "{deleted}"
    );
    ensure!(deleted["causation_id"] == created["event_id"], "{deleted}");
    ensure!(
        deleted["change_set_id"] == first["change_set_id"],
        "{deleted}"
    );
    Ok(())
}
