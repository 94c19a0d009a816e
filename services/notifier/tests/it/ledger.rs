//! What is asked of the ledger before something is sent, and told to it afterwards.

use events::TriggerType;
use proto::v1::{
    attempt::Outcome,
    delivery::{Destination, Webhook},
};
use sidecar::Outcome as Handled;

use crate::{
    receiver::{Manner, Receiver},
    world::World,
};

fn to(receiver: &Receiver) -> Destination {
    Destination::Webhook(Webhook {
        url: receiver.url(),
        secret: "whsec_c2VjcmV0".to_owned(),
    })
}

#[tokio::test]
async fn a_trigger_that_comes_twice_sends_once() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let (reminder, deliveries) = world.backend.remind("Milk", vec![to(&receiver)]);
    let twice = [
        world.trigger(TriggerType::Reminder, reminder),
        world.trigger(TriggerType::Reminder, reminder),
    ];
    let outcomes = futures::future::join_all(twice).await;
    assert_eq!(outcomes, [Handled::Done, Handled::Done]);
    world.backend.attempt(&deliveries[0]).await;
    receiver.next().await;
    receiver.got_nothing_more();
}

#[tokio::test]
async fn one_destination_that_fails_does_not_keep_the_others_waiting() {
    let hanging = Receiver::start(Manner::Hang).await;
    let mut prompt = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let destinations = vec![to(&hanging), to(&prompt)];
    let (reminder, deliveries) = world.backend.remind("Milk", destinations);
    world.trigger(TriggerType::Reminder, reminder).await;
    let attempt = world.backend.attempt(&deliveries[1]).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted);
    prompt.next().await;
    assert_eq!(world.backend.attempts(&deliveries[0]), []);
    let attempt = world.backend.attempt(&deliveries[0]).await;
    assert_eq!(attempt.outcome(), Outcome::Unknown);
    assert!(attempt.latency_ms > 0);
}

#[tokio::test]
async fn what_waited_longer_than_its_claim_is_not_sent() {
    let mut receiver = Receiver::start(Manner::Hang).await;
    let world = World::start().await;
    // Two at a time, so the third waits until they are given up.
    let mut deliveries = Vec::new();
    for _ in 0..3 {
        let (reminder, delivery) = world.backend.remind("Milk", vec![to(&receiver)]);
        world.trigger(TriggerType::Reminder, reminder).await;
        deliveries.extend(delivery);
    }
    for _ in 0..2 {
        receiver.next().await;
    }
    world.backend.lapse();
    let (reminder, last) = world.backend.remind("Milk", vec![to(&receiver)]);
    world.trigger(TriggerType::Reminder, reminder).await;
    receiver.now(Manner::Status(200));
    let attempt = world.backend.attempt(&last[0]).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted);
    receiver.next().await;
    receiver.got_nothing_more();
    assert_eq!(world.backend.attempts(&deliveries[2]), []);
}

#[tokio::test]
async fn without_the_backend_nothing_is_sent() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let (reminder, deliveries) = world.backend.remind("Milk", vec![to(&receiver)]);
    world.backend.fail(1);
    let outcome = world.trigger(TriggerType::Reminder, reminder).await;
    assert!(matches!(outcome, Handled::Retry(_)), "{outcome:?}");
    assert_eq!(world.backend.attempts(&deliveries[0]), []);
    receiver.got_nothing_more();

    assert_eq!(
        world.trigger(TriggerType::Reminder, reminder).await,
        Handled::Done
    );
    let attempt = world.backend.attempt(&deliveries[0]).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted);
}

#[tokio::test]
async fn an_outcome_is_told_though_the_backend_restarts() {
    let mut receiver = Receiver::start(Manner::Hang).await;
    let world = World::start().await;
    let (reminder, deliveries) = world.backend.remind("Milk", vec![to(&receiver)]);
    world.trigger(TriggerType::Reminder, reminder).await;
    receiver.next().await;
    world.backend.fail(2);
    let attempt = world.backend.attempt(&deliveries[0]).await;
    assert_eq!(attempt.outcome(), Outcome::Unknown);
    receiver.got_nothing_more();
}

#[tokio::test]
async fn the_schedulers_triggers_are_left_to_it() {
    let world = World::start().await;
    // Any call would fail the trigger.
    world.backend.fail(1);
    let outcome = world.trigger(TriggerType::Occurrence, uuid::Uuid::now_v7());
    assert_eq!(outcome.await, Handled::Done);
}
