//! What a file may not say, and what it may not do to others.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use backend::{MIGRATOR, verify_log};
use futures::{
    StreamExt, future,
    stream::{self, FuturesUnordered},
};
use reqwest::{Body, Method};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use testing::{Answer, Client, send};

use crate::{desk, series::adds_up};

async fn import(owner: &Client, query: &str, file: impl Into<Body>) -> Answer {
    let request = owner.request(Method::POST, &format!("/import{query}"));
    send(request.body(file)).await.unwrap()
}

/// A log with every link: a project, a tag, a task in it, a part of that, a change.
async fn log(owner: &Client) -> Vec<Value> {
    let post = async |path: &str, body| owner.post(path, &body).await.unwrap().expect(201).unwrap();
    let project = post("/projects", json!({"name": "P"})).await;
    let task = json!({"title": "Whole", "tags": ["a"], "project_id": project["id"]});
    let whole = post("/tasks", task).await;
    let part = post("/tasks", json!({"title": "Part", "parent_id": whole["id"]})).await;
    let path = format!("/tasks/{}", part["id"].as_str().unwrap());
    let change = owner.patch(&path, &json!({"title": "Piece"})).await;
    change.unwrap().expect(200).unwrap();
    let profile = json!({"time_zone": "Asia/Tokyo"});
    owner
        .patch("/profile", &profile)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    let file = owner.get("/export").await.unwrap();
    let file = std::str::from_utf8(&file.body).unwrap();
    file.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn sha(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let bytes = hasher.finalize();
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The file with hashes that fit what it says.
fn chained(lines: &[Value]) -> String {
    let salt = lines[0]["salt"].as_str().unwrap();
    let salt: Vec<u8> = (0..salt.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&salt[at..at + 2], 16).unwrap())
        .collect();
    let mut hash = "0".repeat(64);
    let mut file = String::new();
    for line in lines {
        let mut line = line.clone();
        if line.get("event_id").is_some() {
            let text = |value: &Value| match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let actor = &line["actor"];
            let id = ["run_id", "rule_id", "import_id", "token_id"];
            let id = id.iter().find_map(|name| actor[name].as_str());
            let at: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
            let fields = [
                hash.clone(),
                text(&line["seq"]),
                text(&line["event_id"]),
                text(&line["event_type"]),
                text(&line["aggregate_id"]),
                text(&line["version"]),
                text(&line["schema"]),
                text(&line["correlation_id"]),
                text(&line["causation_id"]),
                text(&actor["kind"]),
                id.unwrap_or_default().to_owned(),
                text(&line["change_set_id"]),
                line.get("cause").map(Value::to_string).unwrap_or_default(),
                at.as_microsecond().to_string(),
                sha(&[&salt, line["data"].to_string().as_bytes()]),
            ];
            hash = sha(&[fields.join("\n").as_bytes()]);
            line["hash"] = json!(hash);
        }
        file.push_str(&line.to_string());
        file.push('\n');
    }
    file
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_log_may_not_say_what_a_request_may_not(pool: PgPool) {
    let site = desk::open(&pool).await;
    let lines = log(&site.sign_up().await.unwrap()).await;
    let at = |event_type: &str, number: usize| {
        let of = lines.iter().enumerate();
        let mut of = of.filter(|(_, line)| line["event_type"] == event_type);
        of.nth(number).unwrap().0
    };
    let (whole, part) = (at("task.created", 0), at("task.created", 1));
    let (project, tag) = (at("project.created", 0), at("tag.created", 0));
    let (change, profile) = (at("task.updated", 0), at("user.updated", 0));
    let nobody = "01900000-0000-7000-8000-00000000dead";
    let soon = testing::from_now(6 * 60);
    // Which line, where in it, and what stands there then.
    let cases = [
        (whole, "/data/title", json!("x".repeat(300))),
        (whole, "/data/title", json!("")),
        (whole, "/data/title", json!("a\u{0}b")),
        (whole, "/data/title", json!(format!("x{}", " ".repeat(300)))),
        (whole, "/data/description", json!("a\u{0}b")),
        (whole, "/data/tags", json!(["x".repeat(300)])),
        (whole, "/data/tags", json!(["#a"])),
        (
            whole,
            "/data/completed_at",
            json!("2026-11-01T00:00:00.123456789Z"),
        ),
        (whole, "/data/position", json!(1e300)),
        (whole, "/data/project_id", json!(nobody)),
        (whole, "/data/parent_id", json!(nobody)),
        (
            whole,
            "/data/parent_id",
            lines[whole]["aggregate_id"].clone(),
        ),
        (
            whole,
            "/data/due",
            json!({"kind": "zoned", "local": "2027-01-01T00:00:00", "zone": "Mars/X"}),
        ),
        (change, "/data/changes/title/after", json!("x".repeat(300))),
        (change, "/version", json!(1)),
        (change, "/version", json!(-1)),
        (change, "/version", json!(3)),
        (part, "/schema", json!(99)),
        (part, "/schema", json!(-2)),
        (part, "/correlation_id", json!("a\u{0}b")),
        (part, "/correlation_id", json!("x".repeat(1_000))),
        (
            part,
            "/actor",
            json!({"kind": "agent_run", "run_id": "a\nb"}),
        ),
        (part, "/cause", json!({"kind": "whim"})),
        (part, "/cause", json!("whim")),
        (
            part,
            "/cause",
            json!({"format": "csv", "kind": "import", "x": 1}),
        ),
        (part, "/aggregate_id", Value::Null),
        (project, "/data/name", json!("x".repeat(500))),
        (project, "/data/color", json!("red")),
        (tag, "/data/name", json!("x".repeat(300))),
        (tag, "/data/name", json!("# a")),
        (tag, "/data/color", json!("#12345")),
        (part, "/event_id", lines[whole]["event_id"].clone()),
        (0, "/salt", json!("+f")),
        (0, "/salt", json!("AB")),
        (1, "/data/time_zone", json!("Mars/X")),
        (1, "/event_type", json!("user.updated")),
        (profile, "/data/changes/time_zone/after", json!("Mars/X")),
        (
            profile,
            "/data/changes/settings",
            json!({"before": {}, "after": {"a": [1e16]}}),
        ),
        (profile, "/timestamp", json!("9999-12-30T00:00:00Z")),
        (profile, "/timestamp", json!(soon.to_string())),
    ];
    let heir = site.sign_up().await.unwrap();
    let before = site.database.fingerprint(heir.user).await.unwrap();
    let mut files: Vec<(String, usize, Vec<Value>)> = Vec::new();
    for (at, place, value) in cases {
        let mut lines = lines.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let parent = lines[at].pointer_mut(parent).unwrap();
        let what = format!("{place} = {value}");
        parent[name] = value;
        files.push((what, at + 1, lines));
    }
    let empty = vec![lines[0].clone(), json!({"events": 0})];
    files.push(("no events".to_owned(), 2, empty));
    let mut nested = lines.clone();
    nested[whole]["data"]["parent_id"] = Value::Null;
    nested[change]["data"] = json!({"changes": {}});
    let mut third = nested[part].clone();
    third["aggregate_id"] = json!(nobody);
    third["event_id"] = json!(nobody);
    third["data"]["parent_id"] = nested[part]["aggregate_id"].clone();
    nested.insert(part + 1, third);
    for (at, line) in nested.iter_mut().enumerate().skip(part + 1) {
        if line.get("seq").is_some() {
            line["seq"] = json!(at);
        }
    }
    let last = nested.len() - 1;
    nested[last]["events"] = json!(last - 1);
    files.push(("a part of a part".to_owned(), part + 2, nested));
    for (what, line, lines) in files {
        let answer = import(&heir, "", chained(&lines)).await;
        let problem = answer.problem(422, "invalid");
        let problem = problem.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(
            problem["field"],
            format!("line {line}"),
            "{what}: {problem}"
        );
        let after = site.database.fingerprint(heir.user).await.unwrap();
        assert_eq!(after, before, "{what}");
    }
    // Nothing but the values was wrong, and an editor's mark is none.
    let file = format!("\u{feff}{}", chained(&lines));
    import(&heir, "", file).await.expect(200).unwrap();
    let report = verify_log(&pool, &backend::config::VerifyLogArgs::default()).await;
    assert_eq!(report.unwrap().broken, None);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_requests_may_do_comes_in_again(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let post = async |body| owner.post("/tasks", &body).await.unwrap();
    let patch = async |path: String, body| {
        let answer = owner.patch(&path, &body).await.unwrap();
        answer.expect(200).unwrap()
    };
    let path = |task: &Value| format!("/tasks/{}", task["id"].as_str().unwrap());
    // A part that is deleted is in nobody's way.
    let whole = post(json!({"title": "X"})).await.expect(201).unwrap();
    let part = json!({"title": "Y", "parent_id": whole["id"]});
    let part = post(part).await.expect(201).unwrap();
    let gone = owner.request(Method::DELETE, &path(&part));
    assert_eq!(send(gone).await.unwrap().status, 204);
    let other = post(json!({"title": "Z"})).await.expect(201).unwrap();
    patch(path(&whole), json!({"parent_id": other["id"]})).await;
    // However a tag is said, it is the same when it is said again.
    let blank = post(json!({"title": "T", "tags": ["# #"]})).await;
    blank.problem(422, "invalid").unwrap();
    let tagged = json!({"title": "T", "tags": ["# #x", "plain"]});
    let tagged = post(tagged).await.expect(201).unwrap();
    patch("/tags/plain".to_owned(), json!({"name": "# #y"})).await;
    let renamed = patch(path(&tagged), json!({"title": "U"})).await;
    assert_eq!(renamed["tags"], json!(["x", "y"]));
    let found = owner.get("/tasks?tag=%23x").await.unwrap();
    assert_eq!(found.expect(200).unwrap()["items"][0]["id"], tagged["id"]);
    // No task is due beyond what calendars and databases agree on.
    let last = json!({"kind": "date", "date": "9000-12-31"});
    let last = json!({"title": "Daily", "due": last, "recurrence": {"rule": "daily"}});
    let last = post(last).await.expect(201).unwrap();
    let skip = format!("{}/recurrence/skip", path(&last));
    let skipped = send(owner.request(Method::POST, &skip)).await.unwrap();
    assert!(skipped.status < 500, "{}", skipped.status);

    let export = async |whose: &testing::Client| whose.get("/export").await.unwrap().body;
    let file = export(&owner).await;
    let heir = site.sign_up().await.unwrap();
    import(&heir, "", file.clone()).await.expect(200).unwrap();
    assert_eq!(export(&heir).await, file);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_log_may_be_as_long_as_is_configured(pool: PgPool) {
    let mut config = desk::config();
    config.import_events = 8;
    let site = desk::open_with(&pool, config).await;
    let lines = log(&site.sign_up().await.unwrap()).await;
    // Between the header and the last line.
    let events = lines.len() - 2;
    assert!(events < 8, "{events} events");
    let heir = site.sign_up().await.unwrap();
    import(&heir, "", chained(&lines))
        .await
        .expect(200)
        .unwrap();

    for number in events..8 {
        let task = json!({"title": format!("{number}")});
        heir.post("/tasks", &task)
            .await
            .unwrap()
            .expect(201)
            .unwrap();
    }
    let export = async || heir.get("/export").await.unwrap().body;
    let next = site.sign_up().await.unwrap();
    let before = site.database.fingerprint(next.user).await.unwrap();
    let (longest, task) = (export().await, json!({"title": "one more"}));
    heir.post("/tasks", &task)
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    let problem = import(&next, "", export().await).await;
    let problem = problem.problem(413, "too_large").unwrap();
    assert_eq!(problem["detail"], "The log has more than 8 events");
    assert_eq!(site.database.fingerprint(next.user).await.unwrap(), before);
    import(&next, "", longest).await.expect(200).unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_account_with_settings_is_not_empty(pool: PgPool) {
    let site = desk::open(&pool).await;
    let file = chained(&log(&site.sign_up().await.unwrap()).await);
    let heir = site.sign_up().await.unwrap();
    // Written by the system, so nothing that somebody would miss.
    site.database.rename(heir.user).await.unwrap();
    let profile = json!({"settings": {"theme": "dark"}});
    heir.patch("/profile", &profile)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    let before = site.database.fingerprint(heir.user).await.unwrap();
    import(&heir, "", file.clone())
        .await
        .problem(409, "conflict")
        .unwrap();
    assert_eq!(site.database.fingerprint(heir.user).await.unwrap(), before);
    let renamed = site.sign_up().await.unwrap();
    site.database.rename(renamed.user).await.unwrap();
    import(&renamed, "", file).await.expect(200).unwrap();
}

/// The app tells the browser's time zone when somebody signs up.
#[sqlx::test(migrator = "MIGRATOR")]
async fn an_account_with_a_time_zone_is_empty(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    log(&owner).await;
    let export = async |owner: &Client| owner.get("/export").await.unwrap().body;
    let file = export(&owner).await;
    let heir = site.sign_up().await.unwrap();
    for zone in ["Europe/Berlin", "America/Lima"] {
        let profile = json!({"time_zone": zone});
        let set = heir.patch("/profile", &profile).await.unwrap();
        set.expect(200).unwrap();
    }
    import(&heir, "", file.clone()).await.expect(200).unwrap();
    assert_eq!(export(&heir).await, file);
    let profile = heir.get("/profile").await.unwrap().expect(200).unwrap();
    assert_eq!(profile["time_zone"], "Asia/Tokyo");
    adds_up(&pool).await;

    let both = json!({"time_zone": "Europe/Berlin", "settings": {"theme": "dark"}});
    let heir = site.sign_up().await.unwrap();
    let set = heir.patch("/profile", &both).await.unwrap();
    set.expect(200).unwrap();
    let refused = import(&heir, "", file).await;
    refused.problem(409, "conflict").unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_table_with_a_key_comes_in_once(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let once = async |query: &str, file: &'static str| {
        let request = owner.request(Method::POST, &format!("/import{query}"));
        send(request.header("idempotency-key", "k").body(file))
            .await
            .unwrap()
    };
    let file = "title,project\nA,One\nB,Two\n";
    let first = once("?format=csv", file).await;
    let again = once("?format=csv", file).await;
    assert_eq!(again.expect(200).unwrap(), first.expect(200).unwrap());
    let header = "x-change-set-id";
    assert_eq!(again.header(header).unwrap(), first.header(header).unwrap());
    once("?format=csv", "title\nB\n")
        .await
        .invalid("Idempotency-Key")
        .unwrap();
    once("?format=todoist", file)
        .await
        .problem(422, "invalid")
        .unwrap();
    let tasks = owner.get("/tasks").await.unwrap().expect(200).unwrap();
    assert_eq!(tasks["items"].as_array().unwrap().len(), 2);
    let projects = owner.get("/projects").await.unwrap().expect(200).unwrap();
    assert_ne!(
        projects["items"][0]["position"],
        projects["items"][1]["position"]
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_log_with_a_key_comes_in_once(pool: PgPool) {
    let site = desk::open(&pool).await;
    let lines = log(&site.sign_up().await.unwrap()).await;
    let file = chained(&lines);
    let (part, rest) = file.split_at(file.len() / 2);
    let owner = site.sign_up().await.unwrap();
    let once = async |file: String| {
        let request = owner.request(Method::POST, "/import");
        send(request.header("idempotency-key", "k").body(file))
            .await
            .unwrap()
    };
    let empty = site.database.fingerprint(owner.user).await.unwrap();
    once(part.to_owned()).await.problem(422, "invalid").unwrap();
    assert_eq!(site.database.fingerprint(owner.user).await.unwrap(), empty);
    // What was refused does not count.
    let first = once(file.clone()).await;
    assert_eq!(first.expect(200).unwrap()["tasks"], 2);
    let before = site.database.fingerprint(owner.user).await.unwrap();
    let again = once(file.clone()).await;
    assert_eq!(again.expect(200).unwrap(), first.expect(200).unwrap());
    let header = "content-type";
    assert_eq!(again.header(header).unwrap(), first.header(header).unwrap());
    // Another file, which would be refused itself, and another request.
    once(format!("{part}\n{rest}"))
        .await
        .invalid("Idempotency-Key")
        .unwrap();
    let request = owner.request(Method::POST, "/tasks");
    let request = request.header("idempotency-key", "k");
    let task = send(request.json(&json!({"title": "x"}))).await.unwrap();
    task.invalid("Idempotency-Key").unwrap();
    import(&owner, "", file)
        .await
        .problem(409, "conflict")
        .unwrap();
    assert_eq!(site.database.fingerprint(owner.user).await.unwrap(), before);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn lines_of_a_table_are_counted_as_an_editor_does(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    for (file, field) in [
        ("title,priority\r\nx,low\r\ny,p1\r\n", "line 3.priority"),
        ("title,priority\n\n\nx,p1\n", "line 4.priority"),
        (
            "title,description\r\n\"a\",\"b\r\nc\"\r\n\"\",d\r\n",
            "line 4.title",
        ),
        ("title\nx\n\"y\nz\n", "line 3"),
        ("title\n\"a\" junk\n", "line 2"),
        ("title,title\na,b\n", "line 1"),
    ] {
        let answer = import(&owner, "?format=csv", file).await;
        answer
            .invalid(field)
            .unwrap_or_else(|error| panic!("{file:?}: {error}"));
    }
    let file = "TYPE,CONTENT,DATE,DEADLINE,DURATION,DURATION_UNIT\r\n\r\n\
                task,a,2026-12-24T09:00:00Z,,,\r\n\
                task,b,every day,2026-12-31,30,minute\r\n\
                task,c,,,None,None\r\n";
    let imported = import(&owner, "?format=todoist", file)
        .await
        .expect(200)
        .unwrap();
    let warnings = imported["warnings"].as_array().unwrap();
    let warned: Vec<_> = warnings.iter().map(|warning| &warning["line"]).collect();
    assert_eq!(warned, [4, 4, 4], "{imported}");
    let page = owner.get("/tasks?sort=position&order=asc").await.unwrap();
    let page = page.expect(200).unwrap();
    assert_eq!(page["items"][0]["due"]["local"], "2026-12-24T09:00:00");
    assert_eq!(
        page["items"][1]["description"],
        "Date: every day\n\nDeadline: 2026-12-31\n\nDuration: 30 minute"
    );
    assert_eq!(page["items"][2]["description"], "");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn slow_files_hold_up_nobody(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let other = site.sign_up().await.unwrap();
    let before = site.database.fingerprint(owner.user).await.unwrap();
    let began = Instant::now();
    // A few bytes, and then nothing.
    let stalled = |query: &'static str, begin: &'static str| {
        let first = stream::once(future::ready(Ok::<_, std::io::Error>(begin)));
        import(
            &owner,
            query,
            Body::wrap_stream(first.chain(stream::pending())),
        )
    };
    let log = ("", "{\"taskflow_export\":1,\"salt\":\"00\"}\n{\"seq\"");
    let files = (0..20).map(|at| {
        if at % 2 == 0 {
            log
        } else {
            ("?format=csv", "title\nx")
        }
    });
    let files = files.map(|(query, begin)| stalled(query, begin));
    let mut files: FuturesUnordered<_> = files.collect();
    let reads = async {
        // Meanwhile everybody else goes on.
        other
            .post("/tasks", &json!({"title": "x"}))
            .await
            .unwrap()
            .expect(201)
            .unwrap();
        began.elapsed()
    };
    let (first, read) = future::join(files.next(), reads).await;
    assert!(read < Duration::from_secs(5), "{read:?}");
    // Those who have waited in vain leave a place to others all the same.
    import(&other, "?format=csv", "title\ny\n")
        .await
        .expect(200)
        .unwrap();
    let mut answers: Vec<_> = files.collect().await;
    answers.extend(first);
    let of = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((of(408), of(429)), (1, 19), "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status == 429) {
        answer.header("retry-after").unwrap();
    }
    assert_eq!(site.database.fingerprint(owner.user).await.unwrap(), before);
    import(&owner, "?format=csv", "title\nx\n")
        .await
        .expect(200)
        .unwrap();
}

#[test]
fn an_empty_list_of_administrators_is_nobody() {
    use clap::Parser;
    let config = backend::config::Config::try_parse_from(["backend", "--admin-users", ""]);
    assert_eq!(config.unwrap().admin_users, [None]);
    assert!(backend::config::Config::try_parse_from(["backend", "--admin-users", "x"]).is_err());
}

/// Its payload is no event, but says whose it is.
#[sqlx::test(migrator = "MIGRATOR")]
async fn letters_go_however_they_spell_the_account(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let id = owner.user.to_string().to_uppercase();
    let payload = [b"\xff\0", id.as_bytes()].concat();
    sqlx::query(
        "insert into taskflow.dead_letters (id, topic, payload, payload_hash, cause, received_at)
         values (taskflow.uuid7(), 'tasks.events', $1, sha256($1), 'x', now())",
    )
    .bind(payload)
    .execute(&pool)
    .await
    .unwrap();
    site.database.delete_user(owner.user).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from taskflow.dead_letters")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}
