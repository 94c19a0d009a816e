//! Who is let in, and what others are told.

use events::UserId;
use serde_json::{Value, json};

use crate::world::{ORIGIN, World, answer};

#[tokio::test]
async fn nobody_comes_in_without_a_good_bearer() {
    let world = World::start().await;
    let chat = format!("/api/{}/chat", world.ann);
    for path in ["/mcp", "/chatkit", chat.as_str()] {
        let url = format!("http://{}{path}", world.address);
        for bearer in [
            None,
            Some("Bearer made-up"),
            Some("Basic eDp5"),
            Some("Bearer "),
        ] {
            let mut request = world.http.post(&url).json(&json!({"message": "x"}));
            if let Some(bearer) = bearer {
                request = request.header("authorization", bearer);
            }
            let (status, problem) = answer(request).await;
            assert_eq!(status, 401, "{path} {bearer:?}: {problem}");
            assert_eq!(problem["code"], "unauthorized");
        }
    }
    let mcp = world.http.post(format!("http://{}/mcp", world.address));
    let response = mcp.send().await.unwrap();
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    let expected = format!(
        "Bearer resource_metadata=\"http://{}/.well-known/oauth-protected-resource/mcp\"",
        world.address
    );
    assert_eq!(challenge, expected);
}

#[tokio::test]
async fn the_metadata_says_where_tokens_come_from() {
    let world = World::start().await;
    let url = format!(
        "http://{}/.well-known/oauth-protected-resource/mcp",
        world.address
    );
    let (status, metadata) = answer(world.http.get(&url)).await;
    assert_eq!(status, 200);
    assert_eq!(
        metadata["resource"],
        format!("http://{}/mcp", world.address)
    );
    // There is no server that would give one out by OAuth, so none is named.
    assert_eq!(metadata["authorization_servers"], Value::Null);
    // A name that somebody made up is not repeated.
    let (_, metadata) = answer(world.http.get(&url).header("host", "evil.example")).await;
    assert_eq!(metadata["resource"], "https://app.example/mcp");
}

#[tokio::test]
async fn pages_of_other_origins_and_made_up_names_are_refused() {
    let world = World::start().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let request = || {
        world
            .post("/mcp", &list)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
    };
    let status = async |request: reqwest::RequestBuilder| answer(request).await.0;
    assert_eq!(status(request()).await, 200);
    assert_eq!(status(request().header("origin", ORIGIN)).await, 200);
    for origin in ["https://evil.example", "http://localhost:3001", "null"] {
        assert_eq!(
            status(request().header("origin", origin)).await,
            403,
            "{origin}"
        );
    }
    for host in ["evil.example", "taskflow.evil.example:8004"] {
        assert_eq!(status(request().header("host", host)).await, 403, "{host}");
    }
    assert_eq!(status(request().header("host", "app.example")).await, 200);
}

#[tokio::test]
async fn the_chat_is_for_the_apps_pages_and_for_programs_by_whatever_name() {
    let world = World::without_model().await;
    let chat = format!("/api/{}/chat", world.ann);
    let said = json!({"message": "help"});
    let input = json!({"content": [{"type": "input_text", "text": "help"}]});
    let create = json!({"type": "threads.create", "params": {"input": input}});
    for (path, body) in [(chat.as_str(), &said), ("/chatkit", &create)] {
        let status = async |name: &str, value: &str| {
            let request = world.post(path, body).header(name, value);
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            response.bytes().await.unwrap();
            status
        };
        // The page of a name that was bound to our address says so itself.
        for origin in ["https://evil.example", "http://localhost:3001", "null"] {
            assert_eq!(status("origin", origin).await, 403, "{path} {origin}");
        }
        assert_eq!(status("origin", ORIGIN).await, 200, "{path}");
        assert_eq!(status("host", "taskflow-agent:8004").await, 200, "{path}");
    }
    assert_eq!(world.backend.answers().len(), 4);
}

#[tokio::test]
async fn the_path_names_the_caller_or_nobody() {
    let world = World::start().await;
    for owner in [UserId::generate().to_string(), "me".to_owned()] {
        let path = format!("/api/{owner}/chat");
        let (status, problem) = answer(world.post(&path, &json!({"message": "x"}))).await;
        assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
    }
    let path = format!("/api/{}/chat", world.ann);
    for body in [
        json!({}),
        json!({"message": 1}),
        json!({"message": "x", "user_id": "y"}),
    ] {
        let (status, problem) = answer(world.post(&path, &body)).await;
        assert_eq!(
            (status, &problem["code"]),
            (422, &json!("invalid")),
            "{body}"
        );
    }
    for key in ["", " ", "ä", &"x".repeat(201)] {
        let request = world.post(&path, &json!({"message": "x"}));
        let value = reqwest::header::HeaderValue::from_bytes(key.as_bytes()).unwrap();
        let (status, _) = answer(request.header("idempotency-key", value)).await;
        assert_eq!(status, 422, "{key:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_bearer_is_said_again() {
    let world = World::start().await;
    let secret = "tf_canary-of-nobody";
    let chat = format!("/api/{}/chat", world.ann);
    for path in ["/mcp", "/chatkit", chat.as_str()] {
        let url = format!("http://{}{path}", world.address);
        let request = world.http.post(url).bearer_auth(secret);
        let response = request.json(&json!({})).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        let head = format!("{:?}", response.headers());
        let body = response.text().await.unwrap();
        assert!(
            !head.contains("canary") && !body.contains("canary"),
            "{path}: {head} {body}"
        );
    }
}
