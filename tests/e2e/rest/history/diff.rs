//! What became of one task.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::walk;
use crate::rest::steps::{add, path, same, text};
use crate::stage::Product;

pub(super) async fn of_task(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let project = owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let task = add(&owner, &json!({"title": "task", "tags": ["a"]})).await?;
    add(&owner, &json!({"title": "another"})).await?;
    owner
        .patch(&path(&task), &json!({"title": "other", "completed": true}))
        .await?
        .expect(200)?;
    owner.delete(&path(&task)).await?.expect(204)?;
    let all = walk(&owner, "/history", 200).await?;
    let own: Vec<Value> = all
        .into_iter()
        .filter(|item| item["what"]["id"] == task["id"])
        .collect();
    let history = format!("{}/history", path(&task));
    for limit in [1, 2, 200] {
        ensure!(
            walk(&owner, &history, limit).await? == own,
            "{limit} a page"
        );
    }
    let updates = walk(&owner, &format!("{history}?type=task.updated"), 50).await?;
    ensure!(updates.len() == 1 && own.contains(&updates[0]));
    let theirs = text(&add(&other, &json!({"title": "theirs"})).await?["id"]).to_owned();
    let nobodys = Uuid::now_v7().to_string();
    for id in [
        theirs.as_str(),
        &nobodys,
        text(&project["id"]),
        &owner.user.to_string(),
        "x",
    ] {
        for path in ["history", "diff?from=1"] {
            let answer = owner.get(&format!("/tasks/{id}/{path}")).await?;
            answer.problem(404, "not_found").context(path)?;
        }
    }
    Ok(())
}

pub(super) async fn between(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(
        &owner,
        &json!({"title": "a", "due_date": "2027-01-02T09:00:00Z"}),
    )
    .await?;
    let created = product.database.head(owner.user).await?;
    for patch in [
        json!({"title": "b", "priority": "low"}),
        json!({"title": "c", "priority": "none", "due": null}),
    ] {
        owner.patch(&path(&task), &patch).await?.expect(200)?;
    }
    let patched = product.database.head(owner.user).await?;
    owner.delete(&path(&task)).await?.expect(204)?;
    let head = product.database.head(owner.user).await?;
    let gone = owner
        .get(&format!("{}?include_deleted=true", path(&task)))
        .await?
        .expect(200)?;
    let diff = async |query: String| {
        let answer = owner.get(&format!("{}/diff?{query}", path(&task))).await?;
        answer.expect(200).context(query)
    };
    let field = |name: &str, before: &Value, after: &Value| json!({"field": name, "before": before, "after": after});
    let due = [
        field("due", &task["due"], &Value::Null),
        field("due_at", &task["due_at"], &Value::Null),
    ];
    let title = field("title", &json!("a"), &json!("c"));
    let whole = json!([due[0], due[1], title]);
    same(
        &diff(format!("from={created}&to={patched}")).await?,
        &json!({"from_seq": created, "to_seq": patched, "changes": whole}),
    )?;
    let deleted_at = field("deleted_at", &Value::Null, &gone["deleted_at"]);
    let with_end = json!([deleted_at, due[0], due[1], title]);
    same(
        &diff(format!("from={created}")).await?,
        &json!({"from_seq": created, "to_seq": head, "changes": with_end}),
    )?;
    // By instants it is the same.
    let from = text(&task["created_at"]);
    same(
        &diff(format!("from={from}&to={}", text(&gone["deleted_at"]))).await?["changes"],
        &with_end,
    )?;
    same(
        &diff(format!("from={created}&to={created}")).await?["changes"],
        &json!([]),
    )?;
    same(
        &diff(format!("from=1&to={created}")).await?["changes"],
        &json!([
            field("due", &Value::Null, &task["due"]),
            field("due_at", &Value::Null, &task["due_at"]),
            field("position", &Value::Null, &task["position"]),
            field("priority", &Value::Null, &json!("none")),
            field("title", &Value::Null, &json!("a")),
        ]),
    )?;
    let url = format!("{}/diff", path(&task));
    for (query, name) in [
        (String::new(), "from"),
        (format!("?from={patched}&to={created}"), "from"),
        ("?from=0".to_owned(), "from"),
        ("?from=x".to_owned(), "from"),
        (format!("?from=1&to={}", head + 1), "to"),
        ("?from=1&to=9999-12-30T22:00:00Z".to_owned(), "to"),
        ("?from=1&until=2".to_owned(), "until"),
    ] {
        owner
            .get(&format!("{url}{query}"))
            .await?
            .invalid(name)
            .context(query)?;
    }
    owner
        .get(&format!("{url}?from=1&to=1"))
        .await?
        .problem(404, "not_found")?;
    Ok(())
}
