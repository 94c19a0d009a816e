//! Tasks that come again: what a completion makes, what takes it back, and what ends it.

use backend::{
    MIGRATOR,
    config::{RebuildArgs, VerifyLogArgs},
    rebuild, verify_log,
};
use futures::future::join;
use jiff::ToSpan;
use proto::v1::{
    claim_due_response::Kind, spawn_occurrences_response::Outcome, task_service_server::TaskService,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::clockwork::{self, Person};

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_completion_makes_the_next_occurrence_once(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    let task = daily(&person, "2030-03-30").await;
    let part = json!({"title": "Lid", "parent_id": task["id"], "completed": true});
    person.post("/tasks", part).await;
    let id = text(&task["id"]);
    let change_set = person.complete(id).await;
    let (one, other) = join(person.spawn(id), person.spawn(id)).await;
    assert!(one == Outcome::Spawned || other == Outcome::Spawned);
    assert!(one != other, "{one:?}");
    assert_eq!(person.spawn(id).await, Outcome::NothingToDo);

    let tasks = person.tasks().await;
    assert_eq!(tasks.len(), 4, "{tasks:#?}");
    let done = find(&tasks, id);
    let next = find(&tasks, text(&done["recurrence"]["next"]));
    assert_eq!(done["completed"], true);
    assert_eq!(next["due"], json!({"kind": "date", "date": "2030-03-31"}));
    assert_eq!(next["recurrence"]["occurrence"], "2030-03-31");
    assert_eq!(next["recurrence"]["number"], 2);
    assert_eq!(
        next["recurrence"]["series_id"],
        done["recurrence"]["series_id"]
    );
    for field in [
        "title",
        "description",
        "tags",
        "priority",
        "project_id",
        "position",
    ] {
        assert_eq!(next[field], done[field], "{field}");
    }
    let part = tasks.iter().find(|task| task["parent_id"] == next["id"]);
    assert!(part.is_some_and(|part| part["completed"] == false && part["title"] == "Lid"));
    assert_eq!(next["reminders"][0]["when"], done["reminders"][0]["when"]);
    assert_ne!(next["reminders"][0]["id"], done["reminders"][0]["id"]);
    let history = person
        .get(&format!("/tasks/{}/history", text(&next["id"])))
        .await;
    assert!(history.to_string().contains(&change_set), "{history:#}");
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn one_undo_takes_back_both(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    let task = daily(&person, "2030-03-30").await;
    let id = text(&task["id"]);
    let completed = person.complete(id).await;
    // Others come between a completion and what follows from it.
    person
        .patch(&format!("/tasks/{id}"), json!({"title": "Later"}))
        .await;
    assert_eq!(person.spawn(id).await, Outcome::Spawned);
    let next = text(&person.get(&format!("/tasks/{id}")).await["recurrence"]["next"]).to_owned();

    let undone = undo(&person, &completed).await;
    let tasks = person.tasks().await;
    let task = find(&tasks, id);
    assert_eq!(
        (&task["completed"], &task["title"]),
        (&json!(false), &json!("Later"))
    );
    assert_eq!(task["recurrence"]["next"], Value::Null);
    assert!(find(&tasks, &next)["deleted_at"].is_string());
    assert_eq!(person.spawn(id).await, Outcome::NothingToDo);

    let redone = undo(&person, &undone).await;
    let tasks = person.tasks().await;
    assert_eq!(find(&tasks, id)["recurrence"]["next"], next);
    assert_eq!(find(&tasks, &next)["deleted_at"], Value::Null);
    assert_eq!(person.spawn(id).await, Outcome::NothingToDo);

    undo(&person, &redone).await;
    person.complete(id).await;
    assert_eq!(person.spawn(id).await, Outcome::Spawned);
    let tasks = person.tasks().await;
    assert_eq!(
        tasks.len(),
        2,
        "the deleted one came back instead of another"
    );
    assert_eq!(find(&tasks, &next)["deleted_at"], Value::Null);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_series_ends_and_goes_on(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    let task = daily(&person, "2030-03-30").await;
    let id = text(&task["id"]);
    person.complete(id).await;
    person.spawn(id).await;
    let next = text(&person.get(&format!("/tasks/{id}")).await["recurrence"]["next"]).to_owned();
    let path = format!("/tasks/{next}");
    person.ask("DELETE", &path, None).await;
    assert_eq!(person.spawn(&next).await, Outcome::NothingToDo);
    person.ask("POST", &format!("{path}/restore"), None).await;
    let skipped = person
        .ask("POST", &format!("{path}/recurrence/skip"), None)
        .await
        .body;
    assert_eq!(skipped["due"]["date"], "2030-04-01");
    assert_eq!(skipped["recurrence"]["exdates"], json!(["2030-03-31"]));
    person.complete(&next).await;
    assert_eq!(person.spawn(&next).await, Outcome::Spawned);

    let range = format!("/tasks/{id}/occurrences?from=2030-03-29&to=2030-04-04");
    let states = person.get(&range).await;
    let states: Vec<_> = states["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(&item["state"]))
        .collect();
    assert_eq!(
        states,
        ["completed", "skipped", "completed", "open", "planned"]
    );

    // What comes after a rule that changes must not be completed.
    let weekly = json!({"rule": "weekly"});
    let answer = person
        .ask(
            "POST",
            &format!("/tasks/{id}/recurrence"),
            Some(weekly.clone()),
        )
        .await;
    assert_eq!(answer.status, 409);
    assert!(
        text(&answer.body["detail"]).contains(&next),
        "{}",
        answer.body
    );
    let changed = person.post(&format!("{path}/recurrence"), weekly).await;
    assert_eq!(changed["recurrence"]["rule"], "FREQ=WEEKLY");
    assert_ne!(
        changed["recurrence"]["series_id"],
        skipped["recurrence"]["series_id"]
    );
    let live = person
        .tasks()
        .await
        .iter()
        .filter(|task| task["deleted_at"].is_null())
        .count();
    assert_eq!(live, 2);
    let ended = person
        .ask("DELETE", &format!("{path}/recurrence"), None)
        .await
        .body;
    assert_eq!(ended["recurrence"], Value::Null);
    assert_eq!(person.spawn(&next).await, Outcome::NothingToDo);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn parts_are_due_as_much_later_as_their_whole(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    person
        .patch("/profile", json!({"time_zone": "Europe/Berlin"}))
        .await;
    let whole = daily(&person, "2030-03-29").await;
    let reminders = json!([{"when": {"kind": "before", "minutes": 10}}]);
    for due in [
        json!({"kind": "floating", "local": "2030-03-28T17:00:00"}),
        json!({"kind": "date", "date": "2030-03-29"}),
        json!({"kind": "zoned", "local": "2030-03-29T02:30:00", "zone": "Europe/Berlin"}),
    ] {
        let part =
            json!({"title": "x", "parent_id": whole["id"], "due": due, "reminders": reminders});
        person.post("/tasks", part).await;
    }
    // On the 31st the clocks there are set from two to three.
    let mut id = text(&whole["id"]).to_owned();
    for dues in [
        [
            "2030-03-29T16:00:00Z",
            "2030-03-30T22:59:59.999999Z",
            "2030-03-30T01:30:00Z",
        ],
        [
            "2030-03-30T16:00:00Z",
            "2030-03-31T21:59:59.999999Z",
            "2030-03-31T01:00:00Z",
        ],
        [
            "2030-03-31T15:00:00Z",
            "2030-04-01T21:59:59.999999Z",
            "2030-04-01T00:30:00Z",
        ],
    ] {
        person.complete(&id).await;
        assert_eq!(person.spawn(&id).await, Outcome::Spawned);
        let done = person.get(&format!("/tasks/{id}")).await;
        text(&done["recurrence"]["next"]).clone_into(&mut id);
        let parts = person
            .get(&format!("/tasks?parent_id={id}&sort=position&order=asc"))
            .await;
        let parts = parts["items"].as_array().unwrap();
        let due_ats: Vec<_> = parts.iter().map(|part| text(&part["due_at"])).collect();
        assert_eq!(due_ats, dues);
    }
    // And their reminders come with them, not at once.
    let parts = person
        .get(&format!("/tasks?parent_id={id}&sort=position&order=asc"))
        .await;
    let part = text(&parts["items"][0]["id"]);
    let reminders = person.get(&format!("/tasks/{part}/reminders")).await;
    assert_eq!(reminders["items"][0]["fires_at"], "2030-03-31T14:50:00Z");
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn one_that_cannot_be_made_keeps_no_other_waiting(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(daily(&person, "2090-03-30").await);
    }
    for task in &tasks {
        person.complete(text(&task["id"])).await;
    }
    let broken = text(&tasks[1]["id"]);
    refuse(&pool, broken, "23514").await;
    assert_eq!(person.due(Kind::Occurrence).await.len(), 3);
    let wanted = tasks.iter().map(|task| person.task(text(&task["id"])));
    let outcomes = clockwork.try_spawn(person.now, wanted.collect()).await;
    assert_eq!(
        outcomes,
        [Outcome::Spawned, Outcome::PutOff, Outcome::Spawned]
    );

    // It comes again by itself: after a minute, then as long again as it has been due.
    for wait in [60_i64, 61, 123] {
        comes_after(&mut person, wait).await;
        let outcomes = clockwork.try_spawn(person.now, vec![person.task(broken)]);
        assert_eq!(outcomes.await, [Outcome::PutOff]);
    }
    person.pass(48.hours());
    assert_eq!(person.due(Kind::Occurrence).await.len(), 1);
    let outcomes = clockwork.try_spawn(person.now, vec![person.task(broken)]);
    assert_eq!(outcomes.await, [Outcome::PutOff]);
    comes_after(&mut person, 3_600).await;

    pool.execute(ACCEPT).await.unwrap();
    assert_eq!(person.spawn(broken).await, Outcome::Spawned);
    person.pass(2.hours());
    assert!(person.due(Kind::Occurrence).await.is_empty());
    assert_eq!(person.tasks().await.len(), 6);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_fails_for_the_moment_is_not_put_off(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let task = daily(&person, "2090-03-30").await;
    let id = text(&task["id"]);
    person.complete(id).await;
    // As if it could not be serialized.
    refuse(&pool, id, "40001").await;
    assert_eq!(person.due(Kind::Occurrence).await.len(), 1);
    let outcomes = clockwork.try_spawn(person.now, vec![person.task(id)]);
    assert_eq!(outcomes.await, [Outcome::Failed]);
    // The lease of who was told of it.
    comes_after(&mut person, 30).await;
    pool.execute(ACCEPT).await.unwrap();
    assert_eq!(person.spawn(id).await, Outcome::Spawned);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_due_is_handed_out_once_the_oldest_first(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let mut ids = Vec::new();
    for _ in 0..7 {
        let task = daily(&person, "2090-03-30").await;
        person.pass(1.minutes());
        person.complete(text(&task["id"])).await;
        ids.push(text(&task["id"]).to_owned());
    }
    let claim = async |limit| -> Vec<String> {
        let entries = clockwork.claim(person.now, limit).await;
        entries.into_iter().map(|entry| entry.subject_id).collect()
    };
    assert_eq!(claim(1).await, ids[..1]);
    assert_eq!(claim(2).await, ids[1..3]);
    let (one, other) = join(claim(3), claim(3)).await;
    let mut rest = [one, other].concat();
    rest.sort_unstable_by_key(|id| ids.iter().position(|known| known == id));
    assert_eq!(rest, ids[3..]);
    assert!(claim(1_000).await.is_empty());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_task_that_comes_again_has_so_many_parts(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    let whole = person
        .post(
            "/tasks",
            json!({"title": "Whole", "due": {"kind": "date", "date": "2030-03-30"}}),
        )
        .await;
    let part = json!({"title": "x", "parent_id": whole["id"]});
    let parts = |count| -> Vec<_> { vec![json!({"op": "create", "task": part}); count] };
    for count in [100, 100, 100, 100, 99] {
        let batch = json!({"operations": parts(count)});
        person.post("/tasks/batch", batch).await;
    }
    let path = format!("/tasks/{}/recurrence", text(&whole["id"]));
    let rule = json!({"rule": "daily"});
    person.post(&path, rule.clone()).await;
    let refused = person.ask("POST", "/tasks", Some(part.clone())).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["field"]),
        (422, &json!("parent_id"))
    );

    person.ask("DELETE", &path, None).await;
    person.post("/tasks", part).await;
    let refused = person.ask("POST", &path, Some(rule)).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["field"]),
        (422, &json!("recurrence"))
    );
    adds_up(&pool).await;
}

async fn daily<T: TaskService>(person: &Person<'_, T>, date: &str) -> Value {
    let task = json!({
        "title": "Water", "description": "all of them", "tags": ["garden"], "priority": "high",
        "due": {"kind": "date", "date": date},
        "recurrence": {"rule": "daily"},
        "reminders": [{"when": {"kind": "before", "minutes": 10}}],
    });
    person.post("/tasks", task).await
}

/// Has Postgres refuse what follows a task, with this code.
async fn refuse(pool: &PgPool, id: &str, code: &str) {
    let title = "update taskflow.tasks set title = 'broken' where id = $1::uuid";
    sqlx::query(title).bind(id).execute(pool).await.unwrap();
    let refuse = format!(
        "create function refuse() returns trigger language plpgsql as $$
         begin
             raise exception 'refused' using errcode = '{code}';
         end $$;
         create trigger refuse before insert on taskflow.tasks
             for each row when (new.title = 'broken') execute function refuse()"
    );
    pool.execute(AssertSqlSafe(refuse)).await.unwrap();
}

/// Takes back [`refuse`].
const ACCEPT: &str = "drop trigger refuse on taskflow.tasks";

/// One occurrence comes due after so many seconds, and none before.
async fn comes_after<T: TaskService>(person: &mut Person<'_, T>, seconds: i64) {
    person.pass((seconds - 1).seconds());
    assert!(person.due(Kind::Occurrence).await.is_empty());
    person.pass(2.seconds());
    assert_eq!(person.due(Kind::Occurrence).await.len(), 1);
}

async fn undo<T: TaskService>(person: &Person<'_, T>, change_set: &str) -> String {
    let report = person
        .post("/undo", json!({"change_set_id": change_set}))
        .await;
    assert_eq!(report["skipped"], json!([]), "{report:#}");
    text(&report["change_set_id"]).to_owned()
}

fn find<'a>(tasks: &'a [Value], id: &str) -> &'a Value {
    tasks.iter().find(|task| task["id"] == id).unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(crate) async fn adds_up(pool: &PgPool) {
    let report = verify_log(pool, &VerifyLogArgs::default()).await.unwrap();
    assert_eq!(report.broken, None);
    let verify = RebuildArgs {
        verify: true,
        ..RebuildArgs::default()
    };
    let report = rebuild(pool, &verify).await.unwrap();
    for difference in &report.differences {
        eprintln!("{difference}");
    }
    assert_eq!(report.count, 0);
}
