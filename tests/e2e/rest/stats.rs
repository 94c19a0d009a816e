//! `/stats`: the numbers above the list.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::steps::{add, list, path, same, text};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: the stats of nothing are zero", empty),
        stage.shared("rest: the stats count what there is", counted),
    ]
}

async fn empty(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let expected = json!({
        "total": 0,
        "open": 0,
        "completed": 0,
        "overdue": 0,
        "due_today": 0,
        "open_by_priority": [0, 0, 0, 0, 0],
        "completed_last_7_days": [0, 0, 0, 0, 0, 0, 0],
    });
    same(&owner.get("/stats").await?.expect(200)?, &expected)
}

async fn counted(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    add(
        &other,
        &json!({"title": "theirs", "due_date": "2020-01-02"}),
    )
    .await?;
    let first = add(&owner, &json!({"title": "open", "priority": "low"})).await?;
    let today = text(&first["created_at"])
        .split('T')
        .next()
        .context("no date")?;
    for task in [
        json!({"title": "today", "due_date": today, "priority": "urgent"}),
        json!({"title": "overdue", "due_date": "2020-01-02T10:00", "priority": "low"}),
        json!({"title": "far", "due_date": "2100-01-02"}),
        json!({"title": "done late", "due_date": "2020-01-02", "completed": true}),
        json!({"title": "done", "completed": true, "priority": "high"}),
    ] {
        add(&owner, &task).await?;
    }
    let gone = add(&owner, &json!({"title": "gone", "due_date": "2020-01-02"})).await?;
    owner.delete(&path(&gone)).await?.expect(204)?;

    let stats = owner.get("/stats").await?.expect(200)?;
    // Midnight may pass while this runs.
    let days = list(&stats["completed_last_7_days"]);
    let lately: u64 = days[5..].iter().filter_map(Value::as_u64).sum();
    ensure!(days.len() == 7 && lately == 2, "{stats}");
    let expected = json!({
        "total": 6,
        "open": 4,
        "completed": 2,
        "overdue": 1,
        "due_today": 2,
        "open_by_priority": [1, 2, 0, 0, 1],
        "completed_last_7_days": days,
    });
    same(&stats, &expected)
}
