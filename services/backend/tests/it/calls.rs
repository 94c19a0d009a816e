//! REST through the agent: the same door, the same answers, and nothing beside.

use backend::{MIGRATOR, config::Config};
use clap::Parser;
use proto::v1::{
    GetIdentityRequest, api_service_server::ApiService, get_identity_response::Outcome,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use testing::from_now;
use tonic::Code;

use crate::agency::{self, as_agent, by, call, caller, head, header, json as body, problem};

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_agent_is_answered_as_rest_answers(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let mut create = call(&owner, "POST", "/tasks", &json!({"title": "Roof"}));
    create.caller.as_mut().unwrap().run_id = "run-7".to_owned();
    create.headers.push(header("idempotency-key", "once"));
    let made = agency.send(create.clone()).await;
    let task = body(&made, 201);
    let id = task["id"].as_str().unwrap();
    assert_eq!(head(&made, "etag"), Some("\"1\""));
    assert_eq!(
        head(&made, "location"),
        Some(&*format!("/api/{}/tasks/{id}", owner.user))
    );
    assert_eq!(head(&made, "x-correlation-id"), Some("asked-by-the-agent"));
    assert!(head(&made, "x-change-set-id").is_some());
    // A retry acts once.
    assert_eq!(body(&agency.send(create).await, 201), task);

    let mut change = call(
        &owner,
        "PATCH",
        &format!("/tasks/{id}"),
        &json!({"title": "Dach"}),
    );
    change.headers.push(header("if-match", "\"9\""));
    let stale = problem(&agency.send(change).await, 412, "stale_version");
    assert_eq!(stale["current_version"], 1);

    let listed = agency
        .ask(&owner, "GET", "/tasks?q=roof&status=open", &Value::Null)
        .await;
    let direct = owner.get("/tasks?q=roof&status=open").await.unwrap();
    assert_eq!(body(&listed, 200), direct.expect(200).unwrap());
    assert_eq!(body(&listed, 200)["items"][0], task);

    let events = owner.get("/events?type=task.created").await.unwrap();
    let events = events.expect(200).unwrap();
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
    let event = &events["items"][0];
    assert_eq!(
        event["actor"],
        json!({"kind": "agent_run", "run_id": "run-7"})
    );
    assert_eq!(event["correlation_id"], "asked-by-the-agent");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn it_opens_no_door_that_rest_keeps_closed(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let other = agency.site.sign_up().await.unwrap();
    let task = owner.post("/tasks", &json!({"title": "x"})).await.unwrap();
    let task = format!(
        "/tasks/{}",
        task.expect(201).unwrap()["id"].as_str().unwrap()
    );
    let before = agency.site.database.fingerprint(owner.user).await.unwrap();
    let expired = agency.site.signer.token_for(owner.user, -60).unwrap();
    for (client, status) in [
        (owner.with_token(None), 401),
        (owner.with_token(Some("nonsense\nx: y".to_owned())), 401),
        (owner.with_token(Some(expired)), 401),
        (owner.with_token(other.token.clone()), 403),
        (other.at(owner.user), 403),
    ] {
        let answer = agency.ask(&client, "DELETE", &task, &Value::Null).await;
        body(&answer, status);
        if status == 401 {
            assert_eq!(head(&answer, "www-authenticate"), Some("Bearer"));
        }
    }
    // Another's id is nobody's.
    let answer = agency.ask(&other, "DELETE", &task, &Value::Null).await;
    problem(&answer, 404, "not_found");
    // Who asks is said in one place only.
    let mut smuggled = call(&owner.with_token(None), "DELETE", &task, &Value::Null);
    let bearer = format!("Bearer {}", owner.token.as_deref().unwrap());
    smuggled.headers.push(header("authorization", &bearer));
    smuggled.headers.push(header("Authorization", &bearer));
    body(&agency.send(smuggled).await, 401);

    for path in ["/export", "/import", "/nothing"] {
        let answer = agency.ask(&owner, "GET", path, &Value::Null).await;
        problem(&answer, 404, "not_found");
    }
    let mut admin = call(&owner, "GET", "", &Value::Null);
    admin.path = "/api/../admin/dead-letters".to_owned();
    body(&agency.send(admin.clone()).await, 404);
    for path in [
        "/admin/dead-letters",
        "/health",
        "/metrics",
        "",
        "http://x/api/",
        "/api/ x",
    ] {
        admin.path = path.to_owned();
        let refused = agency.api.call(as_agent(admin.clone())).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{path}");
    }
    for method in ["", "get", "HEAD", "OPTIONS", "CONNECT"] {
        let odd = call(&owner, method, &task, &Value::Null);
        let refused = agency.api.call(as_agent(odd)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{method}");
    }
    let delete = call(&owner, "DELETE", &task, &Value::Null);
    for app_id in [
        "taskflow-realtime",
        "taskflow-scheduler",
        "taskflow-notifier",
        "x",
    ] {
        let refused = agency.api.call(by(app_id, delete.clone())).await;
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    }
    let anonymous = agency.api.call(tonic::Request::new(delete)).await;
    assert_eq!(anonymous.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(
        agency.site.database.fingerprint(owner.user).await.unwrap(),
        before
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn bodies_and_answers_have_a_size(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let large = json!({"title": "x", "description": "y".repeat(256 * 1024)});
    let answer = agency.ask(&owner, "POST", "/tasks", &large).await;
    problem(&answer, 413, "too_large");
    // 10,000 characters of 4 bytes each.
    let long = json!({"title": "x", "description": "🦀".repeat(10_000)});
    for _ in 0..80 {
        body(&agency.ask(&owner, "POST", "/tasks", &long).await, 201);
    }
    let all = agency
        .ask(&owner, "GET", "/tasks?limit=200", &Value::Null)
        .await;
    problem(&all, 422, "answer_too_large");
    let some = agency
        .ask(&owner, "GET", "/tasks?limit=50", &Value::Null)
        .await;
    assert!(body(&some, 200)["next_cursor"].is_string());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn addresses_are_those_of_whoever_asks_the_agent(pool: PgPool) {
    let config = Config::parse_from([
        "taskflow-backend",
        "--better-auth-secret",
        "a secret of more than thirty-two characters",
        "--rate-limit-user",
        "1000000",
        "--rate-limit-ip",
        "1",
        "--trusted-proxies",
        "1",
    ]);
    let agency = agency::with(&pool, &config).await;
    let owner = agency.site.sign_up().await.unwrap();
    let from = |address: &str| {
        let mut request = call(&owner, "GET", "/profile", &Value::Null);
        request.caller.as_mut().unwrap().client_address = address.to_owned();
        request
            .headers
            .push(header("x-forwarded-for", "198.51.100.1"));
        request
    };
    for last in 0..40 {
        body(&agency.send(from(&format!("203.0.113.{last}"))).await, 200);
    }
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(agency.send(from("192.0.2.9")).await.status);
    }
    assert_eq!(statuses[0], 200);
    assert!(statuses.contains(&429), "{statuses:?}");
    body(&agency.send(from("192.0.2.10")).await, 200);
    let refused = agency.api.call(as_agent(from("somewhere"))).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_only_tried_leaves_nothing_behind(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let task = owner
        .post("/tasks", &json!({"title": "Roof"}))
        .await
        .unwrap();
    let task = task.expect(201).unwrap();
    let path = format!("/tasks/{}", task["id"].as_str().unwrap());
    let before = agency.site.database.fingerprint(owner.user).await.unwrap();
    let tried = |method: &str, path: &str, body: Value| {
        let mut call = call(&owner, method, path, &body);
        call.headers.push(header("idempotency-key", "tried"));
        call.dry_run = true;
        agency.send(call)
    };
    let change = json!({"title": "Dach", "due_date": "2026-11-21"});
    let answer = tried("PATCH", &path, change.clone()).await;
    assert_eq!(body(&answer, 200)["title"], "Dach");
    assert_eq!(head(&answer, "x-change-set-id"), None);
    let batch = json!({"operations": [{"op": "delete", "id": task["id"]}]});
    body(&tried("POST", "/tasks/batch", batch).await, 200);
    problem(
        &tried("PATCH", &path, json!({"title": ""})).await,
        422,
        "invalid",
    );
    for path in [
        "/tokens",
        "/webhooks",
        "/push-subscriptions",
        "/ws-ticket",
        "/account",
        "/x",
    ] {
        let answer = tried("POST", path, json!({})).await;
        assert_eq!(problem(&answer, 422, "invalid")["field"], "dry_run");
    }
    assert_eq!(
        agency.site.database.fingerprint(owner.user).await.unwrap(),
        before
    );
    // The key is free still.
    let mut change = call(&owner, "PATCH", &path, &change);
    change.headers.push(header("idempotency-key", "tried"));
    let answer = agency.send(change).await;
    assert_eq!(body(&answer, 200)["title"], "Dach");
    assert!(head(&answer, "x-change-set-id").is_some());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_agent_learns_whose_a_bearer_is(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let identify = async |client: &testing::Client| {
        let request = as_agent(GetIdentityRequest {
            caller: Some(caller(client)),
        });
        let answer = agency.api.get_identity(request).await.unwrap();
        answer.into_inner().outcome.unwrap()
    };
    let Outcome::Identity(session) = identify(&owner).await else {
        panic!("a session is somebody's");
    };
    assert_eq!(session.user_id, owner.user.to_string());
    assert_eq!((session.token_id.as_str(), session.may_write), ("", true));
    assert_eq!(session.grant, None);

    let expires_at = from_now(3600);
    let wanted = json!({
        "name": "x", "scope": "read", "expires_at": expires_at,
        "grant": {"tools": ["list_tasks", "add_task"], "writes_per_hour": 30},
    });
    let made = owner
        .post("/tokens", &wanted)
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    let token = owner.with_token(Some(made["token"].as_str().unwrap().to_owned()));
    let Outcome::Identity(program) = identify(&token).await else {
        panic!("an API token is somebody's");
    };
    assert_eq!(program.user_id, owner.user.to_string());
    assert_eq!(json!(program.token_id), made["id"]);
    assert!(!program.may_write);
    assert_eq!(program.expires_at, expires_at.as_second());
    let grant = program.grant.unwrap();
    assert_eq!(grant.tools, ["add_task", "list_tasks"]);
    assert_eq!((grant.project_ids.len(), grant.writes_per_hour), (0, 30));

    let calendar = json!({"name": "x", "scope": "calendar", "expires_at": expires_at});
    let calendar = owner
        .post("/tokens", &calendar)
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    let calendar = calendar["token"].as_str().map(str::to_owned);
    for nobody in [None, Some("x".to_owned()), calendar] {
        let Outcome::Refused(answer) = identify(&owner.with_token(nobody)).await else {
            panic!("it is nobody's");
        };
        problem(&answer, 401, "unauthorized");
    }
}
