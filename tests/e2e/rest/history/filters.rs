//! Which events the history holds.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::json;
use testing::{Client, send};

use super::walk;
use crate::rest::steps::{add, list, path, same, text, with_query};
use crate::stage::Product;

/// The events of a history, newest first.
async fn seqs(owner: &Client, query: &[(&str, &str)]) -> Result<Vec<i64>> {
    let page = owner
        .get(&with_query("/history", query)?)
        .await?
        .expect(200)?;
    Ok(list(&page["items"])
        .iter()
        .filter_map(|item| item["seq"].as_i64())
        .collect())
}

/// A query, and the events that it leaves.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [i64]);

pub(super) async fn filtered(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "by hand"})).await?;
    let (run, other_run) = ("run-1", "run-2");
    for (run, title) in [(run, "a"), (other_run, "b"), (run, "c")] {
        let request = owner
            .request(Method::POST, "/tasks")
            .header("x-run-id", run);
        send(request.json(&json!({"title": title})))
            .await?
            .expect(201)?;
    }
    owner
        .patch(&path(&task), &json!({"title": "again"}))
        .await?
        .expect(200)?;
    let items = walk(&owner, "/history", 50).await?;
    let at = |seq: usize| text(&items[items.len() - seq]["timestamp"]).to_owned();
    let (third, fifth) = (at(3), at(5));
    let nowhere = ("9999-12-30T22:00:00Z", "-009999-01-02T01:59:59Z");
    let cases: &[Case<'_>] = &[
        (&[], &[6, 5, 4, 3, 2, 1]),
        (&[("actor", "user")], &[6, 2]),
        (&[("actor", "system")], &[1]),
        (&[("actor", "agent_run")], &[5, 4, 3]),
        (&[("actor", "import")], &[]),
        (&[("run", run)], &[5, 3]),
        (&[("run", other_run)], &[4]),
        (&[("run", "run")], &[]),
        (&[("run", run), ("actor", "user")], &[]),
        (&[("type", "task.updated")], &[6]),
        (
            &[("type", "task.updated"), ("type", "user.created")],
            &[6, 1],
        ),
        (&[("type", "task.created"), ("actor", "user")], &[2]),
        (&[("from", "3"), ("to", "5")], &[5, 4, 3]),
        (&[("from", &third), ("to", &fifth)], &[5, 4, 3]),
        (&[("from", &third), ("to", "3")], &[3]),
        (&[("from", "5"), ("to", "3")], &[]),
        (&[("from", nowhere.0)], &[]),
        (&[("to", nowhere.1)], &[]),
        (
            &[("from", nowhere.1), ("to", nowhere.0)],
            &[6, 5, 4, 3, 2, 1],
        ),
        (&[("from", "7")], &[]),
        (&[("cursor", "4")], &[3, 2, 1]),
        (&[("cursor", "5"), ("run", run), ("limit", "1")], &[3]),
    ];
    for (query, expected) in cases {
        let found = seqs(&owner, query).await?;
        ensure!(
            found == *expected,
            "{query:?} leaves {found:?} instead of {expected:?}"
        );
    }
    let by_run = owner.get("/history?run=run-2").await?.expect(200)?;
    same(
        &by_run["items"][0]["actor"],
        &json!({"kind": "agent_run", "id": other_run}),
    )
}

pub(super) async fn named(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    for history in ["/history", &format!("{}/history", path(&task))] {
        for (name, value) in [
            ("actor", "somebody"),
            ("actor", ""),
            ("run", "a\u{0}b"),
            ("type", "task.exploded"),
            ("type", "\u{0}"),
            ("from", "yesterday"),
            ("from", "-1"),
            ("to", ""),
            ("to", "2026-11-21"),
            ("limit", "0"),
            ("limit", "201"),
            ("limit", "many"),
            ("cursor", "-1"),
            ("cursor", "x"),
            ("page", "2"),
        ] {
            let path = with_query(history, &[(name, value)])?;
            owner.get(&path).await?.invalid(name).context(path)?;
        }
    }
    Ok(())
}
