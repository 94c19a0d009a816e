//! Reminders by web push.

use events::TriggerType;
use http::header::RETRY_AFTER;
use notifier::channel::push::vapid::Vapid;
use proto::v1::{
    attempt::Outcome,
    delivery::{Destination, Push},
};

use crate::{
    backend::TASK,
    browser::{Browser, SUBJECT},
    receiver::{self, Manner, Receiver},
    world::{Setup, World, with_push},
};

#[tokio::test]
async fn the_browser_and_nobody_else_reads_the_reminder() {
    let mut service = Receiver::start(Manner::Status(201)).await;
    let (world, browser) = with_push().await;
    let endpoint = format!("http://{}/push/abc", service.address);
    let title = "Übung \u{1f9d8} <b>";
    let (reminder, deliveries) =
        world
            .backend
            .remind_again(title, vec![browser.at(endpoint)], 2, true);
    world.trigger(TriggerType::Reminder, reminder).await;
    let attempt = world.backend.attempt(&deliveries[0]).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
    assert_eq!(attempt.status, 201);

    let got = service.next().await;
    assert_eq!(got.path, "/push/abc");
    assert_eq!(got.headers["ttl"], "86400");
    assert_eq!(got.headers["urgency"], "high");
    assert_eq!(got.headers["topic"], reminder.simple().to_string());
    let message = browser.read(&got);
    assert_eq!(message["kind"], "reminder");
    assert_eq!(message["title"], title);
    assert_eq!(message["due"], "Sat 21 Nov 2026, 09:00");
    assert_eq!(message["task_id"], TASK);
    assert_eq!(message["reminder_id"], reminder.to_string());
    assert_eq!(message["url"], format!("https://app.example/tasks/{TASK}"));
    assert_eq!(message["may_be_twice"], true);
    assert!(!String::from_utf8_lossy(&got.body).contains("bung"));

    let claims = browser.sender(&got);
    assert_eq!(claims["aud"], format!("http://{}", service.address));
    assert_eq!(claims["sub"], SUBJECT);
    let lasts = claims["exp"].as_i64().unwrap() - telemetry::clock::now().as_second();
    assert!((1..=24 * 3_600).contains(&lasts), "{lasts} s");
}

#[tokio::test]
async fn what_the_service_answers_decides_what_happens_next() {
    use Outcome::{Accepted, FailedForGood, FailedRetry, Unknown};
    let service = Receiver::start(Manner::Status(201)).await;
    let (world, browser) = with_push().await;
    for (status, outcome, gone) in [
        (200, Accepted, false),
        (201, Accepted, false),
        (202, Accepted, false),
        (204, Accepted, false),
        (302, FailedForGood, false),
        (400, FailedForGood, false),
        (403, FailedForGood, false),
        (404, FailedForGood, true),
        (410, FailedForGood, true),
        (413, FailedForGood, false),
        (429, FailedRetry, false),
        (500, FailedRetry, false),
        (502, Unknown, false),
        (503, FailedRetry, false),
        (504, Unknown, false),
    ] {
        service.now(Manner::Status(status));
        let attempt = world.remind("Milk", browser.at(service.url())).await;
        assert_eq!(attempt.outcome(), outcome, "{status}");
        assert_eq!(attempt.destination_gone, gone, "{status}");
        assert_eq!(attempt.status, u32::from(status));
    }
    service.now(Manner::With(429, RETRY_AFTER, "120".to_owned()));
    let attempt = world.remind("Milk", browser.at(service.url())).await;
    assert_eq!(attempt.retry_after_seconds, 120);
}

#[tokio::test]
async fn silence_is_a_failure_only_before_the_message_was_sent() {
    let (world, browser) = with_push().await;
    let hanging = Receiver::start(Manner::Hang).await;
    for (endpoint, outcome) in [
        (receiver::nobody().await, Outcome::FailedRetry),
        ("http://name.invalid/push".to_owned(), Outcome::FailedRetry),
        (hanging.url(), Outcome::Unknown),
        (receiver::breaking_off().await, Outcome::Unknown),
    ] {
        let attempt = world.remind("Milk", browser.at(endpoint.clone())).await;
        assert_eq!(attempt.outcome(), outcome, "{endpoint}: {attempt:?}");
        assert_eq!(attempt.status, 0);
    }
}

#[tokio::test]
async fn an_endpoint_in_our_own_network_is_refused() {
    let mut service = Receiver::start(Manner::Status(201)).await;
    let (vapid, browser) = Browser::subscribed();
    let world = World::with(Setup {
        vapid: Some(vapid),
        allow: Some("203.0.113.1"),
        ..Setup::default()
    })
    .await;
    let port = service.address.port();
    for endpoint in [service.url(), format!("http://localhost:{port}/")] {
        let attempt = world.remind("Milk", browser.at(endpoint.clone())).await;
        assert_eq!(attempt.outcome(), Outcome::FailedForGood, "{endpoint}");
    }
    service.got_nothing_more();
}

#[tokio::test]
async fn a_subscription_that_cannot_be_read_is_gone() {
    let mut service = Receiver::start(Manner::Status(201)).await;
    let (world, browser) = with_push().await;
    let Destination::Push(good) = browser.at(service.url()) else {
        unreachable!()
    };
    for bad in [
        Push {
            p256dh: "%".to_owned(),
            ..good.clone()
        },
        Push {
            auth: "c2hvcnQ".to_owned(),
            ..good.clone()
        },
    ] {
        let attempt = world.remind("Milk", Destination::Push(bad)).await;
        assert_eq!(attempt.outcome(), Outcome::FailedForGood);
        assert!(attempt.destination_gone, "{attempt:?}");
    }
    let padded = Push {
        p256dh: format!("{}=", good.p256dh),
        auth: format!("{}==", good.auth),
        ..good
    };
    let attempt = world.remind("Milk", Destination::Push(padded)).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
    browser.read(&service.next().await);
    service.got_nothing_more();
}

#[tokio::test]
async fn without_configuration_there_is_no_push() {
    let world = World::start().await;
    let (_, browser) = Browser::subscribed();
    let attempt = world
        .remind("Milk", browser.at(receiver::nobody().await))
        .await;
    assert_eq!(attempt.outcome(), Outcome::FailedForGood);
    assert_eq!(attempt.why, "web push is not configured");
}

#[test]
fn keys_that_are_no_pair_are_refused() {
    // The example of RFC 8291, and its other party's public key.
    let private = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw".into();
    let public =
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    let other =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    assert!(Vapid::new(public, &private, SUBJECT).is_ok());
    assert!(Vapid::new(other, &private, SUBJECT).is_err());
    assert!(Vapid::new("", &private, SUBJECT).is_err());
    assert!(Vapid::new(public, &private, "me@example.org").is_err());
}
