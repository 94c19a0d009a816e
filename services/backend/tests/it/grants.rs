//! What an API token is limited to holds at every door.

use backend::MIGRATOR;
use proto::v1::{
    CallRequest, RecordToolCallsRequest, VerifyTokenRequest,
    conversation_service_server::ConversationService, task_service_server::TaskService,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use testing::{Client, from_now};

use crate::{
    agency::{self, as_agent, by, call, conversation_id, json as body, new_turn, problem},
    desk,
};

async fn token(owner: &Client, grant: Value) -> Client {
    let wanted = json!({
        "name": "x", "scope": "write", "expires_at": from_now(3600), "grant": grant,
    });
    let made = owner
        .post("/tokens", &wanted)
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    assert_eq!(made["grant"], grant);
    owner.with_token(Some(made["token"].as_str().unwrap().to_owned()))
}

async fn made(owner: &Client, path: &str, body: Value) -> String {
    let made = owner.post(path, &body).await.unwrap().expect(201).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_grant_that_means_nothing_is_refused(pool: PgPool) {
    let site = desk::open(&pool).await;
    let (owner, other) = (site.sign_up().await.unwrap(), site.sign_up().await.unwrap());
    let theirs = made(&other, "/projects", json!({"name": "P"})).await;
    for (field, grant) in [
        ("grant.tools", json!({"tools": []})),
        ("grant.tools", json!({"tools": ["Add Task"]})),
        ("grant.project_ids", json!({"project_ids": []})),
        ("grant.project_ids", json!({"project_ids": [theirs]})),
        ("grant.writes_per_hour", json!({"writes_per_hour": 0})),
        ("grant.writes_per_hour", json!({"writes_per_hour": 10_001})),
        ("grant.verbs", json!({"verbs": []})),
    ] {
        let wanted = json!({
            "name": "x", "scope": "write", "expires_at": from_now(3600), "grant": grant,
        });
        let answer = owner.post("/tokens", &wanted).await.unwrap();
        answer.invalid(field).unwrap();
    }
    let wanted = json!({
        "name": "x", "scope": "calendar", "expires_at": from_now(3600),
        "grant": {"writes_per_hour": 1},
    });
    owner
        .post("/tokens", &wanted)
        .await
        .unwrap()
        .invalid("grant")
        .unwrap();
    let listed = owner.get("/tokens").await.unwrap().expect(200).unwrap();
    assert_eq!(listed["items"], json!([]));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_token_for_projects_writes_their_tasks_and_nothing_else(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let inside = made(&owner, "/projects", json!({"name": "Inside"})).await;
    let outside = made(&owner, "/projects", json!({"name": "Outside"})).await;
    let within = made(
        &owner,
        "/tasks",
        json!({"title": "w", "project_id": inside}),
    )
    .await;
    let beyond = made(
        &owner,
        "/tasks",
        json!({"title": "b", "project_id": outside, "due_date": "2027-01-05"}),
    )
    .await;
    let loose = json!({"title": "l", "tags": ["old"], "due_date": "2027-01-05"});
    let loose = made(&owner, "/tasks", loose).await;
    let change = owner
        .patch(&format!("/tasks/{beyond}"), &json!({"title": "B"}))
        .await
        .unwrap();
    let foreign_set = change.header("x-change-set-id").unwrap().to_owned();
    let program = token(&owner, json!({"project_ids": [inside]})).await;

    let new = json!({"title": "n", "project_id": inside, "tags": ["new"]});
    let new = made(&program, "/tasks", new).await;
    for id in [&within, &new] {
        let change = json!({"priority": "high", "due_date": "2026-11-21"});
        let path = format!("/tasks/{id}");
        program
            .patch(&path, &change)
            .await
            .unwrap()
            .expect(200)
            .unwrap();
        let done = json!({"completed": true});
        let path = format!("{path}/complete");
        program
            .patch(&path, &done)
            .await
            .unwrap()
            .expect(200)
            .unwrap();
    }
    program
        .delete(&format!("/tasks/{new}"))
        .await
        .unwrap()
        .expect(204)
        .unwrap();
    program
        .get(&format!("/tasks/{beyond}"))
        .await
        .unwrap()
        .expect(200)
        .unwrap();

    let before = site.database.fingerprint(owner.user).await.unwrap();
    let refused = |answer: anyhow::Result<testing::Answer>| {
        answer.unwrap().problem(403, "outside_grant").unwrap();
    };
    refused(program.post("/tasks", &json!({"title": "x"})).await);
    refused(
        program
            .post("/tasks", &json!({"title": "x", "project_id": outside}))
            .await,
    );
    refused(
        program
            .post("/tasks/quick", &json!({"text": "x tomorrow"}))
            .await,
    );
    for id in [&beyond, &loose] {
        let path = format!("/tasks/{id}");
        refused(program.patch(&path, &json!({"title": "x"})).await);
        refused(program.patch(&path, &json!({"project_id": inside})).await);
        refused(
            program
                .patch(&format!("{path}/complete"), &json!({"completed": true}))
                .await,
        );
        refused(program.delete(&path).await);
        refused(
            program
                .post(
                    &format!("{path}/recurrence"),
                    &json!({"rule": "FREQ=DAILY"}),
                )
                .await,
        );
    }
    let path = format!("/tasks/{within}");
    refused(program.patch(&path, &json!({"project_id": outside})).await);
    refused(program.patch(&path, &json!({"project_id": null})).await);
    let batch = json!({"operations": [
        {"op": "update", "id": within, "patch": {"title": "x"}},
        {"op": "delete", "id": beyond},
    ]});
    refused(program.post("/tasks/batch", &batch).await);
    refused(program.post("/projects", &json!({"name": "x"})).await);
    refused(
        program
            .patch(&format!("/projects/{inside}"), &json!({"name": "x"}))
            .await,
    );
    refused(program.delete(&format!("/projects/{inside}")).await);
    refused(
        program
            .patch("/tags/old", &json!({"color": "#ffffff"}))
            .await,
    );
    refused(program.delete("/tags/old").await);
    refused(
        program
            .patch("/profile", &json!({"time_zone": "Asia/Tokyo"}))
            .await,
    );
    refused(
        program
            .post("/undo", &json!({"change_set_id": foreign_set}))
            .await,
    );
    let csv = program
        .request(reqwest::Method::POST, "/import?format=csv")
        .body("title\nx\n");
    refused(testing::send(csv).await);
    let log = program.request(reqwest::Method::POST, "/import").body("");
    refused(testing::send(log).await);
    assert_eq!(site.database.fingerprint(owner.user).await.unwrap(), before);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_token_for_projects_may_speak_and_leaves_conversations_as_they_are(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let project = made(&owner, "/projects", json!({"name": "P"})).await;
    let program = token(&owner, json!({"project_ids": [project]})).await;
    let looks = ("GET", "/tasks", Value::Null);
    let turn = agency.converse(&owner, "", "Hello", looks, "Hi").await;
    let id = conversation_id(&turn);
    let path = format!("/conversations/{id}");
    let archive = json!({"archived": true});
    for change in [&archive, &json!({"title": "x"})] {
        let refused = program.patch(&path, change).await.unwrap();
        refused.problem(403, "outside_grant").unwrap();
    }
    owner
        .patch(&path, &archive)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    // What it says is kept, and brings the conversation back as anybody's words do.
    let said = new_turn(&program, &id, "key-1", "Go on");
    agency.start(said).await.unwrap();
    let shown = owner.get(&path).await.unwrap().expect(200).unwrap();
    assert_eq!(
        (&shown["archived_at"], &shown["title"]),
        (&Value::Null, &json!("Hello"))
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_budget_is_spent_by_what_is_changed_and_comes_back(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let program = token(&owner, json!({"writes_per_hour": 3})).await;
    let create = |number: usize| {
        let operations: Vec<Value> = (0..number)
            .map(|_| json!({"op": "create", "task": {"title": "x"}}))
            .collect();
        json!({"operations": operations})
    };
    let batch = async |number: usize| program.post("/tasks/batch", &create(number)).await.unwrap();
    batch(4).await.problem(403, "outside_grant").unwrap();
    batch(2).await.expect(200).unwrap();
    // What is refused, only tried, or changes nothing costs nothing.
    batch(2).await.problem(429, "grant_spent").unwrap();
    program.get("/tasks").await.unwrap().expect(200).unwrap();
    program
        .patch("/profile", &json!({"time_zone": "UTC"}))
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    let mut tried = call(&program, "POST", "/tasks", &json!({"title": "x"}));
    tried.dry_run = true;
    body(&agency.send(tried).await, 201);
    let through_the_agent = agency
        .ask(&program, "POST", "/tasks", &json!({"title": "x"}))
        .await;
    body(&through_the_agent, 201);
    let spent = program
        .post("/tasks", &json!({"title": "x"}))
        .await
        .unwrap();
    spent.problem(429, "grant_spent").unwrap();
    let wait: u64 = spent.header("retry-after").unwrap().parse().unwrap();
    assert!((3_500..=3_601).contains(&wait), "{wait}");
    let refused = agency
        .ask(&program, "POST", "/tasks", &json!({"title": "x"}))
        .await;
    problem(&refused, 429, "grant_spent");
    // The owner's own hands are not bound, and an hour later the program's are free again.
    owner
        .post("/tasks", &json!({"title": "x"}))
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    sqlx::query("update taskflow.token_writes set at = at - interval '61 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    batch(3).await.expect(200).unwrap();
    batch(1).await.problem(429, "grant_spent").unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_token_for_tools_opens_the_agent_alone(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let program = token(&owner, json!({"tools": ["add_task"]})).await;
    let with = |tool: &str| -> CallRequest {
        let mut call = call(&program, "POST", "/tasks", &json!({"title": "x"}));
        tool.clone_into(&mut call.caller.as_mut().unwrap().tool);
        call
    };
    problem(
        &agency.send(with("delete_task")).await,
        403,
        "outside_grant",
    );
    problem(&agency.send(with("")).await, 403, "outside_grant");
    body(&agency.send(with("add_task")).await, 201);
    for path in ["/tasks", "/events", "/profile"] {
        program
            .get(path)
            .await
            .unwrap()
            .problem(403, "outside_grant")
            .unwrap();
    }
    let direct = program
        .post("/tasks", &json!({"title": "x"}))
        .await
        .unwrap();
    direct.problem(403, "outside_grant").unwrap();
    let named = program
        .request(reqwest::Method::POST, "/tasks")
        .header("tool", "add_task");
    let named = testing::send(named.json(&json!({"title": "x"})))
        .await
        .unwrap();
    named.problem(403, "outside_grant").unwrap();
    program
        .post("/ws-ticket", &json!({}))
        .await
        .unwrap()
        .problem(403, "outside_grant")
        .unwrap();
    let tasks = backend::task_service(&desk::config(), pool.clone()).unwrap();
    let verify = async |client: &Client| {
        let token = client.token.clone().unwrap();
        let request = by("taskflow-realtime", VerifyTokenRequest { token });
        tasks
            .verify_token(request)
            .await
            .unwrap()
            .into_inner()
            .user_id
    };
    assert_eq!(verify(&program).await, "");
    let free = token(&owner, json!({"writes_per_hour": 1})).await;
    assert_eq!(verify(&free).await, owner.user.to_string());
    let listed = owner.get("/tasks").await.unwrap().expect(200).unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);

    // Nor does it converse, or write down what other tools did.
    let said = agency.start(new_turn(&program, "", "key-1", "Go on")).await;
    problem(&said.unwrap_err(), 403, "outside_grant");
    let turn = new_turn(&owner, "", "key-2", "Go on");
    let turn = agency.start(turn).await.unwrap();
    let mut caller = agency::caller(&program);
    "add_task".clone_into(&mut caller.tool);
    let request = RecordToolCallsRequest {
        caller: Some(caller),
        calls: vec![agency::called(&turn, &agency::planned("delete_task", "{}"))],
        claim_id: String::new(),
    };
    let recorded = agency.conversations.record_tool_calls(as_agent(request));
    let refused = recorded.await.unwrap().into_inner().refused;
    problem(&refused.unwrap(), 403, "outside_grant");
    let said = agency::told(&pool, owner.user, "message.added").await;
    assert_eq!(said.len(), 1, "the owner's");
    // But that it was refused them.
    let mut call = agency::called(&turn, &agency::planned("delete_task", "{}"));
    call.is_error = true;
    call.conversation_id.clear();
    "a-run".clone_into(&mut call.run_id);
    agency.record(&program, "", vec![call]).await.unwrap();
    let [told] = &agency::told(&pool, owner.user, "tool.called").await[..] else {
        panic!("one call");
    };
    assert_eq!(
        (&told["tool"], &told["is_error"]),
        (&json!("delete_task"), &json!(true))
    );
    // What it may tell of is kept beside what it may not.
    let told_of = |tool: &str| {
        let mut call = agency::called(&turn, &agency::planned(tool, "{}"));
        call.conversation_id.clear();
        "a-run".clone_into(&mut call.run_id);
        (&program, call)
    };
    let calls = vec![told_of("delete_task"), told_of("add_task")];
    let refused = agency.record_gathered(calls).await;
    let [Some(refused), None] = &refused[..] else {
        panic!("{refused:?}");
    };
    problem(refused, 403, "outside_grant");
    let told = agency::told(&pool, owner.user, "tool.called").await;
    assert_eq!(told.len(), 2);
}
