//! When a task is due: a date, a floating time, a zoned time, or ISO text for one of them.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::steps::{add, get, path, same};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a due means an instant", instants),
        stage.shared("rest: due_date becomes the due that its text means", texts),
        stage.shared("rest: a due that means nothing is refused", refused),
        stage.shared("rest: a zone is spelled in one way", canonical),
    ]
}

fn date(date: &str) -> Value {
    json!({"kind": "date", "date": date})
}

fn floating(local: &str) -> Value {
    json!({"kind": "floating", "local": local})
}

fn zoned(local: &str, zone: &str) -> Value {
    json!({"kind": "zoned", "local": local, "zone": zone})
}

async fn instants(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for (due, due_at) in [
        (date("2027-01-02"), "2027-01-02T23:59:59.999999Z"),
        (floating("2027-01-02T09:00:00"), "2027-01-02T09:00:00Z"),
        (
            zoned("2027-01-02T09:00:00", "Europe/Berlin"),
            "2027-01-02T08:00:00Z",
        ),
        // The clocks skip it, and then they show it twice.
        (
            zoned("2027-03-28T02:30:00", "Europe/Berlin"),
            "2027-03-28T01:00:00Z",
        ),
        (
            zoned("2027-10-31T02:30:00", "Europe/Berlin"),
            "2027-10-31T00:30:00Z",
        ),
        // Finer than the database keeps.
        (
            floating("2027-01-02T09:00:00.123456789"),
            "2027-01-02T09:00:00.123456Z",
        ),
    ] {
        let task = add(&owner, &json!({"title": "Due", "due": due})).await?;
        same(&task["due"], &due)?;
        ensure!(task["due_at"] == due_at, "{due}: {}", task["due_at"]);
        same(&get(&owner, &task).await?, &task)?;
    }
    Ok(())
}

async fn texts(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let profile = json!({"time_zone": "Asia/Kolkata"});
    owner.patch("/profile", &profile).await?.expect(200)?;
    let task = add(&owner, &json!({"title": "Due"})).await?;
    for (text, due, due_at) in [
        (
            "2027-01-02",
            date("2027-01-02"),
            "2027-01-02T18:29:59.999999Z",
        ),
        (
            "2027-01-02T09:00",
            floating("2027-01-02T09:00:00"),
            "2027-01-02T03:30:00Z",
        ),
        (
            "2027-01-02T09:00:00.5",
            floating("2027-01-02T09:00:00.5"),
            "2027-01-02T03:30:00.5Z",
        ),
        (
            "2027-01-02T09:00:00Z",
            zoned("2027-01-02T14:30:00", "Asia/Kolkata"),
            "2027-01-02T09:00:00Z",
        ),
        (
            "2027-01-02T09:00:00-05:00",
            zoned("2027-01-02T19:30:00", "Asia/Kolkata"),
            "2027-01-02T14:00:00Z",
        ),
        (
            "2027-01-02T09:00:00-05:00[America/New_York]",
            zoned("2027-01-02T09:00:00", "America/New_York"),
            "2027-01-02T14:00:00Z",
        ),
        (
            "2027-01-02T09:00[America/New_York]",
            zoned("2027-01-02T09:00:00", "America/New_York"),
            "2027-01-02T14:00:00Z",
        ),
    ] {
        let created = json!({"title": "Due", "due_date": text});
        let created = add(&owner, &created).await.context(text)?;
        let patched = owner
            .patch(&path(&task), &json!({ "due_date": text }))
            .await?;
        for task in [created, patched.expect(200)?] {
            same(&task["due"], &due)?;
            ensure!(task["due_at"] == due_at, "{text}: {}", task["due_at"]);
        }
    }
    Ok(())
}

/// A zone is spelled as the database of zones does, whoever asks for it how.
async fn canonical(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let due = zoned("2027-01-02T09:00:00", "europe/BERLIN");
    let task = add(&owner, &json!({"title": "Due", "due": due})).await?;
    same(&task["due"], &zoned("2027-01-02T09:00:00", "Europe/Berlin"))
}

async fn refused(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Due", "due_date": "2027-01-02"})).await?;
    let before = product.database.fingerprint(owner.user).await?;
    let both = json!({"due": date("2027-01-02"), "due_date": "2027-01-02"});
    let mut wrong = vec![
        (both, "due_date"),
        (
            json!({"due": zoned("2027-01-02T09:00:00", "Mars/Olympus")}),
            "due.zone",
        ),
        (json!({"due": zoned("2027-01-02T09:00:00", "")}), "due.zone"),
        (
            json!({"due": zoned("2027-01-02T09:00:00", "../etc/passwd")}),
            "due.zone",
        ),
        (
            json!({"due": zoned("2027-01-02T09:00:00", "Europe/\u{0}")}),
            "due.zone",
        ),
        (
            json!({"due": zoned("2027-01-02T09:00:00", "localtime")}),
            "due.zone",
        ),
        (json!({"due": date("1899-12-31")}), "due"),
        (json!({"due": date("9001-01-01")}), "due"),
        (json!({"due": {"kind": "someday"}}), "due.kind"),
        (
            json!({"due": {"kind": "date", "date": "2027-01-02", "zone": "UTC"}}),
            "due.zone",
        ),
        (json!({"due": "2027-01-02"}), "due"),
        (json!({"due_date": 20_270_102}), "due_date"),
    ];
    for text in [
        "",
        "tomorrow",
        "2027-13-01",
        "2027-02-29",
        "25:00",
        "2027-01-02T09:00:00[Mars/Olympus]",
        "2027-01-02T09:00:00+05:00[Europe/Berlin]",
        "2027-01-02\u{0}",
        "2027-01-02T09:00:00[Factory]",
    ] {
        wrong.push((json!({ "due_date": text }), "due_date"));
    }
    for (mut body, field) in wrong {
        let answer = owner.patch(&path(&task), &body).await?;
        answer.invalid(field).with_context(|| body.to_string())?;
        body["title"] = json!("Due");
        let answer = owner.post("/tasks", &body).await?;
        answer.invalid(field).with_context(|| body.to_string())?;
    }
    // A patch has its members to itself, and what it leaves out is there.
    let no_day = json!({"title": "Due", "due": date("2027-02-30")});
    let patched = owner.patch(&path(&task), &no_day).await?;
    patched.invalid("due.date")?;
    owner.post("/tasks", &no_day).await?.invalid("due")?;
    let kindless = json!({"title": "Due", "due": {"date": "2027-01-02"}});
    let posted = owner.post("/tasks", &kindless).await?;
    posted.invalid("due.kind")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}
