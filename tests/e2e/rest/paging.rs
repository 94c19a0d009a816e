//! Every order, a page at a time: each task exactly once, whatever happens meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::future::{try_join, try_join_all};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::Client;

use super::steps::{add, list, path, text};
use crate::stage::{Product, Stage};

const SORTS: [&str; 6] = [
    "created_at",
    "updated_at",
    "due",
    "priority",
    "title",
    "position",
];
const ORDERS: [&str; 2] = ["asc", "desc"];

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "rest: pages of any size hold each task once, in order",
            complete,
        ),
        stage.shared("rest: tasks added meanwhile disturb no page", disturbed),
        stage.shared("rest: pages go on after texts of any kind", any_title),
        stage.shared("rest: a cursor of another list is refused", foreign),
    ]
}

/// Tasks many of which are equal in whatever they are sorted by; the ids.
async fn alike(owner: &Client) -> Result<BTreeSet<String>> {
    let titles = ["apple", "Apple", "banana", "cherry", "APPLE", "Banana"];
    let priorities = ["none", "urgent", "low", "low"];
    let dues = [
        None,
        Some("2027-01-02"),
        Some("2026-12-31T10:00"),
        None,
        Some("2027-01-02"),
    ];
    let positions = [1.5, -2.0, 1.5, 0.0];
    let create = |n: usize| {
        let task = json!({
            "title": titles[n % 6],
            "priority": priorities[n % 4],
            "due_date": dues[n % 5],
            "position": positions[n % 4],
        });
        json!({"op": "create", "task": task})
    };
    let mut ids = BTreeSet::new();
    for range in [0..12, 12..13, 13..25] {
        let operations: Vec<Value> = range.map(create).collect();
        let batch = json!({ "operations": operations });
        let done = owner.post("/tasks/batch", &batch).await?.expect(200)?;
        let created = list(&done["results"]).iter();
        ids.extend(created.map(|result| text(&result["task"]["id"]).to_owned()));
    }
    Ok(ids)
}

/// All pages of a list.
async fn walk(owner: &Client, query: &str, limit: usize) -> Result<Vec<Value>> {
    let mut tasks = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/tasks?{query}&limit={limit}{cursor}");
        let page = owner.get(&path).await?.expect(200)?;
        let items = list(&page["items"]);
        tasks.extend_from_slice(items);
        let Some(next) = page["next_cursor"].as_str() else {
            ensure!(items.len() <= limit);
            return Ok(tasks);
        };
        ensure!(
            items.len() == limit,
            "a page of {} before the end",
            items.len()
        );
        cursor = format!("&cursor={next}");
    }
}

/// What a task is sorted by, its id last.
fn key(sort: &str, task: &Value) -> (f64, String, String) {
    let (number, words) = match sort {
        "created_at" | "updated_at" => (0.0, instant(&task[sort])),
        "due" => (
            f64::from(u8::from(task["due_at"].is_null())),
            instant(&task["due_at"]),
        ),
        "priority" => {
            let levels = ["none", "low", "medium", "high", "urgent"];
            let level = levels.iter().position(|level| task[sort] == *level);
            (
                f64::from(u32::try_from(level.unwrap_or(9)).unwrap_or(9)),
                String::new(),
            )
        }
        "title" => (0.0, text(&task[sort]).to_lowercase()),
        _ => (task[sort].as_f64().unwrap_or(f64::NAN), String::new()),
    };
    (number, words, text(&task["id"]).to_owned())
}

/// A timestamp whose order as text is its order in time.
fn instant(timestamp: &Value) -> String {
    let (seconds, fraction) = match text(timestamp).trim_end_matches('Z').split_once('.') {
        Some(parts) => parts,
        None => (text(timestamp).trim_end_matches('Z'), ""),
    };
    format!("{seconds}.{fraction:0<9}")
}

async fn complete(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let ids = alike(&owner).await?;
    touch_every_third(&owner, &ids).await?;
    for sort in SORTS {
        for order in ORDERS {
            let query = format!("sort={sort}&order={order}");
            let walks = (2..=7).map(|limit| walk(&owner, &query, limit));
            let walks = try_join_all(walks).await?;
            ensure!(
                walks.iter().all(|walk| *walk == walks[0]),
                "{query} depends on the limit"
            );
            in_order(&walks[0], &ids, sort, order)?;
        }
    }
    let default = walk(&owner, "status=all", 7).await?;
    in_order(&default, &ids, "created_at", "asc")
}

async fn touch_every_third(owner: &Client, ids: &BTreeSet<String>) -> Result<()> {
    for id in ids.iter().step_by(3) {
        let patch = json!({"description": "touched"});
        owner
            .patch(&format!("/tasks/{id}"), &patch)
            .await?
            .expect(200)?;
    }
    Ok(())
}

/// The tasks are these, each once, in this order.
fn in_order(tasks: &[Value], ids: &BTreeSet<String>, sort: &str, order: &str) -> Result<()> {
    let keys: Vec<_> = tasks.iter().map(|task| key(sort, task)).collect();
    let found: BTreeSet<String> = keys.iter().map(|key| key.2.clone()).collect();
    ensure!(
        found == *ids && tasks.len() == ids.len(),
        "not each task once by {sort} {order}"
    );
    let sorted = keys.windows(2).all(|pair| match order {
        "asc" => pair[0] < pair[1],
        _ => pair[0] > pair[1],
    });
    ensure!(sorted, "not in order by {sort} {order}: {keys:?}");
    Ok(())
}

async fn disturbed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let ids = alike(&owner).await?;
    let adding = async {
        for n in 0..60 {
            let title = ["Banana", "aardvark", "zebra"][n % 3];
            let task = json!({"title": title, "position": n % 4, "priority": "low"});
            add(&owner, &task).await?;
        }
        anyhow::Ok(())
    };
    let walking = async {
        for sort in SORTS {
            for order in ORDERS {
                let query = format!("sort={sort}&order={order}");
                let tasks = walk(&owner, &query, 3).await?;
                each_once(&tasks, &ids).with_context(|| query.clone())?;
            }
        }
        anyhow::Ok(())
    };
    try_join(adding, walking).await?;
    Ok(())
}

/// Those that were there are there once, and nothing is there twice.
fn each_once(tasks: &[Value], ids: &BTreeSet<String>) -> Result<()> {
    let found: BTreeSet<&str> = tasks.iter().map(|task| text(&task["id"])).collect();
    ensure!(found.len() == tasks.len(), "a task came twice");
    ensure!(
        ids.iter().all(|id| found.contains(id.as_str())),
        "a task was passed over"
    );
    Ok(())
}

async fn any_title(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut ids = BTreeSet::new();
    for title in [
        "2026-11-21T09:00:00Z",
        "42",
        "null",
        "true",
        "never",
        "{\"never\":1}",
        "'; --",
        "\\",
        "İstanbul",
        "ẞ",
        "🌱",
    ] {
        let task = add(&owner, &json!({ "title": title })).await?;
        ids.insert(text(&task["id"]).to_owned());
    }
    for order in ORDERS {
        let query = format!("sort=title&order={order}");
        let tasks = walk(&owner, &query, 1).await?;
        each_once(&tasks, &ids)?;
    }
    Ok(())
}

async fn foreign(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let ids = alike(&owner).await?;
    let first = owner.get("/tasks?limit=2").await?.expect(200)?;
    let cursor = text(&first["next_cursor"]);
    for (sort, order) in [
        ("updated_at", "asc"),
        ("created_at", "desc"),
        ("title", "asc"),
    ] {
        let path = format!("/tasks?sort={sort}&order={order}&cursor={cursor}");
        owner.get(&path).await?.invalid("cursor")?;
    }
    for garbage in [
        "",
        "x",
        "e30",
        "!!",
        "bnVsbA",
        &cursor[..cursor.len() - 4],
        &"A".repeat(5_000),
    ] {
        let path = format!("/tasks?cursor={garbage}");
        owner.get(&path).await?.invalid("cursor")?;
    }
    // A cursor outlives the task it was made of.
    let last = path(&first["items"][1]);
    owner.delete(&last).await?.expect(204)?;
    let path = format!("/tasks?cursor={cursor}&limit=200");
    let rest = owner.get(&path).await?.expect(200)?;
    ensure!(list(&rest["items"]).len() == ids.len() - 2);
    Ok(())
}
