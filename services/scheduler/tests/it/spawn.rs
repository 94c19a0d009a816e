//! Triggers and what the backend says to them.

use events::TriggerType;
use futures::future::join_all;
use proto::v1::spawn_occurrences_response::Outcome as Spawned;
use sidecar::Outcome;
use uuid::Uuid;

use crate::world::World;

fn tasks(count: usize) -> Vec<String> {
    (0..count).map(|_| Uuid::now_v7().to_string()).collect()
}

#[tokio::test]
async fn many_are_asked_for_in_few_calls_and_each_has_its_own_outcome() {
    let world = World::start(5_000).await;
    let tasks = tasks(500);
    let said = [
        Spawned::Spawned,
        Spawned::NothingToDo,
        Spawned::PutOff,
        Spawned::Failed,
    ];
    for (task, outcome) in tasks.iter().zip(said.into_iter().cycle()) {
        let outcomes = &mut world.backend.state().outcomes;
        outcomes.insert(task.clone(), outcome);
    }
    let outcomes = join_all(tasks.iter().map(|task| world.trigger(task))).await;
    for (outcome, said) in outcomes.iter().zip(said.into_iter().cycle()) {
        match said {
            Spawned::Failed => assert!(matches!(outcome, Outcome::Retry(_)), "{outcome:?}"),
            _ => assert_eq!(*outcome, Outcome::Done, "{said:?}"),
        }
    }
    let calls = world.backend.state().calls.clone();
    assert!(calls.len() < 50, "{} calls", calls.len());
    assert_eq!(calls.iter().sum::<usize>(), tasks.len());
}

#[tokio::test]
async fn those_of_a_trigger_go_into_one_call_and_come_again_with_one_that_failed() {
    let world = World::start(5_000).await;
    let tasks = tasks(200);
    let fail = |outcome| {
        let outcomes = &mut world.backend.state().outcomes;
        outcomes.insert(tasks[7].clone(), outcome);
    };
    fail(Spawned::Failed);
    let outcome = world.shared_trigger(&tasks).await;
    assert!(matches!(outcome, Outcome::Retry(_)), "{outcome:?}");
    fail(Spawned::Spawned);
    assert_eq!(world.shared_trigger(&tasks).await, Outcome::Done);
    assert_eq!(world.backend.state().calls, [200, 200]);
}

/// It would be delivered again and again, those behind it would wait, and at last it would be a
/// dead letter.
#[tokio::test]
async fn a_trigger_does_not_come_again_with_one_that_cannot_be_made() {
    let world = World::start(5_000).await;
    let tasks = tasks(200);
    let outcomes = [(tasks[7].clone(), Spawned::PutOff)];
    world.backend.state().outcomes.extend(outcomes);
    assert_eq!(world.shared_trigger(&tasks).await, Outcome::Done);
    assert_eq!(world.backend.state().calls, [200]);
}

#[tokio::test]
async fn triggers_that_come_together_share_calls_as_long_as_these_are_short() {
    let world = World::start(5_000).await;
    let tasks = tasks(1_200);
    let outcomes = join_all(tasks.chunks(150).map(|tasks| world.shared_trigger(tasks))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done));
    let calls = world.backend.state().calls.clone();
    assert!(calls.iter().all(|tasks| *tasks <= 300), "{calls:?}");
    assert_eq!(calls.iter().sum::<usize>(), tasks.len());
}

#[tokio::test]
async fn whose_take_long_keep_no_others_waiting() {
    let world = World::start(5_000).await;
    let tasks = tasks(2);
    world.backend.state().hanging.push(tasks[0].clone());
    let slow = world.trigger(&tasks[0]);
    let other = async {
        world.backend.until(|state| state.calls.len() == 1).await;
        world.trigger(&tasks[1]).await
    };
    tokio::select! {
        outcome = slow => panic!("{outcome:?} without an answer"),
        outcome = other => assert_eq!(outcome, Outcome::Done),
    }
}

#[tokio::test]
async fn without_the_backend_they_come_again() {
    let world = World::start(5_000).await;
    world.backend.state().failing = 1;
    let task = &tasks(1)[0];
    let outcome = world.trigger(task).await;
    assert!(matches!(outcome, Outcome::Retry(_)), "{outcome:?}");
    assert_eq!(world.trigger(task).await, Outcome::Done);
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_told_of() {
    let world = World::start(5_000).await;
    world.backend.state().short = 1;
    let task = &tasks(1)[0];
    let outcome = world.trigger(task).await;
    assert!(matches!(outcome, Outcome::Poison(_)), "{outcome:?}");
    assert_eq!(world.trigger(task).await, Outcome::Done);
}

#[tokio::test]
async fn the_notifiers_triggers_are_left_to_it() {
    let world = World::start(5_000).await;
    // Any call would fail the trigger.
    world.backend.state().failing = 1;
    for kind in [TriggerType::Reminder, TriggerType::Webhook] {
        let outcome = world.trigger_of(kind, &tasks(1)[0]).await;
        assert_eq!(outcome, Outcome::Done);
    }
}
