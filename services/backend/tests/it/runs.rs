//! What an agent does in a run is told of as that run's, and by which token it asked.

use backend::{Flaw, MIGRATOR, config::VerifyLogArgs, verify_log};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgPool};
use testing::{Client, Site, from_now, send};

use crate::{desk, series::adds_up};

/// A task that a run adds by an API token, and one that it adds in a session; gives the token's id.
async fn runs(site: &Site) -> (Client, String) {
    let owner = site.sign_up().await.unwrap();
    let wanted = json!({"name": "x", "scope": "write", "expires_at": from_now(3600)});
    let made = owner.post("/tokens", &wanted).await.unwrap();
    let made = made.expect(201).unwrap();
    let program = owner.with_token(made["token"].as_str().map(str::to_owned));
    for client in [&program, &owner] {
        let request = client.request(Method::POST, "/tasks");
        let request = request.header("x-run-id", "run-7");
        let added = send(request.json(&json!({"title": "x"}))).await.unwrap();
        added.expect(201).unwrap();
    }
    (owner, made["id"].as_str().unwrap().to_owned())
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_run_is_told_with_the_token_by_which_it_asked(pool: PgPool) {
    let site = desk::open(&pool).await;
    let (owner, token) = runs(&site).await;
    let get = async |path: &str| owner.get(path).await.unwrap().expect(200).unwrap();

    let history = get("/history?run=run-7").await;
    let actors: Vec<&Value> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["actor"])
        .collect();
    let in_session = json!({"kind": "agent_run", "id": "run-7"});
    let by_token = json!({"kind": "agent_run", "id": "run-7", "token_id": token});
    assert_eq!(actors, [&in_session, &by_token]);
    let events = get("/events?type=task.created").await;
    let by_token = json!({"kind": "agent_run", "run_id": "run-7", "token_id": token});
    assert_eq!(events["items"][0]["actor"], by_token);

    let same: bool = sqlx::query_scalar(
        "select bool_and(hash = promised) from (
             select lead(prev_hash, 1, s.head_hash) over (order by e.seq) as promised,
                    taskflow.event_hash(
                        prev_hash, e.seq, event_id, event_type, user_id, aggregate_id, version,
                        schema, correlation_id, causation_id, actor_kind,
                        concat_ws(' ', actor_id, token_id), change_set_id, cause::text, created_at,
                        taskflow.data_hash(salt, data)
                    ) as hash
             from taskflow.events e join taskflow.streams s using (user_id)
         ) as links",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(same);

    let export = async |whose: &Client| whose.get("/export").await.unwrap().body;
    let file = export(&owner).await;
    let heir = site.sign_up().await.unwrap();
    let request = heir.request(Method::POST, "/import").body(file.clone());
    send(request).await.unwrap().expect(200).unwrap();
    assert_eq!(export(&heir).await, file);

    let undo = owner.post("/undo", &json!({"run_id": "run-7"})).await;
    let undone = undo.unwrap().expect(200).unwrap();
    assert_eq!(undone["undone"].as_array().unwrap().len(), 2);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn another_token_of_a_run_is_found_in_the_log(pool: PgPool) {
    let site = desk::open(&pool).await;
    runs(&site).await;
    pool.execute("create table kept as table taskflow.events")
        .await
        .unwrap();
    for tampering in [
        "token_id = taskflow.uuid7()",
        "token_id = null",
        // Hashed alike, but no run is called so.
        "actor_id = concat_ws(' ', actor_id, token_id), token_id = null",
    ] {
        let sql = format!("update taskflow.events set {tampering} where token_id is not null");
        pool.execute(AssertSqlSafe(sql)).await.unwrap();
        let report = verify_log(&pool, &VerifyLogArgs::default()).await.unwrap();
        let flaw = report.broken.map(|broken| broken.flaw);
        assert_eq!(flaw, Some(Flaw::Changed), "{tampering}");
        pool.execute(
            "truncate taskflow.events;
             insert into taskflow.events overriding system value select * from kept",
        )
        .await
        .unwrap();
    }
    adds_up(&pool).await;
}
