//! A person's data leave whole and come in whole, or not at all.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use libtest_mimic::Trial;
use reqwest::{Body, Method};
use serde_json::{Value, json};
use testing::{Answer, Client, send, wait};

use crate::rest::steps::{add, events_after, list, path, same, text};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "transfer: a log makes the same account, and the same log",
            round_trip,
        ),
        stage.shared(
            "transfer: a damaged file changes nothing and names the line",
            damaged,
        ),
        stage.shared("transfer: a log wants an empty account", wants_empty),
        stage.shared("transfer: a table comes in as one change-set", table),
        stage.shared(
            "transfer: a wrong table changes nothing and names the line",
            wrong_table,
        ),
        stage.shared("transfer: a project of Todoist's comes in", todoist),
        stage.alone(
            "transfer: a crash in the middle leaves nothing behind",
            crash,
        ),
    ]
}

async fn export(owner: &Client) -> Result<String> {
    let answer = owner.get("/export").await?;
    ensure!(answer.status == 200, "{answer:?}");
    ensure!(answer.header("content-type")? == "application/x-ndjson");
    Ok(String::from_utf8(answer.body.to_vec())?)
}

async fn import(owner: &Client, query: &str, file: impl Into<Body>) -> Result<Answer> {
    let request = owner.request(Method::POST, &format!("/import{query}"));
    send(request.body(file)).await
}

/// What every kind of write leaves.
async fn busy(product: &Product) -> Result<Client> {
    let owner = product.sign_up().await?;
    let project = owner
        .post("/projects", &json!({"name": "Haus"}))
        .await?
        .expect(201)?;
    let task = json!({
        "title": "Dach \"decken\"\n\u{1f3e0}", "description": "ä\\", "tags": ["bau", "teuer"],
        "project_id": project["id"], "due": {"kind": "floating", "local": "2027-03-28T02:30:00"},
        "position": 1e15,
    });
    let task = add(&owner, &task).await;
    // A title has one line.
    ensure!(task.is_err());
    let task = json!({
        "title": "Dach \"decken\" \u{1f3e0}", "description": "ä\\\n<b>", "tags": ["bau", "teuer"],
        "project_id": project["id"], "due": {"kind": "floating", "local": "2027-03-28T02:30:00"},
        "position": 1e15,
    });
    let task = add(&owner, &task).await?;
    add(
        &owner,
        &json!({"title": "Ziegel", "parent_id": task["id"], "position": 0.1}),
    )
    .await?;
    let gone = add(&owner, &json!({"title": "weg", "tags": ["bau"]})).await?;
    owner.delete(&path(&gone)).await?.expect(204)?;
    let profile = json!({"time_zone": "Europe/Berlin", "settings": {"b": 1e3, "a": [1.0, null]}});
    owner.patch("/profile", &profile).await?.expect(200)?;
    owner
        .patch("/tags/bau", &json!({"name": "werk", "color": "#010203"}))
        .await?
        .expect(200)?;
    let done = owner
        .patch(
            &path(&task),
            &json!({"completed": true, "priority": "urgent"}),
        )
        .await?;
    done.expect(200)?;
    let change_set = json!({"change_set_id": done.header("x-change-set-id")?});
    owner.post("/undo", &change_set).await?.expect(200)?;
    owner
        .delete(&format!("/projects/{}", text(&project["id"])))
        .await?
        .expect(204)?;
    Ok(owner)
}

/// Everything a person sees.
async fn picture(owner: &Client) -> Result<Value> {
    let mut picture = json!({});
    for path in [
        "/tasks?include_deleted=true&limit=200",
        "/projects",
        "/tags",
        "/stats",
        "/history?limit=200",
        "/profile",
    ] {
        picture[path] = owner.get(path).await?.expect(200)?;
    }
    let profile = picture["/profile"].as_object_mut().context("a profile")?;
    for personal in ["user_id", "name", "email"] {
        profile.remove(personal);
    }
    Ok(picture)
}

pub(crate) async fn round_trip(product: &Product) -> Result<()> {
    let owner = busy(product).await?;
    let file = export(&owner).await?;
    ensure!(
        !file.contains(&owner.user.to_string()),
        "the file names the account"
    );
    let heir = product.sign_up().await?;
    let mut tab = product.tab(&heir, 0, None).await?;
    tab.ready().await?;
    let imported = import(&heir, "", file.clone()).await?.expect(200)?;
    let head = product.database.head(owner.user).await?;
    ensure!(
        imported["events"] == head && imported["tasks"] == 3,
        "{imported}"
    );
    let again = export(&heir).await?;
    if again != file {
        return Err(Violation::Altered("the export of what was imported".to_owned()).into());
    }
    let [mut one, mut other] = [picture(&owner).await?, picture(&heir).await?];
    for picture in [&mut one, &mut other] {
        // The account's own events are about another account.
        let history = picture["/history?limit=200"]["items"].as_array_mut();
        history
            .context("items")?
            .retain(|item| !text(&item["event_type"]).starts_with("user."));
    }
    same(&other, &one)?;
    // Life goes on where the log ends, and an open tab hears of all of it.
    add(&heir, &json!({"title": "next"})).await?;
    let events = events_after(&heir, head).await?;
    ensure!(
        events.len() == 1 && events[0]["seq"] == head + 1,
        "{events:?}"
    );
    let told = tab.until(head + 1).await?;
    ensure!(told.len() as u64 == head, "the tab heard {}", told.len());
    Ok(())
}

pub(crate) async fn damaged(product: &Product) -> Result<()> {
    let owner = busy(product).await?;
    let file = export(&owner).await?;
    let lines: Vec<&str> = file.lines().collect();
    let last = lines.len();
    let joined = |lines: &[String]| {
        let lines = lines.iter().flat_map(|line| [line.as_str(), "\n"]);
        lines.collect::<String>()
    };
    let edit = |number: usize, from: &str, to: &str| {
        let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        assert!(
            lines[number - 1].contains(from),
            "{} has no {from}",
            lines[number - 1]
        );
        lines[number - 1] = lines[number - 1].replacen(from, to, 1);
        joined(&lines)
    };
    let without = |number: usize| {
        let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        lines.remove(number - 1);
        joined(&lines)
    };
    let swapped = {
        let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        lines.swap(4, 5);
        joined(&lines)
    };
    let task = 1 + lines
        .iter()
        .position(|line| line.contains("Dach"))
        .context("the task")?;
    let files = [
        ("", 1, String::new()),
        (
            "a version of tomorrow",
            1,
            edit(1, "\"taskflow_export\":3", "\"taskflow_export\":4"),
        ),
        ("another salt", 2, edit(1, "\"salt\":\"", "\"salt\":\"00")),
        ("another title", task, edit(task, "Dach", "Fach")),
        (
            "another actor",
            task,
            edit(task, "\"kind\":\"user\"", "\"kind\":\"system\""),
        ),
        (
            "another type",
            task,
            edit(task, "task.created", "task.updated"),
        ),
        ("a line less", 4, without(4)),
        ("the first event less", 2, without(2)),
        ("two swapped", 5, swapped),
        ("no JSON", 3, edit(3, "{", "[")),
        ("a field too many", 3, edit(3, "{", "{\"x\":1,")),
        ("no last line", last, without(last)),
        (
            "another count",
            last,
            edit(last, "\"events\":", "\"events\":1"),
        ),
        ("cut off", last, file[..file.len() - 1].to_owned()),
        ("something after the end", last + 1, format!("{file}x\n")),
        ("no file at all", 1, "title\nx\n".to_owned()),
    ];
    let heir = product.sign_up().await?;
    let before = product.database.fingerprint(heir.user).await?;
    for (what, line, file) in files {
        let answer = import(&heir, "", file).await?;
        if answer.status == 200 {
            return Err(Violation::Altered(format!("a log with {what}")).into());
        }
        let problem = answer
            .problem(422, "invalid")
            .with_context(|| what.to_owned())?;
        ensure!(
            problem["field"] == format!("line {line}"),
            "{what}: {problem}"
        );
        ensure!(
            product.database.fingerprint(heir.user).await? == before,
            "{what} changed something"
        );
    }
    import(&heir, "", file).await?.expect(200)?;
    Ok(())
}

async fn wants_empty(product: &Product) -> Result<()> {
    let owner = busy(product).await?;
    let file = export(&owner).await?;
    let before = product.database.fingerprint(owner.user).await?;
    import(&owner, "", file).await?.problem(409, "conflict")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn table(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let head = product.database.head(owner.user).await?;
    let file = "title,description,priority,tags,project,due_date,completed\n\
                Milk,\"two, cold\",high,\"shop,food\",Home,2026-12-01,false\n\
                \"Say \"\"hi\"\"\",,,,Away,2026-12-01T09:00,true\n";
    let answer = import(&owner, "?format=csv", file).await?;
    let imported = answer.expect(200)?;
    ensure!(
        imported["tasks"] == 2 && imported["projects"] == 1,
        "{imported}"
    );
    let change_set = answer.header("x-change-set-id")?;
    let events = events_after(&owner, head).await?;
    for event in &events {
        ensure!(event["change_set_id"] == change_set, "{event}");
        ensure!(
            event["actor"] == json!({"kind": "import", "import_id": change_set}),
            "{event}"
        );
        ensure!(
            event["cause"] == json!({"kind": "import", "format": "csv"}),
            "{event}"
        );
    }
    let page = owner
        .get("/tasks?sort=created_at&order=asc")
        .await?
        .expect(200)?;
    let [milk, hi] = list(&page["items"]) else {
        anyhow::bail!("{page}");
    };
    ensure!(
        milk["title"] == "Milk" && milk["description"] == "two, cold",
        "{milk}"
    );
    ensure!(
        milk["tags"] == json!(["food", "shop"]) && milk["priority"] == "high",
        "{milk}"
    );
    ensure!(
        milk["due"] == json!({"kind": "date", "date": "2026-12-01"}),
        "{milk}"
    );
    ensure!(
        hi["title"] == "Say \"hi\"" && hi["completed"] == true,
        "{hi}"
    );
    ensure!(milk["project_id"] != hi["project_id"]);

    let undone = owner
        .post("/undo", &json!({"change_set_id": change_set}))
        .await?
        .expect(200)?;
    ensure!(undone["skipped"] == json!([]), "{undone}");
    let page = owner.get("/tasks").await?.expect(200)?;
    ensure!(page["items"] == json!([]), "{page}");
    let projects = owner.get("/projects").await?.expect(200)?;
    ensure!(list(&projects["items"]).len() == 1, "{projects}");
    Ok(())
}

async fn wrong_table(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (file, field) in [
        ("", "line 1"),
        ("name\nx\n", "line 1"),
        ("title,colour\nx,y\n", "line 1"),
        ("title\nfine\n\"\"\n", "line 3.title"),
        ("title,priority\nx,low\ny,p1\n", "line 3.priority"),
        ("title,due_date\nx,tomorrow\n", "line 2.due_date"),
        ("title,completed\nx,yes\n", "line 2.completed"),
        ("title,tags\nx,\"a,,b\"\n", "line 2.tags"),
        ("title,tags\nx\n", "line 2"),
    ] {
        let answer = import(&owner, "?format=csv", file).await?;
        let problem = answer
            .problem(422, "invalid")
            .with_context(|| file.to_owned())?;
        let named = text(&problem["field"]);
        ensure!(named.starts_with(field), "{file}: {problem}");
    }
    import(&owner, "?format=xls", "x")
        .await?
        .invalid("format")?;
    let huge = format!("title\n{}", "x\n".repeat(3 << 20));
    import(&owner, "?format=csv", huge)
        .await?
        .problem(413, "too_large")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn todoist(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let file = "\u{feff}TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n\
                meta,view_style=list,,,,,,,,\n\
                task,Buy milk @shop,,1,1,Ann (1),,2026-12-24,en,Europe/Berlin\n\
                task,Oat,,4,2,Ann (1),,,,\n\
                task,Barista,,3,3,Ann (1),,every day,en,\n\
                note,cold please,,,,Ann (1),,,,\n\
                ,,,,,,,,,\n\
                section,Later,,,,,,,,\n\
                task,Paint,white,2,1,Ann (1),,,,\n";
    let imported = import(&owner, "?format=todoist&project=Home", file)
        .await?
        .expect(200)?;
    ensure!(
        imported["tasks"] == 4 && imported["projects"] == 1,
        "{imported}"
    );
    let warned: Vec<_> = list(&imported["warnings"])
        .iter()
        .map(|warning| &warning["line"])
        .collect();
    ensure!(warned == [5, 5], "{imported}");
    let page = owner
        .get("/tasks?sort=position&order=asc")
        .await?
        .expect(200)?;
    let tasks = list(&page["items"]);
    let of = |title: &str| {
        let found = tasks.iter().find(|task| task["title"] == title);
        found.with_context(|| format!("{title} is missing in {page}"))
    };
    let milk = of("Buy milk")?;
    ensure!(
        milk["tags"] == json!(["shop"]) && milk["priority"] == "urgent",
        "{milk}"
    );
    ensure!(
        milk["due"]["date"] == "2026-12-24" && !milk["project_id"].is_null(),
        "{milk}"
    );
    ensure!(of("Oat")?["parent_id"] == milk["id"] && of("Oat")?["priority"] == "none");
    let barista = of("Barista")?;
    ensure!(barista["parent_id"] == milk["id"]);
    ensure!(
        barista["description"] == "Date: every day\n\ncold please",
        "{barista}"
    );
    ensure!(of("Paint")?["tags"] == json!(["later"]) || of("Paint")?["tags"] == json!(["Later"]));
    Ok(())
}

/// The first half of a file arrives, then the backend dies.
pub(crate) async fn crash(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for part in 0..30 {
        let operations: Vec<Value> = (0..100)
            .map(|number| json!({"op": "create", "task": {"title": format!("{part}-{number}")}}))
            .collect();
        owner
            .post("/tasks/batch", &json!({"operations": operations}))
            .await?
            .expect(200)?;
    }
    let file = export(&owner).await?;
    let heir = product.sign_up().await?;
    let before = product.database.fingerprint(heir.user).await?;
    let (mut sender, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let half = Bytes::copy_from_slice(&file.as_bytes()[..file.len() / 2]);
    let request = import(&heir, "", Body::wrap_stream(body.boxed()));
    let killed = async {
        sender.send(Ok(half)).await?;
        // The import waits for the rest, with its rows written and not committed.
        wait::until(
            "the import to have begun",
            Duration::from_secs(20),
            async || Ok((product.database.idle_in_transaction().await? > 0).then_some(())),
        )
        .await?;
        product.stack.backend()?.service.kill9().await
    };
    let (answer, outcome) = futures::future::join(request, killed).await;
    outcome?;
    ensure!(answer.is_err(), "{answer:?}");
    product.heal().await?;
    if product.database.fingerprint(heir.user).await? != before {
        return Err(Violation::Halved("an import".to_owned()).into());
    }
    let imported = import(&heir, "", file.clone()).await?.expect(200)?;
    ensure!(imported["tasks"] == 3_000, "{imported}");
    ensure!(export(&heir).await? == file);
    Ok(())
}
