//! How things were: what was read after a change is what is read `as_of` it for ever after.

mod life;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::Trial;
use rand::seq::SliceRandom;
use serde_json::{Value, json};
use testing::{Client, wait};

use self::life::Life;
use super::steps::{add, events_after, list, path, text, titles, with_query};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "as_of: gives what was read then, after every kind of change",
            every_change,
        ),
        stage.shared("as_of: pages of the past are of one moment", paged),
        stage.shared("as_of: overdue is judged at the moment", overdue),
        stage.shared("as_of: a moment that never was is refused", refused),
        stage.shared(
            "as_of: the past of others' and of nothing is not found",
            not_found,
        ),
    ]
}

/// Every filter, every sort.
const LISTS: [&str; 16] = [
    "/tasks?limit=200",
    "/tasks?limit=200&include_deleted=true",
    "/tasks?limit=200&sort=updated_at&order=desc",
    "/tasks?limit=200&sort=due",
    "/tasks?limit=200&sort=priority&order=desc",
    "/tasks?limit=200&sort=title",
    "/tasks?limit=200&sort=position&order=desc",
    "/tasks?limit=200&status=open&tag=home",
    "/tasks?limit=200&status=completed",
    "/tasks?limit=200&priority=high&priority=low",
    "/tasks?limit=200&due_after=2030-06-01T10:00:00Z&due_before=2030-06-02T12:00:00Z",
    "/tasks?limit=200&overdue=true",
    "/tasks?limit=200&overdue=false&sort=due&order=desc",
    "/tasks?limit=200&q=mil%20bre",
    "/tasks?limit=200&q=later",
    "/projects",
];

/// A path, and how it was answered at a moment.
type Seen = BTreeMap<String, (u16, Value)>;

struct Picture {
    seq: u64,
    /// Of the newest event.
    at: String,
    seen: Seen,
}

pub(crate) async fn every_change(product: &Product) -> Result<()> {
    let seed = rand::random();
    eprintln!("as_of: the seed is {seed}");
    let mut life = Life::new(product.sign_up().await?, seed);
    let mut pictures = Vec::new();
    for _ in 0..3 {
        let mut kinds: Vec<u32> = (0..Life::KINDS).collect();
        kinds.shuffle(&mut life.dice);
        for kind in kinds {
            life.change(kind)
                .await
                .with_context(|| format!("kind {kind}, seed {seed}"))?;
            pictures.push(picture(&life).await?);
        }
    }
    for picture in &pictures {
        for moment in [&picture.seq.to_string(), &picture.at] {
            compare(&life, picture, moment)
                .await
                .with_context(|| format!("seed {seed}"))?;
        }
    }
    Ok(())
}

/// Everything that was seen is seen again, and what came later is not there.
async fn compare(life: &Life, picture: &Picture, moment: &str) -> Result<()> {
    let paths: Vec<String> = picture.seen.keys().cloned().collect();
    let seen = look(&life.owner, &paths, Some(moment)).await?;
    for (path, then) in &picture.seen {
        let now = &seen[path];
        if now != then {
            let (now, then) = (&now.1, &then.1);
            return Err(Violation::Altered(format!(
                "{path} as of {moment} (seq {})\n{now}\ninstead of\n{then}\n",
                picture.seq
            ))
            .into());
        }
    }
    let later = life
        .paths()
        .into_iter()
        .filter(|path| !picture.seen.contains_key(path));
    let later: Vec<String> = later.collect();
    for (path, (status, body)) in look(&life.owner, &later, Some(moment)).await? {
        let is_absent = status == 404 || body["items"] == json!([]);
        ensure!(is_absent, "{path} as of {moment}: {body}");
    }
    Ok(())
}

async fn picture(life: &Life) -> Result<Picture> {
    let mut paths = life.paths();
    paths.extend(LISTS.map(str::to_owned));
    let events = events_after(&life.owner, 0).await?;
    let newest = events.last().context("no events")?;
    Ok(Picture {
        seq: newest["seq"].as_u64().context("no seq")?,
        at: text(&newest["timestamp"]).to_owned(),
        seen: look(&life.owner, &paths, None).await?,
    })
}

async fn look(owner: &Client, paths: &[String], as_of: Option<&str>) -> Result<Seen> {
    let answers = paths.iter().map(async |path| {
        let mark = if path.contains('?') { '&' } else { '?' };
        let as_of = as_of.map(|moment| format!("{mark}as_of={moment}"));
        let answer = owner
            .get(&format!("{path}{}", as_of.as_deref().unwrap_or_default()))
            .await?;
        if as_of.is_some() {
            ensure!(
                !answer.headers.contains_key("etag"),
                "{path} of the past has an ETag"
            );
        }
        let body = serde_json::from_slice(&answer.body)?;
        anyhow::Ok((path.clone(), (answer.status, body)))
    });
    Ok(try_join_all(answers).await?.into_iter().collect())
}

async fn paged(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for n in 0..9 {
        let priority = ["low", "high"][n % 2];
        add(
            &owner,
            &json!({"title": format!("{n}"), "priority": priority}),
        )
        .await?;
    }
    let head = product.database.head(owner.user).await?;
    let first = format!("/tasks?sort=priority&limit=2&as_of={head}");
    let page = owner.get(&first).await?.expect(200)?;
    // What comes later is on none of the pages.
    for task in list(&owner.get("/tasks").await?.expect(200)?["items"]) {
        owner.delete(&path(task)).await?.expect(204)?;
    }
    let mut found: Vec<Value> = list(&page["items"]).to_vec();
    let mut next = page["next_cursor"].clone();
    while let Some(cursor) = next.as_str() {
        let page = owner
            .get(&format!("{first}&cursor={cursor}"))
            .await?
            .expect(200)?;
        found.extend_from_slice(list(&page["items"]));
        next = page["next_cursor"].clone();
    }
    let whole = format!("/tasks?sort=priority&limit=200&as_of={head}");
    let whole = owner.get(&whole).await?.expect(200)?;
    ensure!(
        found.len() == 9 && found == list(&whole["items"]),
        "{found:?}"
    );

    let cursor = text(&page["next_cursor"]);
    for as_of in ["", &format!("&as_of={}", head + 1)] {
        let other = format!("/tasks?sort=priority&limit=2{as_of}&cursor={cursor}");
        owner.get(&other).await?.invalid("cursor")?;
    }
    Ok(())
}

async fn overdue(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = add(&owner, &json!({"title": "before"})).await?;
    let created_at: Timestamp = text(&before["created_at"]).parse()?;
    let due = created_at + SignedDuration::from_secs(2);
    let task = json!({"title": "soon", "due_date": due.to_string()});
    let task = add(&owner, &task).await?;
    let head = product.database.head(owner.user).await?.to_string();
    wait::until(
        "the task to be overdue",
        Duration::from_secs(10),
        async || {
            let overdue = titles(&owner, &[("overdue", "true")]).await?;
            Ok((overdue == ["soon"]).then_some(()))
        },
    )
    .await?;
    let just_before = (due - SignedDuration::from_micros(1)).to_string();
    let just_after = (due + SignedDuration::from_micros(1)).to_string();
    for (moment, expected) in [
        (&head, ""),
        (&text(&task["created_at"]).to_owned(), ""),
        (&just_before, ""),
        (&just_after, "soon"),
    ] {
        let found = titles(&owner, &[("overdue", "true"), ("as_of", moment)]).await?;
        ensure!(found.concat() == expected, "as of {moment}: {found:?}");
    }
    Ok(())
}

async fn refused(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let first = events_after(&owner, 0).await?;
    let signed_up: Timestamp = text(&first[0]["timestamp"]).parse()?;
    let task = path(&add(&owner, &json!({"title": "task"})).await?);
    let project = owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let project = format!("/projects/{}", text(&project["id"]));
    let head = product.database.head(owner.user).await?;
    let before = (signed_up - SignedDuration::from_micros(1)).to_string();
    for path in [task.as_str(), "/tasks", "/projects", &project] {
        for moment in [
            "",
            "0",
            "-1",
            "1.5",
            &(head + 1).to_string(),
            "99999999999999999999",
            "yesterday",
            "2026-11-21",
            "2026-11-21T09:00",
            &before,
            "-009999-01-02T01:59:59Z",
            "9999-12-30T22:00:00Z",
        ] {
            let path = with_query(path, &[("as_of", moment)])?;
            owner.get(&path).await?.invalid("as_of").context(path)?;
        }
        owner
            .get(&format!("{path}?as_of=1&as_of=2"))
            .await?
            .invalid("as_of")?;
        let now = with_query(path, &[("as_of", &head.to_string())])?;
        owner.get(&now).await?.expect(200)?;
    }
    // The first moment there was.
    let first = with_query("/tasks", &[("as_of", &signed_up.to_string())])?;
    ensure!(owner.get(&first).await?.expect(200)?["items"] == json!([]));
    Ok(())
}

async fn not_found(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let project = owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let theirs = path(&add(&other, &json!({"title": "theirs"})).await?);
    let task = add(&owner, &json!({"title": "task", "tags": ["tag"]})).await?;
    let head = product.database.head(owner.user).await?;
    let (project, task) = (text(&project["id"]), text(&task["id"]));
    for path in [
        theirs,
        format!("/tasks/{project}"),
        format!("/tasks/{}", owner.user),
        format!("/projects/{task}"),
        "/tasks/x".to_owned(),
    ] {
        for moment in [1, head] {
            let answer = owner.get(&format!("{path}?as_of={moment}")).await?;
            answer.problem(404, "not_found").context(path.clone())?;
        }
    }
    // Not there yet.
    for path in [format!("/tasks/{task}"), format!("/projects/{project}")] {
        let answer = owner.get(&format!("{path}?as_of=1")).await?;
        answer.problem(404, "not_found").context(path)?;
    }
    Ok(())
}
