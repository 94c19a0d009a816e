//! `/events`: everything that happened, from a cursor on.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use events::{Event, Payload};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::Client;

use super::steps::{add, list, path, text};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: the events are the log, whole and valid", whole),
        stage.shared("rest: pages of events hold each once", paged),
        stage.shared("rest: a type filter passes over the others", filtered),
        stage.shared("rest: a cursor that nobody gave out is refused", refused),
    ]
}

/// Does a bit of everything.
async fn live(owner: &Client) -> Result<()> {
    let project = owner.post("/projects", &json!({"name": "Home"})).await?;
    let project = project.expect(201)?["id"].clone();
    let task = json!({"title": "task", "tags": ["a"], "project_id": project});
    let task = path(&add(owner, &task).await?);
    let patch = json!({"title": "other", "due_date": "2027-01-02", "completed": true});
    owner.patch(&task, &patch).await?.expect(200)?;
    owner
        .patch(&format!("{task}/complete"), &json!({"completed": false}))
        .await?
        .expect(200)?;
    let reminder = json!({"when": {"kind": "before", "minutes": 5}});
    owner
        .post(&format!("{task}/reminders"), &reminder)
        .await?
        .expect(201)?;
    owner
        .post(&format!("{task}/recurrence"), &json!({"rule": "daily"}))
        .await?
        .expect(200)?;
    owner
        .patch("/tags/a", &json!({"name": "b", "color": "#123456"}))
        .await?
        .expect(200)?;
    owner.delete("/tags/b").await?.expect(204)?;
    owner.delete(&task).await?.expect(204)?;
    owner
        .post(&format!("{task}/restore"), &Value::Null)
        .await?
        .expect(200)?;
    let project = format!("/projects/{}", text(&project));
    owner
        .patch(&project, &json!({"name": "House"}))
        .await?
        .expect(200)?;
    owner.delete(&project).await?.expect(204)?;
    owner
        .post(&format!("{project}/restore"), &Value::Null)
        .await?
        .expect(200)?;
    owner
        .patch("/profile", &json!({"settings": {"a": 1}}))
        .await?
        .expect(200)?;
    Ok(())
}

async fn whole(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    live(&owner).await?;
    let told = product.database.notify(owner.user).await?;
    owner
        .post("/notifications/read", &json!({"all": true}))
        .await?
        .expect(200)?;
    owner
        .delete(&format!("/notifications/{told}"))
        .await?
        .expect(204)?;
    let page = owner.get("/events").await?.expect(200)?;
    let items = list(&page["items"]);
    let log = product.database.log(&[owner.user]).await?;
    ensure!(
        items.len() == log.len() && page["head"] == log.len() && page["next_after"] == log.len()
    );
    for (n, (item, row)) in items.iter().zip(&log).enumerate() {
        let event = Event::decode(&serde_json::to_vec(item)?).with_context(|| item.to_string())?;
        ensure!(
            event.user_id == owner.user && event.seq == n as u64 + 1,
            "{item}"
        );
        ensure!(
            event.id.0 == row.event_id && event.aggregate_id == row.aggregate_id,
            "{item}"
        );
        ensure!(event.payload.event_type() == row.event_type, "{item}");
        ensure!(!matches!(event.payload, Payload::Unknown { .. }), "{item}");
        ensure!(event.correlation_id == row.correlation_id, "{item}");
    }
    let mut kinds: Vec<&str> = log.iter().map(|row| row.event_type.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    // All but the deletion of the account, and what is said to the agent.
    let mut wanted: Vec<&str> = Payload::TYPES.iter().map(|&(name, _)| name).collect();
    let of_the_agent = ["conversation.", "message.", "tool."];
    wanted.retain(|name| {
        *name != "user.deleted" && !of_the_agent.iter().any(|of| name.starts_with(of))
    });
    wanted.sort_unstable();
    ensure!(kinds == wanted, "{kinds:?} of {wanted:?}");
    Ok(())
}

async fn paged(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    live(&owner).await?;
    let head = product.database.head(owner.user).await?;
    for limit in [1, 2, 3, 7, 500] {
        let (mut after, mut seqs) = (0, Vec::new());
        loop {
            let path = format!("/events?after={after}&limit={limit}");
            let page = owner.get(&path).await?.expect(200)?;
            let items = list(&page["items"]);
            ensure!(items.len() <= limit && page["head"] == head);
            seqs.extend(items.iter().filter_map(|item| item["seq"].as_u64()));
            let next = page["next_after"].as_u64().context("no next_after")?;
            if items.is_empty() {
                ensure!(next == after);
                break;
            }
            after = next;
        }
        ensure!(
            seqs.iter().copied().eq(1..=head),
            "{limit} a page: {seqs:?}"
        );
    }
    Ok(())
}

async fn filtered(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    live(&owner).await?;
    let head = product.database.head(owner.user).await?;
    let of = async |query: &str| {
        let page = owner.get(&format!("/events?{query}")).await?.expect(200)?;
        let types = list(&page["items"])
            .iter()
            .map(|item| text(&item["event_type"]).to_owned());
        anyhow::Ok((types.collect::<Vec<_>>(), page["next_after"].clone()))
    };
    let (types, next) = of("type=tag.updated&type=tag.deleted").await?;
    ensure!(
        types == ["tag.updated", "tag.deleted"] && next == head,
        "{types:?} {next}"
    );
    let (types, next) = of("type=user.deleted").await?;
    ensure!(types.is_empty() && next == head, "{types:?} {next}");
    // A full page ends where it ends: more of the type may follow.
    let (types, next) = of("type=task.updated&limit=1").await?;
    ensure!(
        types == ["task.updated"] && next.as_u64() < Some(head),
        "{types:?} {next}"
    );
    Ok(())
}

async fn refused(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let head = product.database.head(owner.user).await?;
    let at_head = owner
        .get(&format!("/events?after={head}"))
        .await?
        .expect(200)?;
    ensure!(list(&at_head["items"]).is_empty() && at_head["next_after"] == head);
    let future = head + 1;
    for (query, field) in [
        (format!("after={future}"), "after"),
        ("after=-1".to_owned(), "after"),
        ("after=99999999999999999999".to_owned(), "after"),
        ("after=x".to_owned(), "after"),
        ("limit=0".to_owned(), "limit"),
        ("limit=501".to_owned(), "limit"),
        ("type=task.exploded".to_owned(), "type"),
        ("type=%00".to_owned(), "type"),
        ("since=1".to_owned(), "since"),
    ] {
        let answer = owner.get(&format!("/events?{query}")).await?;
        answer.invalid(field).context(query)?;
    }
    Ok(())
}
