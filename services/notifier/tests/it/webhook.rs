//! Events and reminders to webhooks.

use std::time::Instant;

use base64::{Engine, prelude::BASE64_STANDARD};
use events::TriggerType;
use http::header::{LOCATION, RETRY_AFTER};
use notifier::drain::CLAIMS;
use proto::v1::{
    attempt::Outcome,
    delivery::{Destination, Webhook},
};
use serde_json::Value;
use sidecar::Outcome as Handled;
use standardwebhooks::Webhook as Verifier;

use crate::{
    backend::TASK,
    receiver::{self, Got, Manner, Receiver},
    world::{DEADLINE, Setup, World},
};

fn secret() -> String {
    let key = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    let key = key.map(uuid::Uuid::into_bytes).concat();
    format!("whsec_{}", BASE64_STANDARD.encode(key))
}

/// By the library of those who wrote the standard.
fn verify(secret: &str, got: &Got) {
    let verifier = Verifier::new(secret).unwrap();
    verifier.verify(&got.body, &got.headers).unwrap();
}

#[tokio::test]
async fn events_arrive_signed_and_in_order() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let secret = secret();
    let webhook = world.backend.webhook(world.user, &receiver.url(), &secret);
    let sent: Vec<_> = (1..=5)
        .map(|seq| world.backend.append(webhook, seq))
        .collect();
    assert_eq!(world.happen(5).await, Handled::Done);

    let results = world.backend.results(webhook, 5).await;
    for (event, result) in sent.iter().zip(results) {
        let got = receiver.next().await;
        assert_eq!(got.path, "/hook");
        assert_eq!(got.headers["content-type"], "application/json");
        assert_eq!(got.headers["webhook-id"], event.event_id.as_str());
        assert_eq!(got.body, event.body.as_bytes(), "the very bytes of the log");
        verify(&secret, &got);
        assert_eq!(result.event_id, event.event_id);
        let attempt = result.attempt.unwrap();
        assert_eq!(attempt.outcome(), Outcome::Accepted);
        assert_eq!(attempt.status, 200);
    }
    receiver.got_nothing_more();
}

#[tokio::test]
async fn what_may_come_twice_says_so() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let webhook = world
        .backend
        .webhook(world.user, &receiver.url(), &secret());
    world.backend.append(webhook, 1);
    world.backend.append(webhook, 2);
    world
        .backend
        .edit(webhook, |webhook| webhook.waiting[0].may_be_twice = true);
    world.trigger(TriggerType::Webhook, webhook).await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first.headers["taskflow-may-be-twice"], "true");
    assert!(!second.headers.contains_key("taskflow-may-be-twice"));
}

#[tokio::test]
async fn a_reminder_has_the_form_of_an_event() {
    let mut receiver = Receiver::start(Manner::Status(204)).await;
    let world = World::start().await;
    let secret = secret();
    let to = Destination::Webhook(Webhook {
        url: receiver.url(),
        secret: secret.clone(),
    });
    let (reminder, deliveries) = world.backend.remind("Milk \"& honey\"", vec![to]);
    world.trigger(TriggerType::Reminder, reminder).await;
    let attempt = world.backend.attempt(&deliveries[0]).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");

    let got = receiver.next().await;
    verify(&secret, &got);
    assert_eq!(got.headers["webhook-id"], deliveries[0].as_str());
    let body: Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(body["event_type"], "reminder.fired");
    assert_eq!(body["event_id"], deliveries[0]);
    assert_eq!(body["user_id"], world.user.to_string());
    let data = &body["data"];
    assert_eq!(data["title"], "Milk \"& honey\"");
    assert_eq!(data["reminder_id"], reminder.to_string());
    assert_eq!(data["url"], format!("https://app.example/tasks/{TASK}"));
    assert_eq!(data["may_be_twice"], false);
}

#[tokio::test]
async fn what_fails_is_not_overtaken_and_not_tried_until_it_is_due() {
    let mut receiver = Receiver::start(Manner::With(503, RETRY_AFTER, "30".to_owned())).await;
    let world = World::start().await;
    let webhook = world
        .backend
        .webhook(world.user, &receiver.url(), &secret());
    let first = world.backend.append(webhook, 1);
    let second = world.backend.append(webhook, 2);
    world.trigger(TriggerType::Webhook, webhook).await;

    let results = world.backend.results(webhook, 1).await;
    let attempt = results[0].attempt.as_ref().unwrap();
    assert_eq!(attempt.outcome(), Outcome::FailedRetry);
    assert_eq!(attempt.status, 503);
    assert_eq!(attempt.retry_after_seconds, 30);
    assert_eq!(
        receiver.next().await.headers["webhook-id"],
        first.event_id.as_str()
    );
    // Neither an event nor a trigger hurries it.
    assert_eq!(world.happen(3).await, Handled::Done);
    world.trigger(TriggerType::Webhook, webhook).await;

    receiver.now(Manner::Status(200));
    world.backend.rested(webhook);
    world.trigger(TriggerType::Webhook, webhook).await;
    world.backend.results(webhook, 3).await;
    for event in [&first, &second] {
        let got = receiver.next().await;
        assert_eq!(got.headers["webhook-id"], event.event_id.as_str());
    }
    receiver.got_nothing_more();
}

#[tokio::test]
async fn what_the_receiver_answers_decides_what_happens_next() {
    use Outcome::{Accepted, FailedForGood, FailedRetry, Unknown};
    let receiver = Receiver::start(Manner::Endless).await;
    let mut elsewhere = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let remind = async || {
        let to = Destination::Webhook(Webhook {
            url: receiver.url(),
            secret: secret(),
        });
        world.remind("Milk", to).await
    };
    let started = Instant::now();
    assert_eq!(
        remind().await.outcome(),
        Accepted,
        "its body is not waited for"
    );
    assert!(started.elapsed() < DEADLINE);

    for (status, outcome) in [
        (200, Accepted),
        (202, Accepted),
        (204, Accepted),
        (304, FailedRetry),
        (400, FailedRetry),
        (401, FailedRetry),
        (404, FailedRetry),
        (410, FailedForGood),
        (429, FailedRetry),
        (500, FailedRetry),
        (502, Unknown),
        (503, FailedRetry),
        (504, Unknown),
    ] {
        receiver.now(Manner::Status(status));
        let attempt = remind().await;
        assert_eq!(attempt.outcome(), outcome, "{status}");
        assert_eq!(attempt.destination_gone, status == 410, "{status}");
        assert_eq!(attempt.status, u32::from(status));
    }
    for status in [301, 302, 303, 307, 308] {
        receiver.now(Manner::With(status, LOCATION, elsewhere.url()));
        let attempt = remind().await;
        assert_eq!(attempt.outcome(), FailedRetry, "{status}");
        assert!(attempt.why.contains("redirect"), "{attempt:?}");
    }
    elsewhere.got_nothing_more();
}

#[tokio::test]
async fn silence_is_a_failure_only_before_the_event_was_sent() {
    let world = World::start().await;
    let plain = Receiver::start(Manner::Status(200)).await;
    let silent = receiver::silent().await;
    for (url, outcome) in [
        (receiver::nobody().await, Outcome::FailedRetry),
        ("http://name.invalid/".to_owned(), Outcome::FailedRetry),
        // Nobody speaks TLS there.
        (plain.url().replace("http:", "https:"), Outcome::FailedRetry),
        (format!("https://{silent}/"), Outcome::FailedRetry),
        (format!("http://{silent}/"), Outcome::Unknown),
        (receiver::breaking_off().await, Outcome::Unknown),
    ] {
        let webhook = world.backend.webhook(world.user, &url, &secret());
        world.backend.append(webhook, 1);
        world.trigger(TriggerType::Webhook, webhook).await;
        let results = world.backend.results(webhook, 1).await;
        let attempt = results[0].attempt.as_ref().unwrap();
        assert_eq!(attempt.outcome(), outcome, "{url}: {attempt:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_delays_nobody_else() {
    let hanging = Receiver::start(Manner::Hang).await;
    let prompt = Receiver::start_on("127.0.0.2:0", Manner::Status(200)).await;
    let world = World::start().await;
    // More than may be sent in all, if nobody looked at where it goes.
    for _ in 0..20 {
        let webhook = world.backend.webhook(world.user, &hanging.url(), &secret());
        world.backend.append(webhook, 1);
        world.trigger(TriggerType::Webhook, webhook).await;
    }
    let started = Instant::now();
    let webhook = world.backend.webhook(world.user, &prompt.url(), &secret());
    world.backend.append(webhook, 1);
    world.trigger(TriggerType::Webhook, webhook).await;
    let results = world.backend.results(webhook, 1).await;
    assert_eq!(
        results[0].attempt.as_ref().unwrap().outcome(),
        Outcome::Accepted
    );
    assert!(started.elapsed() < DEADLINE, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_name_that_leads_into_our_own_network_is_refused() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::with(Setup {
        allow: Some("203.0.113.1"),
        ..Setup::default()
    })
    .await;
    // At port 80, nothing but the address speaks against it.
    for url in ["http://localhost/", "http://127.0.0.1/", &receiver.url()] {
        let webhook = world.backend.webhook(world.user, url, &secret());
        world.backend.append(webhook, 1);
        world.trigger(TriggerType::Webhook, webhook).await;
        let results = world.backend.results(webhook, 1).await;
        let attempt = results[0].attempt.as_ref().unwrap();
        assert_eq!(attempt.outcome(), Outcome::FailedForGood, "{url}");
        assert_eq!(attempt.why, "the URL does not lead to the public internet");
    }
    receiver.got_nothing_more();
}

#[tokio::test]
async fn a_name_that_is_listed_may_lead_anywhere() {
    let receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::with(Setup {
        allow: Some("localhost"),
        ..Setup::default()
    })
    .await;
    let url = format!("http://localhost:{}/", receiver.address.port());
    let to = |url| {
        Destination::Webhook(Webhook {
            url,
            secret: secret(),
        })
    };
    let attempt = world.remind("Milk", to(url)).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
    let attempt = world.remind("Milk", to(receiver.url())).await;
    assert_eq!(
        attempt.outcome(),
        Outcome::FailedForGood,
        "by its address it is not"
    );
}

#[tokio::test]
async fn a_secret_that_cannot_sign_is_no_reason_to_send() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let to = Destination::Webhook(Webhook {
        url: receiver.url(),
        secret: "hush".to_owned(),
    });
    let attempt = world.remind("Milk", to).await;
    assert_eq!(attempt.outcome(), Outcome::FailedForGood);
    assert!(!attempt.why.contains("hush"));
    receiver.got_nothing_more();
}

#[tokio::test]
async fn what_was_delivered_is_recorded_though_the_backend_restarts() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let webhook = world
        .backend
        .webhook(world.user, &receiver.url(), &secret());
    world.backend.append(webhook, 1);
    receiver.now(Manner::Hang);
    world.trigger(TriggerType::Webhook, webhook).await;
    receiver.next().await;
    world.backend.fail(1);
    let results = world.backend.results(webhook, 1).await;
    assert_eq!(
        results[0].attempt.as_ref().unwrap().outcome(),
        Outcome::Unknown
    );
    receiver.got_nothing_more();
}

#[tokio::test]
async fn nothing_is_begun_while_stopping() {
    let mut receiver = Receiver::start(Manner::Status(200)).await;
    let world = World::start().await;
    let webhook = world
        .backend
        .webhook(world.user, &receiver.url(), &secret());
    world.backend.append(webhook, 1);
    world.stop.cancel();
    world.trigger(TriggerType::Webhook, webhook).await;
    world.sending.close();
    world.sending.wait().await;
    assert_eq!(world.backend.most_claimed(0).await, 0);
    receiver.got_nothing_more();
}

#[tokio::test]
async fn a_host_that_hangs_is_not_given_all_there_is() {
    let hanging = Receiver::start(Manner::Hang).await;
    let mut prompt = Receiver::start_on("127.0.0.2:0", Manner::Status(200)).await;
    let world = World::start().await;
    let webhook = |receiver: &Receiver| {
        let webhook = world
            .backend
            .webhook(world.user, &receiver.url(), &secret());
        world.backend.append(webhook, 1);
        webhook
    };
    // What waits for it in vain is given back soon, and not held all the while.
    for _ in 0..1_100 {
        let webhook = webhook(&hanging);
        world.trigger(TriggerType::Webhook, webhook).await;
    }
    let other = webhook(&prompt);
    world.trigger(TriggerType::Webhook, other).await;
    world.backend.results(other, 1).await;
    prompt.next().await;
    let most = world.backend.most_claimed(900).await;
    assert!(most <= CLAIMS, "{most} were claimed at a time");
}
