//! How many chats are open at a time, and how they end when the agent does.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use testing::{Turn, wait};

use crate::world::{SESSION, World, answer};

const PATIENCE: Duration = Duration::from_secs(10);

/// A chat of Ann's that has begun to be answered, and stays open.
async fn open(world: &World, message: &str) -> Response {
    world
        .model
        .on(message, vec![Turn::Hang("First words ".to_owned())]);
    let path = format!("/api/{}/chat", world.ann);
    let request = world
        .post(&path, &json!({"message": message}))
        .header("accept", "text/event-stream");
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut told = String::new();
    while !told.contains("words ") {
        let chunk = response.chunk().await.unwrap().unwrap();
        told.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    response
}

/// What each of the doors to the chat says to somebody.
async fn refusals(world: &World, bearer: &str, user: &str) -> Vec<(u16, Value, Option<String>)> {
    let input = json!({"content": [{"type": "input_text", "text": "hello"}]});
    let chat = json!({"message": "hello"});
    let create = json!({"type": "threads.create", "params": {"input": input}});
    let mut refusals = Vec::new();
    for (path, accept, body) in [
        (format!("/api/{user}/chat"), "application/json", &chat),
        (format!("/api/{user}/chat"), "text/event-stream", &chat),
        ("/chatkit".to_owned(), "text/event-stream", &create),
    ] {
        let request = world
            .http
            .post(format!("http://{}{path}", world.address))
            .bearer_auth(bearer)
            .header("accept", accept)
            .json(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/problem+json");
        let retry_after = headers.get("retry-after");
        let retry_after = retry_after.map(|it| it.to_str().unwrap().to_owned());
        let problem: Value = response.json().await.unwrap();
        refusals.push((status, problem["code"].clone(), retry_after));
    }
    refusals
}

#[tokio::test]
async fn one_person_has_a_few_chats_and_all_have_no_more_than_there_is_room_for() {
    let world = World::with(&["--chats", "3", "--chats-per-user", "2"], true).await;
    let ann = world.ann.to_string();
    let bob = world.backend.person("session-of-bob").to_string();
    world
        .model
        .on("hello", vec![Turn::Say("Hello.".to_owned())]);
    let first = open(&world, "one").await;
    let second = open(&world, "two").await;
    let own = (429, json!("too_many_requests"), Some("5".to_owned()));
    let refused = refusals(&world, SESSION, &ann).await;
    assert_eq!(refused, vec![own; 3]);
    // What is only read needs no place.
    let read = json!({"type": "threads.get_by_id", "params": {"thread_id": world.ann}});
    assert_eq!(answer(world.post("/chatkit", &read)).await.0, 404);
    // There is room for Bob still, and for nobody after him.
    world
        .model
        .on("three", vec![Turn::Hang("First words ".to_owned())]);
    let body = json!({"message": "three"});
    let third = world
        .http
        .post(format!("http://{}/api/{bob}/chat", world.address))
        .bearer_auth("session-of-bob")
        .header("accept", "text/event-stream")
        .json(&body);
    let third = third.send().await.unwrap();
    assert_eq!(third.status(), 200);
    let full = (503, json!("unavailable"), Some("5".to_owned()));
    let refused = refusals(&world, "session-of-bob", &bob).await;
    assert_eq!(refused, vec![full; 3]);
    // Nothing has begun that was refused.
    assert!(world.model.asked("hello").is_empty());

    // Who leaves makes room.
    drop((first, second, third));
    let has_room = async || {
        let (status, said) = world.say("hello", "key").await;
        Ok((status == 200).then_some(said))
    };
    let said = wait::until("room for another", PATIENCE, has_room).await;
    assert_eq!(said.unwrap()["content"], "Hello.");
}

#[tokio::test]
async fn a_chat_that_has_its_answer_makes_room() {
    let world = World::with(&["--chats", "1", "--chats-per-user", "1"], true).await;
    world
        .model
        .on("hello", vec![Turn::Say("Hello.".to_owned())]);
    for n in 0..3 {
        let key = format!("key-{n}");
        // The turn lets go of its place a moment after it is told.
        let answered = async || {
            let (status, said) = world.say("hello", &key).await;
            assert!(status == 200 || status == 429, "{status}: {said}");
            Ok((status == 200).then_some(()))
        };
        wait::until("the answer", PATIENCE, answered).await.unwrap();
    }
}

#[tokio::test]
async fn open_chats_end_with_a_word_when_the_agent_stops() {
    let world = World::start().await;
    let mut response = open(&world, "go on").await;
    world.gateway.shutdown.cancel();
    let mut rest = String::new();
    // Read to its end, which must be one: a stream that was cut off is an error.
    while let Some(chunk) = response.chunk().await.unwrap() {
        rest.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let (_, last) = rest.split_once("event: error").unwrap();
    assert!(last.contains("\"code\":\"unavailable\""), "{rest}");
    assert!(last.contains("Idempotency-Key"), "{rest}");
    let mut open = world.model.open();
    open.wait_for(|open| *open == 0).await.unwrap();
}
