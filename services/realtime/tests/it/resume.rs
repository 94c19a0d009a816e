//! Complete, in order and without repetition, or honestly told.

use std::{sync::Arc, time::Duration};

use events::{Event, UserId};
use realtime::{config::Limits, sweep};
use telemetry::{clock, health::Health};
use tokio::sync::watch;

use crate::world::{LIMITS, World};

#[tokio::test]
async fn without_a_cursor_only_what_comes_is_sent() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for _ in 0..3 {
        world.happen(user).await;
    }
    let mut client = world.connect(user, None).await;
    assert_eq!(client.ready().await, (3, true));
    world.happen(user).await;
    assert_eq!(client.seq().await, 4);
}

#[tokio::test]
async fn history_is_sent_in_pages_and_then_ready() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for _ in 0..1_203 {
        world.backend.write(user);
    }
    let mut client = world.connect(user, Some(100)).await;
    assert_eq!(client.seqs(1_103).await, (101..=1_203).collect::<Vec<_>>());
    assert_eq!(client.ready().await, (1_203, true));

    let mut nothing_missed = world.connect(user, Some(1_203)).await;
    assert_eq!(nothing_missed.ready().await, (1_203, true));
}

#[tokio::test]
async fn with_a_ticket_nothing_falls_between_its_log_and_the_hub() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for _ in 0..3 {
        world.backend.write(user);
    }
    let connect = async |since: &str| {
        let (backend, gateway) = (world.backend.clone(), Arc::clone(&world.gateway));
        world.backend.meanwhile(move || {
            let event = backend.write(user);
            gateway.hub.publish(&event).unwrap();
        });
        let ticket = world.backend.ticket(user, clock::now().as_second() + 60);
        let path = format!("/ws/user/{user}/tasks?token={ticket}{since}");
        world.open(&path).await
    };
    let mut client = connect("&since=1").await;
    assert_eq!(client.seqs(2).await, [2, 3]);
    assert_eq!(client.ready().await, (3, true));
    assert_eq!(client.seq().await, 4);

    let mut from_now_on = connect("").await;
    assert_eq!(from_now_on.ready().await, (4, true));
    assert_eq!(from_now_on.seq().await, 5);
    assert_eq!(client.seq().await, 5);
    world.happen(user).await;
    assert_eq!(from_now_on.seq().await, 6);
}

/// What the broadcast makes of events: some twice, some late, some never.
fn mangled(events: &[Event]) -> Vec<&Event> {
    let mut delivered = Vec::new();
    for (n, event) in events.iter().enumerate() {
        match n % 10 {
            3 => {}
            5 => delivered.extend([event, event]),
            7 => delivered.insert(delivered.len() - 3, event),
            9 => delivered.extend([event, &events[n - 4], &events[n / 2]]),
            _ => delivered.push(event),
        }
    }
    delivered
}

#[tokio::test(flavor = "multi_thread")]
async fn resuming_while_events_come_gives_each_once_and_in_order() {
    let world = World::with(Limits {
        socket_queue: 10_000,
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let history: Vec<_> = (0..500).map(|_| world.backend.write(user)).collect();
    let mut client = world.connect(user, Some(0)).await;

    let live = async {
        for event in &history[490..] {
            world.deliver(event).await;
        }
        for _ in 0..50 {
            let burst: Vec<_> = (0..20).map(|_| world.backend.write(user)).collect();
            for event in mangled(&burst) {
                world.deliver(event).await;
            }
            tokio::task::yield_now().await;
        }
        sweep_once(&world).await;
    };
    let read = async {
        let mut seqs = Vec::new();
        let mut readies = Vec::new();
        while seqs.len() < 1_500 {
            let message = client.next().await;
            match message["data"]["seq"].as_u64() {
                Some(seq) => seqs.push(seq),
                None => readies.push(message["data"]["recovered"].clone()),
            }
        }
        (seqs, readies)
    };
    let ((), (seqs, readies)) = tokio::join!(live, read);
    assert_eq!(seqs, (1..=1_500).collect::<Vec<_>>());
    assert_eq!(readies, [true]);
}

#[tokio::test]
async fn duplicates_and_late_copies_are_dropped() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    let first = world.happen(user).await;
    let second = world.happen(user).await;
    for event in [&first, &second, &first, &first] {
        world.deliver(event).await;
    }
    world.happen(user).await;
    assert_eq!(client.seqs(3).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_hole_is_filled_before_what_follows() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    let lost: Vec<_> = (0..4).map(|_| world.backend.write(user)).collect();
    world.happen(user).await;
    assert_eq!(client.seqs(5).await, [1, 2, 3, 4, 5]);
    for late in &lost {
        world.deliver(late).await;
    }
    world.happen(user).await;
    assert_eq!(client.seq().await, 6);
}

#[tokio::test]
async fn a_hole_that_cannot_be_filled_is_admitted() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    world.happen(user).await;
    for _ in 0..3 {
        world.backend.write(user);
    }
    let event = world.backend.write(user);
    world.backend.forget(user, 2..=5);
    world.deliver(&event).await;
    assert_eq!(client.seq().await, 1);
    assert_eq!(client.ready().await, (4, false));
    assert_eq!(client.seq().await, 5);
}

#[tokio::test]
async fn a_history_with_a_hole_is_admitted() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for _ in 0..9 {
        world.backend.write(user);
    }
    world.backend.forget(user, 1..=4);
    let mut client = world.connect(user, Some(2)).await;
    assert_eq!(client.seqs(5).await, [5, 6, 7, 8, 9]);
    assert_eq!(client.ready().await, (9, false));
}

#[tokio::test]
async fn a_cursor_from_the_future_is_told_the_present() {
    let world = World::start().await;
    let user = world.backend.add_user();
    world.happen(user).await;
    for since in [2, 1_000_000, u64::MAX] {
        let mut client = world.connect(user, Some(since)).await;
        assert_eq!(client.ready().await, (1, false), "{since}");
    }
    let mut client = world.connect(user, Some(7)).await;
    client.ready().await;
    world.happen(user).await;
    assert_eq!(client.seq().await, 2);
}

#[tokio::test]
async fn a_backend_that_is_away_delays_and_loses_nothing() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for _ in 0..3 {
        world.backend.write(user);
    }
    world.backend.away(true);
    let mut client = world.connect(user, Some(1)).await;
    world.backend.was_missed().await;
    world.happen(user).await;
    world.backend.away(false);
    assert_eq!(client.seqs(2).await, [2, 3]);
    let rest = [client.next().await, client.next().await];
    let kinds = rest.map(|message| message["type"].clone());
    assert!(kinds.contains(&"ready".into()) && kinds.contains(&"task.updated".into()));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_1013() {
    let world = World::start().await;
    let user = world.backend.add_user();
    world.backend.corrupt();
    assert_eq!(world.connect(user, Some(0)).await.closed().await, 1013);
}

#[tokio::test]
async fn a_lost_tail_is_found_by_the_sweep() {
    let world = World::start().await;
    let (behind, current) = (world.backend.add_user(), world.backend.add_user());
    let mut tabs = [
        world.connect(behind, None).await,
        world.connect(behind, None).await,
    ];
    for tab in &mut tabs {
        tab.ready().await;
    }
    let mut unaffected = world.connect(current, None).await;
    unaffected.ready().await;
    write(&world, behind, 700);
    sweep_once(&world).await;
    for tab in &mut tabs {
        assert_eq!(tab.seqs(700).await, (1..=700).collect::<Vec<_>>());
    }
    world.happen(current).await;
    assert_eq!(unaffected.seq().await, 1);
}

#[tokio::test]
async fn a_sidecar_that_restarts_is_followed_by_a_sweep_at_once() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    let sessions = watch::Sender::new(1);
    let gateway = world.gateway.clone();
    let watching = sessions.subscribe();
    let sweeping = tokio::spawn(async move {
        let never = Duration::from_hours(1);
        let health = Health::new("realtime", "0.0.0");
        sweep::run(&gateway.hub, &gateway.backend, watching, never, &health).await
    });
    write(&world, user, 3);
    sessions.send_modify(|count| *count += 1);
    assert_eq!(client.seqs(3).await, [1, 2, 3]);
    // What was published while the group was settling.
    write(&world, user, 1);
    assert_eq!(client.seq().await, 4);
    sweeping.abort();
}

#[tokio::test]
async fn a_log_that_was_set_back_is_admitted() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    for seq in 1..=5 {
        world.happen(user).await;
        assert_eq!(client.seq().await, seq);
    }
    world.backend.set_back(user, 2);
    sweep_once(&world).await;
    assert_eq!(client.ready().await, (2, false));
    world.happen(user).await;
    assert_eq!(client.seq().await, 3);
}

fn write(world: &World, user: UserId, count: usize) {
    for _ in 0..count {
        world.backend.write(user);
    }
}

async fn sweep_once(world: &World) {
    sweep::sweep(&world.gateway.hub, &world.gateway.backend)
        .await
        .unwrap();
}
