//! Events on their way to the webhooks.

use futures::future::join_all;
use sidecar::Outcome;

use crate::world::World;

#[tokio::test]
async fn many_events_are_told_in_few_calls() {
    let world = World::start().await;
    let outcomes = join_all((1..=500).map(|seq| world.happen(seq))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done));
    let (events, calls) = world.backend.woken();
    let mut seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=500).collect::<Vec<_>>());
    assert!(calls < 50, "{calls} calls");
    let user = world.user.to_string();
    assert!(
        events
            .iter()
            .all(|event| event.user_id == user && event.event_type == "user.updated")
    );
}

#[tokio::test]
async fn an_event_that_cannot_be_told_is_delivered_again() {
    let world = World::start().await;
    world.backend.fail(1);
    assert!(matches!(world.happen(1).await, Outcome::Retry(_)));
    assert_eq!(world.happen(1).await, Outcome::Done);
    assert_eq!(world.backend.woken().0.len(), 1);
}
