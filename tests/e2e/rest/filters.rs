//! Which tasks a list holds.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::Client;

use super::steps::{add, path, text, titles, with_query};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: each filter leaves what it says", each),
        stage.shared(
            "rest: filters on the due are exact to the microsecond",
            dues,
        ),
        stage.shared("rest: a wrong or unknown parameter is named", named),
        stage.shared(
            "rest: hostile filters find nothing and break nothing",
            hostile,
        ),
    ]
}

/// Six tasks, a to f.
async fn six(owner: &Client) -> Result<(String, String)> {
    let project = owner.post("/projects", &json!({"name": "Home"})).await?;
    let project = project.expect(201)?;
    let a = json!({"title": "a", "priority": "low", "tags": ["home", "x"]});
    let a = add(owner, &a).await?;
    for task in [
        json!({"title": "b", "priority": "high", "tags": ["home"], "completed": true}),
        json!({"title": "c", "tags": ["x", "Home"], "project_id": project["id"]}),
        json!({"title": "d", "due_date": "2020-01-02", "parent_id": a["id"]}),
        json!({"title": "e", "due_date": "2020-01-02", "completed": true, "priority": "urgent"}),
    ] {
        add(owner, &task).await?;
    }
    let gone = add(
        owner,
        &json!({"title": "f", "tags": ["home"], "priority": "low"}),
    )
    .await?;
    owner.delete(&path(&gone)).await?.expect(204)?;
    Ok((text(&project["id"]).to_owned(), text(&a["id"]).to_owned()))
}

async fn each(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let (project, parent) = six(&owner).await?;
    let (_, others) = six(&other).await?;
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "abcde"),
        (&[("id", &parent)], "a"),
        (&[("id", &parent), ("id", &project), ("id", &others)], "a"),
        (&[("id", &parent), ("status", "completed")], ""),
        (&[("status", "all")], "abcde"),
        (&[("status", "open")], "acd"),
        (&[("status", "completed")], "be"),
        (&[("status", "deleted")], "f"),
        (&[("status", "deleted"), ("priority", "urgent")], ""),
        (&[("priority", "low")], "a"),
        (&[("priority", "low"), ("priority", "urgent")], "ae"),
        (&[("priority", "none")], "cd"),
        (&[("tag", "home")], "ab"),
        (&[("tag", "home"), ("tag", "x")], "a"),
        (&[("tag", "Home")], "c"),
        (&[("tag", "#home")], "ab"),
        (&[("tag", "nowhere")], ""),
        (&[("project_id", &project)], "c"),
        (&[("parent_id", &parent)], "d"),
        (&[("overdue", "true")], "d"),
        (&[("overdue", "false")], "abce"),
        (&[("include_deleted", "true")], "abcdef"),
        (
            &[
                ("include_deleted", "true"),
                ("tag", "home"),
                ("priority", "low"),
            ],
            "af",
        ),
        (&[("status", "completed"), ("tag", "home")], "b"),
        (&[("project_id", &parent)], ""),
    ];
    for (filter, expected) in cases {
        let found = titles(&owner, filter).await?.concat();
        ensure!(
            found == *expected,
            "{filter:?} leaves {found} instead of {expected}"
        );
    }
    Ok(())
}

async fn dues(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for (title, due_date) in [
        ("a", Some("2027-01-02T08:59:59.999999")),
        ("b", Some("2027-01-02T09:00:00")),
        ("c", Some("2027-01-02T09:00:00.000001")),
        ("d", None),
    ] {
        add(&owner, &json!({"title": title, "due_date": due_date})).await?;
    }
    let nine = "2027-01-02T09:00:00Z";
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("due_before", nine)], "a"),
        (&[("due_after", nine)], "bc"),
        (
            &[
                ("due_after", nine),
                ("due_before", "2027-01-02T10:00:00.000001+01:00"),
            ],
            "b",
        ),
        (&[("due_before", "9999-12-30T22:00:00Z")], "abc"),
        (&[("due_after", "-009999-01-02T01:59:59Z")], "abc"),
        (&[("due_before", "-009999-01-02T01:59:59Z")], ""),
        (&[("due_after", "9999-12-30T22:00:00Z")], ""),
    ];
    for (filter, expected) in cases {
        let found = titles(&owner, filter).await?.concat();
        ensure!(
            found == *expected,
            "{filter:?} leaves {found} instead of {expected}"
        );
    }
    Ok(())
}

async fn named(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let long = "q".repeat(201);
    for (name, value) in [
        ("sort", "shoe_size"),
        ("sort", "created_at;drop table taskflow.tasks"),
        ("order", "sideways"),
        ("status", "done"),
        ("id", "1"),
        ("priority", "hgih"),
        ("project_id", "home"),
        ("parent_id", "'"),
        ("due_before", "tomorrow"),
        ("due_after", "2027-01-02"),
        ("overdue", "maybe"),
        ("include_deleted", "2"),
        ("q", " "),
        ("q", &long),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "201"),
        ("limit", "many"),
        ("limit", "99999999999999999999"),
        ("page", "2"),
        ("user_id", "1"),
    ] {
        let path = with_query("/tasks", &[(name, value)])?;
        owner.get(&path).await?.invalid(name)?;
    }
    let twice = "/tasks?limit=1&limit=2";
    owner.get(twice).await?.invalid("limit")?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    let unknown = format!("{}?fields=title", path(&task));
    owner.get(&unknown).await?.invalid("fields")?;
    Ok(())
}

async fn hostile(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    add(&owner, &json!({"title": "only"})).await?;
    for tag in ["' or 1=1 --", "{only}", "\\", "\"", "%", "*", "a,b"] {
        ensure!(titles(&owner, &[("tag", tag)]).await?.is_empty(), "{tag}");
    }
    for tag in ["a\u{0}b", "\u{0}", " "] {
        let path = with_query("/tasks", &[("tag", tag)])?;
        owner.get(&path).await?.invalid("tag")?;
    }
    // Not UTF-8.
    let answer = owner.get("/tasks?tag=%ff%fe").await?;
    ensure!(answer.status < 500, "{}", answer.status);
    ensure!(titles(&owner, &[]).await? == ["only"]);
    Ok(())
}
