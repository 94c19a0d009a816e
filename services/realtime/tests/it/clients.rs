//! Clients that talk, flood, sleep or do not read.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use realtime::config::Limits;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;

use crate::world::{LIMITS, World};

#[tokio::test]
async fn a_ping_is_answered_and_what_is_unknown_ignored() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    for unknown in ["", "{", "[]", r#"{"type":"subscribe"}"#, r#"{"type":1}"#] {
        client.send(unknown).await;
    }
    client.send(r#"{"type":"ping","id":7}"#).await;
    client.send(r#"{"type":"ping"}"#).await;
    for _ in 0..2 {
        let pong = client.next().await;
        assert_eq!(pong["type"], "pong");
        assert_eq!(pong["data"], json!({}));
        pong["timestamp"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap();
    }
    world.happen(user).await;
    assert_eq!(client.seq().await, 1);
}

#[tokio::test]
async fn eleven_messages_within_a_second_are_4008() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    for _ in 0..10 {
        client.send("{}").await;
    }
    client.send(r#"{"type":"ping"}"#).await;
    assert_eq!(client.closed().await, 4008);
}

#[tokio::test]
async fn a_message_over_4_kib_is_1009() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    client.send(&"x".repeat(4096)).await;
    client.send(r#"{"type":"ping"}"#).await;
    assert_eq!(client.next().await["type"], "pong");
    client.send(&"x".repeat(4097)).await;
    assert_eq!(client.closed().await, 1009);
}

#[tokio::test]
async fn a_message_of_64_mib_is_refused_by_its_header() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    let stream = client.0.get_mut();
    let header = [0x82, 0xff, 0, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4];
    tokio::io::AsyncWriteExt::write_all(stream, &header)
        .await
        .unwrap();
    assert_eq!(client.closed().await, 1009);
}

#[tokio::test]
async fn who_does_not_read_is_4009_and_the_others_do_not_notice() {
    let world = World::with(Limits {
        socket_queue: 16,
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let mut slow = world.connect(user, None).await;
    let mut quick = world.connect(user, None).await;
    slow.ready().await;
    quick.ready().await;
    let both_are_connected = || world.gateway.hub.connected()[0].1.len() == 2;
    let mut told = 0;
    while both_are_connected() {
        let event = world.backend.write_large(user);
        world.deliver(&event).await;
        told += 1;
        assert_eq!(quick.seq().await, told);
        assert!(told < 10_000, "nobody was slow");
    }
    assert_eq!(slow.closed().await, 4009);
}

#[tokio::test]
async fn a_queue_that_fills_while_the_backend_is_away_is_4009() {
    let world = World::with(Limits {
        socket_queue: 16,
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    world.backend.away(true);
    world.backend.write(user);
    world.happen(user).await;
    world.backend.was_missed().await;
    for _ in 0..17 {
        world.happen(user).await;
    }
    assert_eq!(client.closed().await, 4009);
}

#[tokio::test]
async fn who_answers_pings_stays() {
    let world = World::with(Limits {
        socket_inactivity: Duration::from_millis(600),
        socket_ping: Duration::from_millis(150),
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    for _ in 0..12 {
        assert!(matches!(client.message().await, Message::Ping(_)));
    }
    world.happen(user).await;
    assert_eq!(client.seq().await, 1);
}

#[tokio::test]
async fn who_gives_no_sign_of_life_is_1001() {
    let world = World::with(Limits {
        socket_inactivity: Duration::from_millis(300),
        socket_ping: Duration::from_millis(100),
        ..LIMITS
    })
    .await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    // Below the protocol, so that nothing answers the pings.
    let stream = client.0.get_mut();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let reason = b"No sign of life";
    let code = [0x88, 2 + u8::try_from(reason.len()).unwrap(), 0x03, 0xe9];
    assert!(bytes.starts_with(&[0x89, 0]), "a ping");
    assert!(bytes.ends_with(&[&code[..], reason].concat()));
}

#[tokio::test]
async fn who_leaves_is_answered_and_forgotten() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut client = world.connect(user, None).await;
    client.ready().await;
    client.0.send(Message::Close(None)).await.unwrap();
    assert!(matches!(client.message().await, Message::Close(_)));
    assert!(client.0.next().await.is_none());
    world.connections(0).await;
    world.happen(user).await;
}
