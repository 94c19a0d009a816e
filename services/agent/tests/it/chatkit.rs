//! The chat in the words of ChatKit.

use serde_json::{Value, json};
use testing::Turn;

use crate::world::{World, answer};

/// The frames of a stream that ends.
async fn frames(request: reqwest::RequestBuilder) -> Vec<Value> {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

fn kinds(frames: &[Value]) -> Vec<String> {
    frames
        .iter()
        .map(|frame| {
            let kind = frame["type"].as_str().unwrap();
            let of = frame["item"]["type"].as_str();
            let of = of.or_else(|| frame["update"]["type"].as_str());
            of.map_or(kind.to_owned(), |of| format!("{kind} {of}"))
        })
        .collect()
}

/// The last call that was told of, as it is in the end.
fn last_call(frames: &[Value]) -> &Value {
    let last = frames
        .iter()
        .rfind(|frame| frame["item"]["type"] == "workflow")
        .unwrap();
    let calls = last["item"]["workflow"]["tasks"].as_array().unwrap();
    calls.last().unwrap()
}

fn input(text: &str) -> Value {
    json!({"content": [{"type": "input_text", "text": text}], "attachments": [],
           "quoted_text": null, "inference_options": {}})
}

#[tokio::test]
async fn a_thread_begins_with_a_message_and_ends_with_an_answer_and_a_way_back() {
    let world = World::start().await;
    let add = json!({"title": "Buy milk"}).to_string();
    let turns = vec![
        Turn::Call(vec![("add_task".to_owned(), add)]),
        Turn::Say("Added it.".to_owned()),
    ];
    world.model.on("milk", turns);
    let create = json!({"type": "threads.create", "params": {"input": input("milk")}});
    let frames = frames(world.post("/chatkit", &create)).await;
    assert_eq!(
        kinds(&frames),
        [
            "thread.created",
            "thread.item.done user_message",
            "stream_options",
            "thread.item.added workflow",
            "thread.item.updated workflow.task.added",
            "thread.item.updated workflow.task.updated",
            "thread.item.done workflow",
            "thread.item.added assistant_message",
            "thread.item.updated assistant_message.content_part.added",
            "thread.item.updated assistant_message.content_part.text_delta",
            "thread.item.updated assistant_message.content_part.text_delta",
            "thread.item.updated assistant_message.content_part.done",
            "thread.item.done assistant_message",
            "thread.item.done widget",
        ]
    );
    let task = &frames[6]["item"]["workflow"]["tasks"][0];
    assert_eq!(task["title"], "Add a task");
    assert_eq!(task["content"], "Added “Buy milk”.");
    assert_eq!(frames[12]["item"]["content"][0]["text"], "Added it.");
    let card = &frames[13]["item"]["widget"];
    assert!(card["key"].as_str().unwrap().starts_with("undo:"));
    assert_eq!(
        card["children"][1]["onClickAction"]["type"],
        "taskflow.undo"
    );
}

#[tokio::test]
async fn no_title_becomes_an_image_in_what_is_said_of_a_call() {
    let world = World::start().await;
    let add = json!({"title": "![x](https://evil.example)"}).to_string();
    let turns = vec![
        Turn::Call(vec![("add_task".to_owned(), add)]),
        Turn::Say("Added it.".to_owned()),
    ];
    world.model.on("look", turns);
    let create = json!({"type": "threads.create", "params": {"input": input("look")}});
    let told = frames(world.post("/chatkit", &create)).await;
    let workflow = told
        .iter()
        .rfind(|frame| frame["item"]["type"] == "workflow")
        .unwrap();
    let open = json!({"type": "threads.get_by_id", "params": {
        "thread_id": told[0]["thread"]["id"],
    }});
    let (_, thread) = answer(world.post("/chatkit", &open)).await;
    for item in [&workflow["item"], &thread["items"]["data"][1]] {
        let said = &item["workflow"]["tasks"][0]["content"];
        assert_eq!(said, "Added “!\\[x](https://evil.example)”.");
    }
}

#[tokio::test]
async fn a_question_has_buttons_and_a_yes_carries_it_out() {
    let world = World::start().await;
    let ids = world
        .backend
        .add(world.ann, &["a", "b", "c", "d", "e", "f"]);
    let operations = ids.iter().map(|id| json!({"op": "delete", "task_id": id}));
    let batch = json!({"operations": operations.collect::<Vec<_>>()}).to_string();
    let turns = vec![
        Turn::Call(vec![("batch_tasks".to_owned(), batch)]),
        Turn::Say("Shall I?".to_owned()),
    ];
    world.model.on("clean", turns);
    let create = json!({"type": "threads.create", "params": {"input": input("clean")}});
    let told = frames(world.post("/chatkit", &create)).await;
    let thread = told[0]["thread"]["id"].clone();
    assert_eq!(last_call(&told)["status_indicator"], "none");
    let card = told
        .iter()
        .find(|it| it["item"]["type"] == "widget")
        .unwrap();
    let row = &card["item"]["widget"]["children"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()["children"];
    let press = |button: usize| {
        let action = &row[button]["onClickAction"];
        let action = json!({"type": action["type"], "payload": action["payload"]});
        json!({"type": "threads.custom_action", "params": {
            "thread_id": thread, "item_id": card["item"]["id"], "action": action,
        }})
    };
    let told = frames(world.post("/chatkit", &press(0))).await;
    assert_eq!(kinds(&told)[0], "thread.item.replaced widget");
    assert_eq!(told[0]["item"]["id"], card["item"]["id"]);
    assert_eq!(last_call(&told)["status_indicator"], "complete");
    assert!(world.backend.titles(world.ann).is_empty());
    // The first decision counts.
    let told = frames(world.post("/chatkit", &press(1))).await;
    let last = told[0]["item"]["widget"]["children"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(last["value"], "You said yes.");
}

#[tokio::test]
async fn no_program_presses_a_button() {
    let world = World::start().await;
    world.backend.token_of(world.ann, "tf_token");
    let of_run = json!({"run_id": world.ann});
    let of_question = json!({"confirmation_id": world.ann});
    for (button, payload, to_the_person) in [
        ("taskflow.undo", &of_run, 200),
        ("taskflow.confirm", &of_question, 404),
        ("taskflow.decline", &of_question, 404),
    ] {
        for kind in ["threads.custom_action", "threads.sync_custom_action"] {
            let press = json!({"type": kind, "params": {
                "thread_id": world.ann, "action": {"type": button, "payload": payload},
            }});
            let before = world.backend.writes().len();
            let url = format!("http://{}/chatkit", world.address);
            let program = world.http.post(url).bearer_auth("tf_token").json(&press);
            let (status, problem) = answer(program).await;
            assert_eq!(
                (status, &problem["code"]),
                (403, &json!("session_required")),
                "{kind} {button}"
            );
            assert_eq!(world.backend.writes().len(), before, "{kind} {button}");
            // There is nothing to press it for, and the person is told so.
            let (status, _) = answer(world.post("/chatkit", &press)).await;
            assert_eq!(status, to_the_person, "{kind} {button}");
        }
    }
}

#[tokio::test]
async fn what_is_not_offered_is_refused_and_named() {
    let world = World::start().await;
    for request in [
        json!({"type": "attachments.create", "params": {"name": "x", "size": 1, "mime_type": "x"}}),
        json!({"type": "threads.create", "params": {"input": {
            "content": [], "attachments": ["file"], "inference_options": {},
        }}}),
        json!({"type": "threads.list", "params": {"order": "asc"}}),
        json!({"type": "threads.custom_action", "params": {
            "thread_id": world.ann, "action": {"type": "rm", "payload": {}},
        }}),
        json!({}),
    ] {
        let (status, problem) = answer(world.post("/chatkit", &request)).await;
        assert_eq!(
            (status, &problem["code"]),
            (422, &json!("invalid")),
            "{request}"
        );
    }
}

#[tokio::test]
async fn trying_again_goes_on_with_the_turn() {
    let world = World::start().await;
    let add = json!({"title": "Buy milk"}).to_string();
    let add = Turn::Call(vec![("add_task".to_owned(), add)]);
    let turns = vec![add, Turn::Status(400), Turn::Say("Added it.".to_owned())];
    world.model.on("milk", turns);
    let create = json!({"type": "threads.create", "params": {"input": input("milk")}});
    let told = frames(world.post("/chatkit", &create)).await;
    let last = told.last().unwrap();
    assert_eq!(
        (&last["type"], &last["allow_retry"]),
        (&json!("error"), &json!(true))
    );
    let retry = |item: &Value| {
        json!({"type": "threads.retry_after_item", "params": {
            "thread_id": told[0]["thread"]["id"], "item_id": item,
        }})
    };
    let again = frames(world.post("/chatkit", &retry(&told[1]["item"]["id"]))).await;
    assert_eq!(
        again[0]["item"]["id"], told[1]["item"]["id"],
        "another message"
    );
    let said = again
        .iter()
        .rfind(|it| it["item"]["type"] == "assistant_message");
    assert_eq!(said.unwrap()["item"]["content"][0]["text"], "Added it.");
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"], "done twice");
    // What is no message of theirs cannot be tried again.
    let (status, _) = answer(world.post("/chatkit", &retry(&json!("answer_x")))).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_thread_that_holds_much_is_opened_still() {
    let world = World::start().await;
    let long = "x".repeat(900);
    let titles = vec![long.as_str(); 60];
    world.backend.add(world.ann, &titles);
    let mut thread = Value::Null;
    for message in ["list", "list again"] {
        let list = ("list_tasks".to_owned(), json!({"limit": 60}).to_string());
        let turns = vec![Turn::Call(vec![list; 32]), Turn::Say("There.".to_owned())];
        world.model.on(message, turns);
        let path = format!("/api/{}/chat", world.ann);
        let body = json!({"message": message, "conversation_id": thread});
        let (status, said) = answer(world.post(&path, &body)).await;
        assert_eq!(status, 200, "{said}");
        thread = said["conversation_id"].clone();
    }
    let open = json!({"type": "threads.get_by_id", "params": {"thread_id": thread}});
    let (status, opened) = answer(world.post("/chatkit", &open)).await;
    assert_eq!(status, 200, "{opened}");
    let items = opened["items"]["data"].as_array().unwrap();
    assert_eq!(items.len(), 6, "twice a message, a workflow and an answer");
    let task = &items[1]["workflow"]["tasks"][31];
    assert_eq!(task["content"], "60 tasks");
}
