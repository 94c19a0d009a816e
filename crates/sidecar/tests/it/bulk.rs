//! Bulk deliveries: order, and size.

use std::{collections::HashMap, time::Duration};

use dapr::dapr::proto::runtime::v1::{
    TopicEventBulkRequest, TopicEventBulkRequestEntry, TopicEventBulkResponse, TopicEventCeRequest,
    app_callback_alpha_client::AppCallbackAlphaClient,
    app_callback_client::AppCallbackClient,
    topic_event_bulk_request_entry::Event::{self as Content, CloudEvent},
    topic_event_response::TopicEventResponseStatus as Ack,
};
use events::{Event, Topic, UserId};
use sidecar::{PUBSUB, Subscription};
use tokio::sync::mpsc::UnboundedReceiver;
use tonic::{Request, service::Routes};

use crate::app::{self, App, collector, event, next, no_sidecar, scripted, task_events, title};

fn entry(event: &Event) -> TopicEventBulkRequestEntry {
    TopicEventBulkRequestEntry {
        entry_id: title(event).to_owned(),
        metadata: HashMap::from([("__key".to_owned(), event.user_id.to_string())]),
        event: Some(CloudEvent(TopicEventCeRequest {
            id: event.id.to_string(),
            data: event.encode().unwrap(),
            ..TopicEventCeRequest::default()
        })),
        ..TopicEventBulkRequestEntry::default()
    }
}

fn bulk(topic: &str, entries: Vec<TopicEventBulkRequestEntry>) -> TopicEventBulkRequest {
    TopicEventBulkRequest {
        pubsub_name: PUBSUB.to_owned(),
        topic: topic.to_owned(),
        entries,
        ..TopicEventBulkRequest::default()
    }
}

fn acks(response: TopicEventBulkResponse) -> Vec<(String, Ack)> {
    response
        .statuses
        .into_iter()
        .map(|entry| (entry.entry_id, Ack::try_from(entry.status).unwrap()))
        .collect()
}

fn titles(seen: &mut UnboundedReceiver<Event>, user: UserId) -> Vec<String> {
    std::iter::from_fn(|| seen.try_recv().ok())
        .filter(|event| event.user_id == user)
        .map(|event| title(&event).to_owned())
        .collect()
}

#[tokio::test]
async fn nothing_overtakes_an_event_of_its_user_that_must_be_retried() {
    let (handler, mut seen) = scripted();
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let (stuck, fine) = (UserId::generate(), UserId::generate());
    let no_event = TopicEventBulkRequestEntry {
        entry_id: "no event".to_owned(),
        event: Some(Content::Bytes(b"?".to_vec())),
        ..TopicEventBulkRequestEntry::default()
    };
    let entries = vec![
        entry(&event(stuck, "first")),
        entry(&event(fine, "poison")),
        entry(&event(stuck, "retry")),
        no_event,
        entry(&event(fine, "after the poison")),
        entry(&event(stuck, "behind")),
        entry(&event(stuck, "further behind")),
    ];
    let request = bulk(Topic::Tasks.name(), entries);
    let response = client.on_bulk_topic_event(request).await.unwrap();

    let expected = [
        ("first", Ack::Success),
        ("poison", Ack::Drop),
        ("retry", Ack::Retry),
        ("no event", Ack::Drop),
        ("after the poison", Ack::Success),
        ("behind", Ack::Retry),
        ("further behind", Ack::Retry),
    ];
    let expected: Vec<_> = expected.map(|(id, ack)| (id.to_owned(), ack)).into();
    assert_eq!(acks(response.into_inner()), expected);
    assert_eq!(titles(&mut seen, stuck), ["first", "retry"]);
}

#[tokio::test]
async fn a_bulk_is_asked_for_raw_and_opened_here() {
    let (handler, mut seen) = scripted();
    let subscription = task_events(handler).bulk(80, Duration::from_millis(10));
    let app = App::start(
        app::callbacks(vec![subscription]),
        Routes::default(),
        no_sidecar(),
    )
    .await;
    let mut client = AppCallbackClient::new(app.channel().await);
    let told = client
        .list_topic_subscriptions(())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.subscriptions[0].metadata["rawPayload"], "true");

    let user = UserId::generate();
    let good = event(user, "good");
    let data: serde_json::Value = serde_json::from_slice(&good.encode().unwrap()).unwrap();
    let cloud_event = serde_json::json!({
        "id": good.id, "source": "taskflow-backend", "type": "task.created", "data": data,
    });
    let raw = |id: &str, bytes: Vec<u8>| TopicEventBulkRequestEntry {
        entry_id: id.to_owned(),
        metadata: HashMap::from([("__key".to_owned(), user.to_string())]),
        event: Some(Content::Bytes(bytes)),
        ..TopicEventBulkRequestEntry::default()
    };
    let entries = vec![
        raw("no JSON", b"?".to_vec()),
        raw("no event", br#"{"id": "1", "data": {}}"#.to_vec()),
        raw("good", cloud_event.to_string().into_bytes()),
    ];
    let response = client
        .on_bulk_topic_event(bulk(Topic::Tasks.name(), entries))
        .await;
    let expected = [
        ("no JSON", Ack::Drop),
        ("no event", Ack::Drop),
        ("good", Ack::Success),
    ];
    let expected: Vec<_> = expected.map(|(id, ack)| (id.to_owned(), ack)).into();
    assert_eq!(acks(response.unwrap().into_inner()), expected);
    assert_eq!(titles(&mut seen, user), ["good"]);
}

#[tokio::test]
async fn a_full_bulk_with_the_headers_that_daprd_adds_is_handled_in_order() {
    let (handler, mut seen) = scripted();
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let users: Vec<_> = std::iter::repeat_with(UserId::generate).take(7).collect();
    let entries: Vec<_> = (0..100)
        .map(|n| entry(&event(users[n % users.len()], &n.to_string())))
        .collect();
    let mut request = Request::new(bulk(Topic::Tasks.name(), entries));
    for n in 0..100 {
        let traceparent = format!("00-0af7651916cd43dd8448eb211c80319c-{n:016x}-01");
        let metadata = request.metadata_mut();
        metadata.append("traceparent", traceparent.parse().unwrap());
        metadata.append("tracestate", "vendor=value".parse().unwrap());
        let binary = tonic::metadata::MetadataValue::from_bytes(traceparent.as_bytes());
        metadata.append_bin("grpc-trace-bin", binary);
    }
    let response = client.on_bulk_topic_event(request).await.unwrap();

    let answered = acks(response.into_inner());
    let all: Vec<_> = (0..100).map(|n| (n.to_string(), Ack::Success)).collect();
    assert_eq!(answered, all);
    let taken: Vec<_> = std::iter::from_fn(|| seen.try_recv().ok()).collect();
    for (n, user) in users.iter().enumerate() {
        let of_user = taken.iter().filter(|event| event.user_id == *user);
        let order: Vec<usize> = of_user.map(|event| title(event).parse().unwrap()).collect();
        assert_eq!(order, (n..100).step_by(users.len()).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn entries_of_an_unknown_route_stay_unanswered() {
    let (handler, mut seen) = scripted();
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let entries = vec![entry(&event(UserId::generate(), "done"))];
    let request = bulk(Topic::Users.name(), entries);
    let response = client.on_bulk_topic_event(request).await.unwrap();
    assert_eq!(acks(response.into_inner()), []);
    assert!(seen.try_recv().is_err());
}

#[tokio::test]
async fn an_older_daprd_delivers_raw_bytes_in_bulk() {
    let (handler, mut seen) = collector();
    let topic = Topic::Tasks.dead_letter_name();
    let callbacks = app::callbacks(vec![Subscription::raw(PUBSUB, topic, handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackAlphaClient::new(app.channel().await);

    let letter = TopicEventBulkRequestEntry {
        entry_id: "1".to_owned(),
        event: Some(Content::Bytes(b"anything".to_vec())),
        ..TopicEventBulkRequestEntry::default()
    };
    #[expect(deprecated, reason = "it is what an older daprd calls")]
    let response = client
        .on_bulk_topic_event_alpha1(bulk(topic, vec![letter]))
        .await;
    let answered = acks(response.unwrap().into_inner());
    assert_eq!(answered, [("1".to_owned(), Ack::Success)]);
    assert_eq!(next(&mut seen).await.data, "anything");
}
