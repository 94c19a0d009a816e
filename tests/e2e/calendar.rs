//! The calendar that other programs subscribe to.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Answer, Client, from_now, send};

use crate::rest::steps::text;
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("calendar: open tasks with a due, each an event", feed),
        stage.shared("calendar: its token opens nothing else", token),
    ]
}

async fn subscribe(owner: &Client) -> Result<(String, String)> {
    let token = json!({"name": "Phone", "scope": "calendar", "expires_at": from_now(3600)});
    let token = owner.post("/tokens", &token).await?.expect(201)?;
    Ok((
        text(&token["id"]).to_owned(),
        text(&token["token"]).to_owned(),
    ))
}

async fn fetch(product: &Product, token: &str) -> Result<Answer> {
    let url = format!("{}/calendar.ics?token={token}", product.backend);
    send(product.http().get(url)).await
}

async fn feed(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let task = |title: &str, due: &str| json!({"title": title, "due_date": due});
    for (title, due) in [
        ("A day, with; signs", "2099-11-21"),
        ("A time", "2099-11-21T09:00"),
        ("A place", "2099-11-21T09:00:00+09:00[Asia/Tokyo]"),
        ("Done", "2099-11-21"),
    ] {
        let created = owner.post("/tasks", &task(title, due)).await?.expect(201)?;
        if title == "Done" {
            let path = format!("/tasks/{}/complete", text(&created["id"]));
            owner
                .patch(&path, &json!({"completed": true}))
                .await?
                .expect(200)?;
        }
    }
    owner
        .post("/tasks", &json!({"title": "Some day"}))
        .await?
        .expect(201)?;
    other
        .post("/tasks", &task("Private", "2099-11-21"))
        .await?
        .expect(201)?;
    // Daily from now on: what is ahead is shown, too.
    let daily = json!({"text": "Stretch every day"});
    owner.post("/tasks/quick", &daily).await?.expect(201)?;

    let (_, token) = subscribe(&owner).await?;
    let answer = fetch(product, &token).await?;
    ensure!(answer.header("content-type")?.starts_with("text/calendar"));
    ensure!(answer.status == 200);
    let calendar = String::from_utf8(answer.body.to_vec())?.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "SUMMARY:A day\\, with\\; signs",
        "DTSTART;VALUE=DATE:20991121",
        "DTEND;VALUE=DATE:20991122",
        "DTSTART:20991121T090000",
        "DTSTART:20991121T000000Z",
        "SUMMARY:Stretch",
    ] {
        ensure!(
            calendar.lines().any(|it| it.trim_end() == line),
            "no {line} in\n{calendar}"
        );
    }
    for absent in ["Done", "Some day", "Private"] {
        ensure!(!calendar.contains(absent), "{absent} in\n{calendar}");
    }
    let daily = calendar.matches("SUMMARY:Stretch").count();
    ensure!((90..=100).contains(&daily), "{daily} times");
    let mut uids: Vec<_> = calendar
        .lines()
        .filter(|line| line.starts_with("UID:"))
        .collect();
    let all = uids.len();
    uids.sort_unstable();
    uids.dedup();
    ensure!(uids.len() == all, "two events have one UID");
    Ok(())
}

async fn token(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let (id, token) = subscribe(&owner).await?;
    ensure!(fetch(product, &token).await?.status == 200);
    let with_it = owner.with_token(Some(token.clone()));
    for path in ["/tasks", "/events", "/profile", "/export"] {
        with_it.get(path).await?.problem(401, "unauthorized")?;
    }
    let mut socket = product.socket(&with_it, None).await?;
    ensure!(socket.closed().await? == Some(4001));
    // Nor does what opens everything else open this: it does not belong into an address.
    let write = json!({"name": "x", "scope": "write", "expires_at": from_now(3600)});
    let write = owner.post("/tokens", &write).await?.expect(201)?;
    let session = owner.token.clone().unwrap_or_default();
    for wrong in [text(&write["token"]), &session, "", "tf_", "%00"] {
        fetch(product, wrong).await?.problem(401, "unauthorized")?;
    }
    owner.delete(&format!("/tokens/{id}")).await?.expect(204)?;
    fetch(product, &token).await?.problem(401, "unauthorized")?;
    Ok(())
}
