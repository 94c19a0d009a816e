//! What has come due, and its triggers.

use std::{collections::BTreeSet, ops::RangeInclusive, time::Duration};

use events::{Trigger, TriggerType};
use proto::v1::claim_due_response::Kind;

use crate::world::World;

/// What was published, once each.
fn published(world: &World) -> BTreeSet<String> {
    world.daprd.with(|state| {
        let subjects = state.published.iter().flat_map(Trigger::subjects);
        let subjects: Vec<String> = subjects.map(|subject| subject.to_string()).collect();
        let count = subjects.len();
        let all: BTreeSet<String> = subjects.into_iter().collect();
        assert_eq!(all.len(), count, "published twice");
        all
    })
}

/// Wakes the scheduler, one round after the other, until it has made these claims.
async fn rounds(world: &World, claims: RangeInclusive<usize>) {
    for count in claims {
        world.wake.notify_one();
        world
            .backend
            .until(|state| state.claims.len() == count)
            .await;
    }
}

#[tokio::test]
async fn what_has_come_due_is_told_of_page_by_page_and_not_too_fast() {
    let world = World::start(5_000).await;
    let due = world.backend.have_come_due(2_500);
    world.wake.notify_one();
    world
        .backend
        .until(|state| state.claims.len() == 3 && state.leased.len() == due.len())
        .await;
    // A thousand at five thousand a second take a fifth of one; it may take longer.
    let took = {
        let claims = &world.backend.state().claims;
        claims[2] - claims[0]
    };
    assert!(took >= Duration::from_millis(400), "{took:?}");
    // A page waits for those before it, which are acted upon at fifty a second.
    let leases = world.backend.state().leases.clone();
    assert!(
        leases[0] == 30 && leases[1] >= 48 && leases[2] >= 66,
        "{leases:?}"
    );
    // The next round begins when the last page is published.
    rounds(&world, 4..=4).await;
    assert_eq!(published(&world), due.into_iter().collect());
}

#[tokio::test]
async fn what_was_not_published_comes_again_when_its_lease_ends() {
    let world = World::start(5_000).await;
    let due = world.backend.have_come_due(3);
    world.daprd.with(|state| state.failing = 1);
    // A second round, so the first has failed.
    rounds(&world, 1..=2).await;
    assert!(published(&world).is_empty());
    assert_eq!(world.daprd.with(|state| state.failed), 1);

    world.backend.lapse();
    rounds(&world, 3..=4).await;
    assert_eq!(published(&world), due.into_iter().collect());
}

#[tokio::test]
async fn a_backend_that_restarts_is_asked_again_with_the_next_tick() {
    let world = World::start(5_000).await;
    let due = world.backend.have_come_due(1);
    world.backend.state().failing = 1;
    world.wake.notify_one();
    while world.backend.state().failing > 0 {
        tokio::task::yield_now().await;
    }
    for claims in 1..=2 {
        world.wake.notify_one();
        world
            .backend
            .until(|state| state.claims.len() >= claims)
            .await;
    }
    assert_eq!(published(&world), due.into_iter().collect());
}

#[tokio::test]
async fn what_this_version_does_not_know_keeps_nothing_else_waiting() {
    let world = World::start(5_000).await;
    world.backend.has_come_due(Kind::Unspecified);
    let due = world.backend.have_come_due(2);
    rounds(&world, 1..=2).await;
    assert_eq!(published(&world), due.into_iter().collect());
}

#[tokio::test]
async fn the_tasks_of_a_user_share_triggers_and_nothing_else_does() {
    let world = World::start(5_000).await;
    let mut due = world.backend.have_come_due_of_one(Kind::Occurrence, 450);
    due.extend(world.backend.have_come_due_of_one(Kind::Reminder, 2));
    due.extend(world.backend.have_come_due(2));
    // A second round, so the first is over.
    rounds(&world, 1..=2).await;
    assert_eq!(published(&world), due.into_iter().collect());
    let of_type = |wanted| {
        world.daprd.with(|state| {
            let triggers = state.published.iter();
            let triggers = triggers.filter(|trigger| trigger.trigger_type == wanted);
            let counts = triggers.map(|trigger| trigger.subjects().count());
            counts.collect::<Vec<_>>()
        })
    };
    assert_eq!(of_type(TriggerType::Occurrence), [200, 200, 50, 1, 1]);
    assert_eq!(of_type(TriggerType::Reminder), [1, 1]);
}
