//! The tools over MCP, of the current revision and of those before it.

use std::{net::Ipv4Addr, pin::pin};

use agent::{caller::Caller, recorder::WAITING};
use axum::http::{HeaderMap, header};
use futures::FutureExt;
use proto::v1::ToolCall;
use serde_json::{Value, json};

use crate::world::{SESSION, World, answer};

const NOW: &str = "2026-07-28";

/// Three bytes of JSON are about a token, or less than one: no tokeniser counts more.
const BYTES_PER_TOKEN: usize = 3;

/// A request of the current revision, by a client that can ask its person if `asks`.
async fn request(world: &World, method: &str, params: Value, asks: bool) -> (u16, Value) {
    request_by(world, SESSION, method, params, asks).await
}

/// The same by whoever has a bearer.
async fn request_by(
    world: &World,
    bearer: &str,
    method: &str,
    mut params: Value,
    asks: bool,
) -> (u16, Value) {
    let capabilities = if asks {
        json!({"elicitation": {"form": {}}})
    } else {
        json!({})
    };
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": NOW,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    });
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let mut request = world
        .http
        .post(format!("http://{}/mcp", world.address))
        .bearer_auth(bearer)
        .json(&body)
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", NOW)
        .header("mcp-method", method);
    if !name.is_empty() {
        request = request.header("mcp-name", name);
    }
    answer(request).await
}

async fn call(world: &World, tool: &str, arguments: &Value) -> Value {
    let params = json!({"name": tool, "arguments": arguments});
    let (status, body) = request(world, "tools/call", params, false).await;
    assert_eq!(status, 200, "{body}");
    body["result"].clone()
}

#[tokio::test]
async fn the_server_says_what_it_is_without_a_session() {
    let world = World::start().await;
    let (status, body) = request(&world, "server/discover", json!({}), false).await;
    assert_eq!(status, 200, "{body}");
    let versions = body["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!(NOW)) && versions.contains(&json!("2025-06-18")));
    assert!(
        body["result"]["instructions"]
            .as_str()
            .unwrap()
            .contains("needs_confirmation")
    );

    let (status, body) = request(&world, "tools/list", json!({}), false).await;
    assert_eq!(status, 200);
    let again = request(&world, "tools/list", json!({}), false).await;
    assert_eq!(body["result"]["tools"], again.1["result"]["tools"]);
    assert_eq!(body["result"]["cacheScope"], "private");
    assert_eq!(body["result"]["tools"].as_array().unwrap().len(), 16);
    let tokens = body["result"].to_string().len() / BYTES_PER_TOKEN;
    assert!(tokens < 7_000, "{tokens} tokens");
}

#[tokio::test]
async fn clients_of_before_initialize_and_need_no_session() {
    let world = World::start().await;
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": version, "capabilities": {},
            "clientInfo": {"name": "old", "version": "1"},
        }});
        let post = |body: &Value| {
            world
                .post("/mcp", body)
                .header("accept", "application/json, text/event-stream")
        };
        let (status, body) = answer(post(&hello)).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["result"]["protocolVersion"], version);
        let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "add_task", "arguments": {"title": version},
        }});
        let request = post(&call).header("mcp-protocol-version", version);
        let (status, body) = answer(request).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["result"]["structuredContent"]["status"], "done");
    }
    assert_eq!(world.backend.titles(world.ann).len(), 3);
}

#[tokio::test]
async fn a_repeated_call_is_done_once_and_a_trial_not_at_all() {
    let world = World::start().await;
    let arguments = json!({"title": "Buy milk", "idempotency_key": "k1"});
    let first = call(&world, "add_task", &arguments).await;
    let second = call(&world, "add_task", &arguments).await;
    assert_eq!(first["structuredContent"], second["structuredContent"]);
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"]);
    let trial = json!({"title": "Buy bread", "dry_run": true});
    let trial = call(&world, "add_task", &trial).await;
    assert_eq!(trial["structuredContent"]["status"], "dry_run");
    assert!(trial["structuredContent"].get("change_set_id").is_none());
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"]);
}

#[tokio::test]
async fn another_users_id_is_refused_before_anything_happens() {
    let world = World::start().await;
    let other = world.backend.person("other");
    let own = json!({"title": "a", "user_id": world.ann});
    assert_eq!(
        call(&world, "add_task", &own).await["isError"],
        json!(false)
    );
    let theirs = json!({"title": "b", "user_id": other});
    let refused = call(&world, "add_task", &theirs).await;
    assert_eq!(refused["isError"], true);
    let text = refused["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("not the caller's") && text.contains("Leave `user_id` out"));
    assert!(world.backend.titles(other).is_empty());
    assert_eq!(world.backend.titles(world.ann), ["a"]);
}

#[tokio::test]
async fn a_token_sees_the_tools_that_it_may_use() {
    let world = World::start().await;
    let list = async |token: &str| -> Vec<String> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let url = format!("http://{}/mcp", world.address);
        let request = world
            .http
            .post(url)
            .bearer_auth(token)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
            .json(&body);
        let (_, body) = answer(request).await;
        let tools = body["result"]["tools"].as_array().unwrap().clone();
        let names = tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned());
        names.collect()
    };
    world.backend.program("tf_reader", false, &[]);
    world
        .backend
        .program("tf_adder", true, &["add_task", "list_tasks"]);
    let reader = list("tf_reader").await;
    assert!(reader.contains(&"get_changes".to_owned()) && !reader.contains(&"undo".to_owned()));
    assert_eq!(list("tf_adder").await, ["list_tasks", "add_task"]);
}

fn deletions(ids: &[String]) -> Value {
    let operations = ids.iter().map(|id| json!({"op": "delete", "task_id": id}));
    json!({"operations": operations.collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_client_that_can_asks_its_person_between_two_rounds() {
    let world = World::start().await;
    let ids = world
        .backend
        .add(world.ann, &["a", "b", "c", "d", "e", "f"]);
    let params = json!({"name": "batch_tasks", "arguments": deletions(&ids)});
    let (status, body) = request(&world, "tools/call", params.clone(), true).await;
    assert_eq!(status, 200, "{body}");
    let asked = &body["result"];
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let question = &asked["inputRequests"]["confirm"];
    let message = question["params"]["message"].as_str().unwrap();
    assert!(message.starts_with("Delete 6 tasks?") && message.contains("- delete: a"));
    assert_eq!(world.backend.titles(world.ann).len(), 6);

    let again = |state: &Value, answer: Value| {
        let mut params = params.clone();
        params["requestState"] = state.clone();
        params["inputResponses"] = json!({"confirm": answer});
        params
    };
    let accept = json!({"action": "accept", "content": {"confirm": true}});
    // A state that is not ours, or that is of another call, opens nothing.
    let forged = again(&json!("rs1.AAAA.BBBB"), accept.clone());
    let (_, body) = request(&world, "tools/call", forged, true).await;
    assert!(body["error"].is_object(), "{body}");
    let mut other = again(&asked["requestState"], accept.clone());
    other["arguments"] = deletions(&ids[..5]);
    other["arguments"]["atomic"] = true.into();
    let (_, body) = request(&world, "tools/call", other, true).await;
    assert!(body["error"].is_object(), "{body}");
    for no in [
        json!({"action": "decline"}),
        json!({"action": "accept", "content": {"confirm": false}}),
    ] {
        let no = again(&asked["requestState"], no);
        let (_, body) = request(&world, "tools/call", no, true).await;
        let text = body["result"]["structuredContent"]["summary"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(text.contains("said no"), "{text}");
    }
    assert_eq!(world.backend.titles(world.ann).len(), 6);
    let yes = again(&asked["requestState"], accept);
    let (_, body) = request(&world, "tools/call", yes.clone(), true).await;
    assert_eq!(
        body["result"]["structuredContent"]["status"], "done",
        "{body}"
    );
    assert!(world.backend.titles(world.ann).is_empty());
    world.gateway.recorder.finish().await;
    let recorded = world.backend.recorded();
    // One asks, two come with states that open nothing, two say no, and one yes.
    assert_eq!(recorded.len(), 6);
    assert_eq!(recorded.iter().filter(|call| call.is_error).count(), 2);
    // The same answer once more is no second yes.
    for id in &ids {
        world.backend.restore(world.ann, id);
    }
    let (_, body) = request(&world, "tools/call", yes, true).await;
    assert_eq!(
        body["result"]["structuredContent"]["status"], "done",
        "{body}"
    );
    assert_eq!(world.backend.titles(world.ann).len(), 6);
}

#[tokio::test]
async fn a_question_is_put_to_whoever_made_the_call() {
    let world = World::start().await;
    world.backend.token_of(world.ann, "tf_one");
    world.backend.token_of(world.ann, "tf_other");
    world.backend.person("session-of-bob");
    let ids = world
        .backend
        .add(world.ann, &["a", "b", "c", "d", "e", "f"]);
    let mut params = json!({"name": "batch_tasks", "arguments": deletions(&ids)});
    let (_, body) = request_by(&world, "tf_one", "tools/call", params.clone(), true).await;
    params["requestState"] = body["result"]["requestState"].clone();
    params["inputResponses"] =
        json!({"confirm": {"action": "accept", "content": {"confirm": true}}});
    for other in ["tf_other", SESSION, "session-of-bob"] {
        let (_, body) = request_by(&world, other, "tools/call", params.clone(), true).await;
        assert!(body["error"].is_object(), "{other}: {body}");
    }
    assert_eq!(world.backend.titles(world.ann).len(), 6);
    let (_, body) = request_by(&world, "tf_one", "tools/call", params, true).await;
    assert_eq!(
        body["result"]["structuredContent"]["status"], "done",
        "{body}"
    );
    assert!(world.backend.titles(world.ann).is_empty());
}

#[tokio::test]
async fn for_a_client_that_cannot_the_app_asks() {
    let world = World::start().await;
    let ids = world
        .backend
        .add(world.ann, &["a", "b", "c", "d", "e", "f"]);
    let asked = call(&world, "batch_tasks", &deletions(&ids)).await;
    let asked = &asked["structuredContent"];
    assert_eq!(asked["status"], "needs_confirmation");
    assert_eq!(asked["confirm_at"], "https://app.example/confirmations");
    assert_eq!(world.backend.titles(world.ann).len(), 6);
    let kept = world.backend.confirmations();
    assert_eq!(kept.len(), 1);
    assert_eq!(asked["confirmation_id"], kept[0].id);
    let path = format!("/api/{}/chat/confirmations/{}", world.ann, kept[0].id);
    let (status, decided) = answer(world.post(&path, &json!({"yes": true}))).await;
    assert_eq!(status, 200, "{decided}");
    assert_eq!(decided["result"]["status"], "done");
    assert!(world.backend.titles(world.ann).is_empty());
}

#[tokio::test]
async fn a_call_that_is_sent_again_asks_once_until_that_is_decided() {
    let world = World::start().await;
    let titles = ["a", "b", "c", "d", "e", "f"];
    let ids = world.backend.add(world.ann, &titles);
    let asked = async |key: Option<&str>| {
        let mut arguments = deletions(&ids);
        arguments["idempotency_key"] = key.into();
        let asked = call(&world, "batch_tasks", &arguments).await;
        let id = asked["structuredContent"]["confirmation_id"].as_str();
        id.map(str::to_owned).expect("it was not asked")
    };
    let first = asked(Some("key-1")).await;
    assert_eq!(asked(Some("key-1")).await, first);
    assert_eq!(world.backend.confirmations().len(), 1);
    // Another key is another call, and without one each is.
    assert_ne!(asked(Some("key-2")).await, first);
    assert_ne!(asked(None).await, asked(None).await);
    // So is what would do something else.
    world.backend.rename(world.ann, &ids[0], "Precious");
    let other = asked(Some("key-1")).await;
    assert_ne!(other, first);
    world.backend.rename(world.ann, &ids[0], "a");
    assert_eq!(asked(Some("key-1")).await, first);
    // A no stands; whoever asks again asks anew, and once again.
    let path = format!("/api/{}/chat/confirmations/{first}", world.ann);
    let (_, no) = answer(world.post(&path, &json!({"yes": false}))).await;
    assert_eq!(no["decision"], "no");
    let anew = asked(Some("key-1")).await;
    assert!(anew != first && anew != other);
    assert_eq!(asked(Some("key-1")).await, anew);
    // And it is carried out as any other.
    let path = format!("/api/{}/chat/confirmations/{anew}", world.ann);
    let (status, decided) = answer(world.post(&path, &json!({"yes": true}))).await;
    assert_eq!(status, 200, "{decided}");
    assert_eq!(decided["result"]["status"], "done", "{decided}");
    assert!(world.backend.titles(world.ann).is_empty());
}

#[tokio::test]
async fn calls_are_written_down_with_what_came_of_them() {
    let world = World::start().await;
    world.backend.miss_the_next_record();
    world.backend.be_busy_at_the_next_record();
    call(&world, "add_task", &json!({"title": "a"})).await;
    call(&world, "get_task", &json!({"task_id": "no such"})).await;
    world.gateway.recorder.finish().await;
    let recorded = world.backend.recorded();
    assert_eq!(recorded.len(), 2);
    let added = recorded
        .iter()
        .find(|call| call.tool == "add_task")
        .unwrap();
    assert!(!added.is_error && !added.change_set_id.is_empty());
    assert!(added.run_id.starts_with("mcp-"));
    assert!(
        recorded
            .iter()
            .any(|call| call.tool == "get_task" && call.is_error)
    );
}

#[tokio::test]
async fn a_call_of_what_there_is_not_or_not_for_the_token_is_written_down_too() {
    let world = World::start().await;
    world.backend.program("tf_reader", false, &[]);
    world.backend.program("tf_adder", true, &["add_task"]);
    let endless = "no such tool: é\n".repeat(100);
    let calls = [
        (SESSION, "no_such_tool", "no_such_tool"),
        (SESSION, endless.as_str(), "nosuchtool:nosuchtool:"),
        ("tf_reader", "add_task", "add_task"),
        ("tf_adder", "undo", "undo"),
    ];
    for (bearer, tool, _) in calls {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": tool, "arguments": {"title": "a"},
        }});
        let request = world
            .http
            .post(format!("http://{}/mcp", world.address))
            .bearer_auth(bearer)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
            .header("x-run-id", "my-run")
            .json(&body);
        let (_, refused) = answer(request).await;
        assert!(refused["error"].is_object(), "{refused}");
    }
    world.gateway.recorder.finish().await;
    assert!(world.backend.writes().is_empty());
    let recorded = world.backend.recorded();
    assert_eq!(recorded.len(), calls.len());
    for (_, _, name) in calls {
        let call = recorded.iter().find(|call| call.tool.starts_with(name));
        let call = call.unwrap_or_else(|| panic!("{name}: {recorded:?}"));
        assert!(call.is_error && call.tool.len() <= 64, "{call:?}");
        assert_eq!(call.run_id, "my-run");
        let input: Value = serde_json::from_str(&call.input).unwrap();
        assert_eq!(input, json!({"title": "a"}));
        assert!(call.result.contains("There is no tool"), "{call:?}");
    }
}

#[tokio::test]
async fn a_program_waits_when_too_much_is_to_be_written_down() {
    let world = World::start().await;
    world.backend.records().hold(true);
    let look = json!({"task_id": "no such"});
    for _ in 0..WAITING {
        call(&world, "get_task", &look).await;
    }
    let mut one_more = pin!(call(&world, "get_task", &look));
    tokio::select! {
        answer = &mut one_more => panic!("it was answered: {answer}"),
        () = world.backend.records().reached(WAITING + 1) => {}
    }
    assert!(one_more.as_mut().now_or_never().is_none());
    world.backend.records().hold(false);
    one_more.await;
    world.gateway.recorder.finish().await;
    assert_eq!(world.backend.recorded().len(), WAITING + 1);
}

#[tokio::test]
async fn a_call_that_was_begun_is_answered_when_the_agent_stops() {
    let world = World::start().await;
    world.backend.calls().hold(true);
    let task = json!({"title": "a"});
    let stop = async {
        world.backend.calls().reached(1).await;
        world.gateway.shutdown.cancel();
        world.backend.calls().hold(false);
    };
    let (added, ()) = tokio::join!(call(&world, "add_task", &task), stop);
    assert_eq!(added["structuredContent"]["status"], "done", "{added}");
    world.gateway.recorder.finish().await;
    assert_eq!(world.backend.recorded().len(), 1);
}

#[tokio::test]
async fn a_call_whose_client_has_left_is_waited_for_when_the_agent_stops() {
    let world = World::start().await;
    world.backend.calls().hold(true);
    let task = json!({"title": "a"});
    tokio::select! {
        answer = call(&world, "add_task", &task) => panic!("it was answered: {answer}"),
        () = world.backend.calls().reached(1) => {}
    }
    world.gateway.turns.close();
    let mut ended = pin!(world.gateway.turns.wait());
    assert!(ended.as_mut().now_or_never().is_none());
    world.backend.calls().hold(false);
    ended.await;
    world.gateway.recorder.finish().await;
    assert_eq!(world.backend.titles(world.ann), ["a"]);
    assert_eq!(world.backend.recorded().len(), 1);
}

/// Whoever has a bearer has called a tool.
async fn keep(world: &World, bearer: &str, call: ToolCall) {
    let mut headers = HeaderMap::new();
    let bearer = format!("Bearer {bearer}").parse().unwrap();
    headers.insert(header::AUTHORIZATION, bearer);
    let caller = Caller::from_headers(&headers, Ipv4Addr::LOCALHOST.into()).unwrap();
    world.gateway.recorder.keep(caller, call).await;
}

#[tokio::test]
async fn calls_that_come_together_are_written_down_together() {
    let world = World::start().await;
    world.backend.person("session-of-bob");
    for bearer in [SESSION, "session-of-bob"].repeat(WAITING / 2) {
        keep(&world, bearer, ToolCall::default()).await;
    }
    world.gateway.recorder.finish().await;
    assert_eq!(world.backend.gathered(), [WAITING - 100, 100]);
    assert_eq!(world.backend.recorded().len(), WAITING);
    // What comes at the very end waits for nothing.
    keep(&world, SESSION, ToolCall::default()).await;
    assert_eq!(world.backend.recorded().len(), WAITING + 1);
}

#[tokio::test]
async fn no_more_is_told_at_once_than_a_sidecar_carries() {
    let world = World::start().await;
    for _ in 0..20 {
        let call = ToolCall {
            input: "é".repeat(100_000),
            result: "x".repeat(64 * 1024),
            ..ToolCall::default()
        };
        keep(&world, SESSION, call).await;
    }
    world.gateway.recorder.finish().await;
    assert_eq!(world.backend.gathered(), [4, 8, 8]);
    let recorded = world.backend.recorded();
    assert_eq!(recorded.len(), 20);
    // As much as the backend keeps of it.
    assert!(recorded.iter().all(|call| call.input.len() == 64 * 1024));
}

#[tokio::test]
async fn a_call_that_is_refused_takes_no_other_along() {
    let world = World::start().await;
    world.backend.person("session-of-bob");
    world.backend.revoke("session-of-bob");
    // The first is to come again, and the second never.
    world.backend.be_busy_at_the_next_record();
    for (bearer, tool) in [
        (SESSION, "undo"),
        ("session-of-bob", "add_task"),
        (SESSION, "get_task"),
    ] {
        let call = ToolCall {
            tool: tool.to_owned(),
            ..ToolCall::default()
        };
        keep(&world, bearer, call).await;
    }
    world.gateway.recorder.finish().await;
    assert_eq!(world.backend.gathered(), [1, 3]);
    let recorded = world.backend.recorded();
    let tools: Vec<_> = recorded.iter().map(|call| call.tool.as_str()).collect();
    assert_eq!(tools, ["get_task", "undo"]);
}

#[tokio::test]
async fn a_backend_of_before_is_told_one_by_one() {
    let world = World::start().await;
    world.backend.be_old();
    for _ in 0..3 {
        keep(&world, SESSION, ToolCall::default()).await;
    }
    world.gateway.recorder.finish().await;
    assert!(world.backend.gathered().is_empty());
    assert_eq!(world.backend.recorded().len(), 3);
}

#[tokio::test]
async fn a_turn_of_the_chat_is_no_run_of_a_programs() {
    let world = World::start().await;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "add_task", "arguments": {"title": "a"},
    }});
    let send = async |run: &str| {
        let request = world
            .post("/mcp", &body)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
            .header("x-run-id", run);
        answer(request).await.1
    };
    let turn = send("0190c0de-0000-7000-8000-000000000000").await;
    assert!(turn["error"].is_object(), "{turn}");
    assert!(world.backend.writes().is_empty());
    let own = send("my-run").await;
    assert_eq!(own["result"]["isError"], false, "{own}");
}

#[tokio::test]
async fn a_series_that_is_set_is_told_of_when_its_dates_cannot_be() {
    let world = World::start().await;
    let ids = world.backend.add(world.ann, &["a"]);
    let daily = json!({"task_id": ids[0], "recurrence": "daily"});
    let set = call(&world, "set_recurrence", &daily).await;
    let told = &set["structuredContent"];
    assert_eq!(told["status"], "done", "{set}");
    assert_eq!(told["summary"], "“a” comes again: daily.");
    assert!(told["change_set_id"].is_string() && told.get("next_dates").is_none());
}

#[tokio::test]
async fn a_batch_passes_nothing_over() {
    let world = World::start().await;
    let ids = world.backend.add(world.ann, &["a"]);
    let operation = json!({"op": "update", "task_id": ids[0], "recurrence": "daily"});
    let refused = call(&world, "batch_tasks", &json!({"operations": [operation]})).await;
    assert_eq!(refused["isError"], true, "{refused}");
    let said = refused["content"][0]["text"].as_str().unwrap();
    assert!(said.contains("operations[0].recurrence") && said.contains("set_recurrence"));
    assert!(world.backend.writes().is_empty());
}
