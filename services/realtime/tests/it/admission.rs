//! Who gets in, and who is put out.

use std::time::Duration;

use events::{Payload, UserChanged, UserId};
use telemetry::clock;

use crate::{
    client::Client,
    world::{LIMITS, ORIGIN, World, token, token_for},
};

#[tokio::test]
async fn a_bad_or_expired_token_is_4001() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let expired = token_for(user, -10);
    let mut forged = token(user);
    forged.replace_range(forged.len() - 5.., "AAAAA");
    for query in [
        String::new(),
        "?token=".to_owned(),
        "?token=nonsense".to_owned(),
        "?token=a.b.c".to_owned(),
        format!("?token={expired}"),
        format!("?token={forged}"),
    ] {
        let mut client = world.open(&format!("/ws/user/{user}/tasks{query}")).await;
        assert_eq!(client.closed().await, 4001, "{query}");
    }
    world.connections(0).await;
}

#[tokio::test]
async fn another_users_token_is_4003() {
    let world = World::start().await;
    let token = token(world.backend.add_user());
    let other = world.backend.add_user().to_string();
    let stranger = UserId::generate().to_string();
    for owner in [&other, &stranger, "me", "%2e%2e"] {
        let path = format!("/ws/user/{owner}/tasks?token={token}");
        assert_eq!(world.open(&path).await.closed().await, 4003, "{owner}");
    }
}

#[tokio::test]
async fn the_token_may_be_a_header() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let bearer = format!("Bearer {}", token(user));
    let path = format!("/ws/user/{user}/tasks");
    let headers = [("authorization", bearer.as_str())];
    let mut client = Client::open(world.address, &path, &headers).await.unwrap();
    assert_eq!(client.ready().await, (0, true));
}

#[tokio::test]
async fn a_ticket_works_once_and_for_its_user_only() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let other = world.backend.add_user();
    let in_an_hour = clock::now().as_second() + 3_600;

    let ticket = world.backend.ticket(user, in_an_hour);
    let path = format!("/ws/user/{user}/tasks?token={ticket}");
    assert_eq!(world.open(&path).await.ready().await, (0, true));
    assert_eq!(world.open(&path).await.closed().await, 4001);

    let ticket = world.backend.ticket(user, in_an_hour);
    let path = format!("/ws/user/{other}/tasks?token={ticket}");
    assert_eq!(world.open(&path).await.closed().await, 4003);
}

#[tokio::test]
async fn a_ticket_that_cannot_be_checked_is_no_bad_ticket() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let ticket = world.backend.ticket(user, clock::now().as_second() + 60);
    world.backend.away(true);
    let path = format!("/ws/user/{user}/tasks?token={ticket}");
    assert_eq!(world.open(&path).await.closed().await, 1013);
}

#[tokio::test]
async fn the_backend_is_not_asked_about_what_cannot_be_a_ticket() {
    let world = World::start().await;
    let user = world.backend.add_user();
    world.backend.away(true);
    for token in ["nonsense", "tf_", &"A".repeat(42), &"A".repeat(44)] {
        let path = format!("/ws/user/{user}/tasks?token={token}");
        assert_eq!(world.open(&path).await.closed().await, 4001, "{token}");
    }
}

#[tokio::test]
async fn whoever_guesses_is_not_listened_to_for_a_while() {
    let world = World::with(realtime::config::Limits {
        refused_per_minute: 3,
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let in_an_hour = clock::now().as_second() + 3_600;
    let (ticket, program) = (
        world.backend.ticket(user, in_an_hour),
        world.backend.token(user, in_an_hour),
    );
    let path = |token: &str| format!("/ws/user/{user}/tasks?token={token}");
    for number in 0..3 {
        let guess = path(&format!("{number:A>43}"));
        assert_eq!(world.open(&guess).await.closed().await, 4001);
    }
    for token in [&ticket, &program] {
        assert_eq!(world.open(&path(token)).await.closed().await, 1013);
    }
    // A session's JWT is checked here.
    let mut client = world.open(&path(&token(user))).await;
    assert_eq!(client.ready().await, (0, true));
}

#[tokio::test]
async fn a_session_that_ends_closes_its_socket() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let soon = clock::now().as_second() + 2;
    let tokens = [world.backend.ticket(user, soon), token_for(user, 2)];
    let mut clients = Vec::new();
    for token in tokens {
        let path = format!("/ws/user/{user}/tasks?token={token}");
        clients.push(world.open(&path).await);
    }
    for client in &mut clients {
        assert_eq!(client.ready().await, (0, true));
    }
    for client in &mut clients {
        assert_eq!(client.closed().await, 4001);
        assert!(clock::now().as_second() >= soon);
    }
}

#[tokio::test]
async fn an_api_token_opens_until_it_expires() {
    let world = World::start().await;
    let (user, other) = (world.backend.add_user(), world.backend.add_user());
    let soon = clock::now().as_second() + 2;
    let token = world.backend.token(user, soon);
    let path = |user: UserId, token: &str| format!("/ws/user/{user}/tasks?token={token}");
    let stranger = path(other, &token);
    assert_eq!(world.open(&stranger).await.closed().await, 4003);
    let unknown = path(user, &token.replace("tf_0", "tf_1"));
    assert_eq!(world.open(&unknown).await.closed().await, 4001);

    let mut client = world.open(&path(user, &token)).await;
    assert_eq!(client.ready().await, (0, true));
    assert_eq!(client.closed().await, 4001);
    assert!(clock::now().as_second() >= soon);
    // The backend's clock may be behind ours.
    assert_eq!(world.open(&path(user, &token)).await.closed().await, 4001);

    world.backend.away(true);
    let token = world.backend.token(user, soon + 60);
    assert_eq!(world.open(&path(user, &token)).await.closed().await, 1013);
}

#[tokio::test]
async fn a_revoked_token_ends_what_it_opened_and_nothing_else() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let in_an_hour = clock::now().as_second() + 3_600;
    let [revoked, kept] = [(); 2].map(|()| world.backend.token(user, in_an_hour));
    let ticket = world.backend.ticket_by(&revoked);
    let mut ended = Vec::new();
    for token in [&revoked, &ticket] {
        let path = format!("/ws/user/{user}/tasks?token={token}");
        ended.push(world.open(&path).await);
    }
    let mut others = [
        world
            .open(&format!("/ws/user/{user}/tasks?token={kept}"))
            .await,
        world.connect(user, None).await,
    ];
    for client in ended.iter_mut().chain(&mut others) {
        assert_eq!(client.ready().await, (0, true));
    }

    world.backend.revoke(&revoked);
    let gateway = &world.gateway;
    realtime::sweep::put_out_revoked(&gateway.hub, &gateway.backend)
        .await
        .unwrap();
    for client in &mut ended {
        assert_eq!(client.closed().await, 4001);
    }
    world.happen(user).await;
    for client in &mut others {
        assert_eq!(client.seq().await, 1);
    }
}

#[tokio::test]
async fn only_listed_origins_may_connect() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let path = format!("/ws/user/{user}/tasks?token={}", token(user));
    for origin in [
        "https://evil.example",
        "https://app.example.evil.example",
        "https://evil-app.example",
        "http://app.example",
        "https://app.example:8443",
        "null",
    ] {
        let refused = Client::open(world.address, &path, &[("origin", origin)]).await;
        assert_eq!(refused.err(), Some(403), "{origin}");
    }
    let mut client = Client::open(world.address, &path, &[("origin", ORIGIN)])
        .await
        .unwrap();
    assert_eq!(client.ready().await, (0, true));
}

#[tokio::test]
async fn since_must_be_a_number() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for since in ["abc", "-1", "1.5", "", "18446744073709551616"] {
        let path = format!("/ws/user/{user}/tasks?token={}&since={since}", token(user));
        let refused = Client::open(world.address, &path, &[]).await;
        assert_eq!(refused.err(), Some(400), "{since}");
    }
}

#[tokio::test]
async fn a_deleted_account_closes_its_sockets() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut tabs = [
        world.connect(user, None).await,
        world.connect(user, None).await,
    ];
    for tab in &mut tabs {
        tab.ready().await;
    }
    let deleted = Payload::UserDeleted(UserChanged::default());
    let event = world.backend.append(user, deleted);
    world.backend.remove_user(user);
    world.deliver(&event).await;
    for tab in &mut tabs {
        assert_eq!(tab.closed().await, 4001);
    }
    assert_eq!(world.connect(user, None).await.closed().await, 4001);
    assert_eq!(world.connect(user, Some(1)).await.closed().await, 4001);
}

#[tokio::test]
async fn a_deleted_account_is_noticed_when_its_event_is_lost() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    world.backend.remove_user(user);
    let gateway = &world.gateway;
    realtime::sweep::sweep(&gateway.hub, &gateway.backend)
        .await
        .unwrap();
    assert_eq!(client.closed().await, 4001);
}

#[tokio::test]
async fn a_user_has_so_many_connections_and_no_more() {
    let world = World::with(realtime::config::Limits {
        sockets_per_user: 2,
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let mut first = world.connect(user, None).await;
    let mut second = world.connect(user, None).await;
    first.ready().await;
    second.ready().await;
    assert_eq!(world.connect(user, None).await.closed().await, 1013);

    drop(first);
    world.connections(1).await;
    assert_eq!(world.connect(user, None).await.ready().await, (0, true));
    let other = world.backend.add_user();
    assert_eq!(world.connect(other, None).await.ready().await, (0, true));
}

#[tokio::test]
async fn stopping_sends_everybody_elsewhere() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    world.gateway.hub.stop();
    assert_eq!(client.closed().await, 1001);
    assert_eq!(world.connect(user, None).await.closed().await, 1001);
    drop(client);
    world.gateway.connections.close();
    let done = world.gateway.connections.wait();
    tokio::time::timeout(Duration::from_secs(8), done)
        .await
        .unwrap();
}
