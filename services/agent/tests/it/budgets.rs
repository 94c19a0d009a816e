//! How much one message may set off.

use serde_json::json;
use testing::Turn;

use crate::world::World;

fn endless() -> Vec<Turn> {
    let input = json!({"title": "again"}).to_string();
    vec![Turn::Call(vec![("add_task".to_owned(), input)])]
}

#[tokio::test]
async fn an_endless_loop_ends() {
    let world = World::with(&["--model-steps", "4"], true).await;
    world.model.on("loop", endless());
    let (status, answer) = world.say("loop", "key-1").await;
    assert_eq!(status, 200);
    assert!(answer["content"].as_str().unwrap().contains("stopped here"));
    assert_eq!(world.model.asked("loop").len(), 4);
    assert_eq!(world.backend.titles(world.ann).len(), 3);
    // The last time there was nothing left to ask for.
    assert!(world.model.asked("loop")[3].get("tools").is_none());
}

#[tokio::test]
async fn one_answer_asks_for_no_more_calls_than_there_may_be() {
    let world = World::with(&["--model-calls", "3"], true).await;
    let input = |n: usize| {
        (
            "add_task".to_owned(),
            json!({"title": format!("{n}")}).to_string(),
        )
    };
    let many = Turn::Call((0..20).map(input).collect());
    world
        .model
        .on("many", vec![many, Turn::Say("Enough.".to_owned())]);
    let (status, _) = world.say("many", "key-1").await;
    assert_eq!(status, 200);
    assert_eq!(world.backend.titles(world.ann), ["0", "1", "2"]);
}

#[tokio::test]
async fn tokens_run_out() {
    // Each answer costs 110.
    let world = World::with(&["--model-tokens", "200"], true).await;
    world.model.on("loop", endless());
    let (status, _) = world.say("loop", "key-1").await;
    assert_eq!(status, 200);
    assert_eq!(world.model.asked("loop").len(), 3);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let world = World::with(&["--model-timeout", "0.3"], true).await;
    world.model.on("slow", vec![Turn::Hang("Well ".to_owned())]);
    let (status, problem) = world.say("slow", "key-1").await;
    assert_eq!(status, 503);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("did not answer in time")
    );
    let mut open = world.model.open();
    open.wait_for(|open| *open == 0).await.unwrap();
}
