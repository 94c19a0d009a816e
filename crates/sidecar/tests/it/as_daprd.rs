//! Single deliveries and everything else that daprd asks for.

use std::{collections::HashMap, sync::Arc, time::Duration};

use dapr::dapr::proto::{
    common::v1::InvokeRequest,
    runtime::v1::{
        BindingEventRequest, JobEventRequest, TopicEventRequest,
        app_callback_alpha_client::AppCallbackAlphaClient, app_callback_client::AppCallbackClient,
        app_callback_health_check_client::AppCallbackHealthCheckClient,
        topic_event_response::TopicEventResponseStatus as Ack,
    },
};
use events::{Event, Topic, UserId};
use sidecar::{BROADCAST, Callbacks, EventHandler, Outcome, PUBSUB, Subscription, Tick};
use telemetry::health::Health;
use tokio::{sync::Notify, time::timeout};
use tonic::{Code, Request, service::Routes, transport::Channel};

use crate::app::{
    self, App, WITHIN, collector, event, next, no_sidecar, scripted, task_events, title,
};

fn delivery(data: Vec<u8>) -> TopicEventRequest {
    TopicEventRequest {
        id: "an-event".to_owned(),
        pubsub_name: PUBSUB.to_owned(),
        topic: Topic::Tasks.name().to_owned(),
        data,
        ..TopicEventRequest::default()
    }
}

fn from_kafka(data: Vec<u8>, key: Option<&str>) -> Request<TopicEventRequest> {
    let mut request = Request::new(delivery(data));
    let mut headers = HashMap::from([("__partition", "3"), ("__offset", "17")]);
    headers.extend(key.map(|key| ("__key", key)));
    for (name, value) in headers {
        request.metadata_mut().insert(name, value.parse().unwrap());
    }
    request
}

async fn answer(
    client: &mut AppCallbackClient<Channel>,
    request: impl tonic::IntoRequest<TopicEventRequest>,
) -> Ack {
    let response = client.on_topic_event(request).await.unwrap().into_inner();
    Ack::try_from(response.status).unwrap()
}

#[tokio::test]
async fn each_outcome_has_its_answer_and_a_panic_is_a_retry() {
    let (handler, mut seen) = scripted();
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let user = UserId::generate();
    for (script, expected) in [
        ("done", Ack::Success),
        ("retry", Ack::Retry),
        ("poison", Ack::Drop),
        ("panic", Ack::Retry),
        ("done after a panic", Ack::Success),
    ] {
        let event = event(user, script);
        let request = from_kafka(event.encode().unwrap(), Some(&user.to_string()));
        assert_eq!(answer(&mut client, request).await, expected, "{script}");
        assert_eq!(next(&mut seen).await, event);
    }
}

#[tokio::test]
async fn what_is_no_event_of_its_key_is_dropped_unseen() {
    let (handler, mut seen) = scripted();
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let user = UserId::generate();
    let event = event(user, "done").encode().unwrap();
    let own_key = user.to_string();
    let foreign_key = UserId::generate().to_string();
    for request in [
        from_kafka(b"not json".to_vec(), Some(&own_key)),
        from_kafka(b"{}".to_vec(), Some(&own_key)),
        from_kafka(Vec::new(), Some(&own_key)),
        from_kafka(event.clone(), Some(&foreign_key)),
        from_kafka(event.clone(), None),
    ] {
        assert_eq!(answer(&mut client, request).await, Ack::Drop);
    }
    assert!(seen.try_recv().is_err());

    // A broker that has no keys cannot get them wrong.
    assert_eq!(answer(&mut client, delivery(event)).await, Ack::Success);
}

#[tokio::test]
async fn a_delivery_that_nobody_asked_for_is_not_acknowledged() {
    let (handler, _seen) = scripted();
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let event = event(UserId::generate(), "done").encode().unwrap();
    let other_topic = TopicEventRequest {
        topic: Topic::Users.name().to_owned(),
        ..delivery(event.clone())
    };
    let other_component = TopicEventRequest {
        pubsub_name: BROADCAST.to_owned(),
        ..delivery(event)
    };
    assert_eq!(answer(&mut client, other_topic).await, Ack::Retry);
    assert_eq!(answer(&mut client, other_component).await, Ack::Retry);
}

#[tokio::test]
async fn raw_bytes_arrive_as_they_are_with_the_headers_of_the_message_only() {
    let (handler, mut seen) = collector();
    let topic = Topic::Tasks.dead_letter_name();
    let callbacks = app::callbacks(vec![Subscription::raw(PUBSUB, topic, handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let envelope = br#"{"id":"of-the-envelope","source":"a","type":"t","data":{"n":1}}"#;
    for (bytes, id) in [(&envelope[..], "of-the-envelope"), (b"\xff", "an-event")] {
        let mut request = from_kafka(bytes.to_vec(), Some("k"));
        request.get_mut().topic = topic.to_owned();
        for name in ["dapr-api-token", "traceparent", "grpc-trace-bin-not"] {
            let value = "secret".parse().unwrap();
            request.metadata_mut().insert(name, value);
        }
        assert_eq!(answer(&mut client, request).await, Ack::Success);

        let delivery = next(&mut seen).await;
        assert_eq!(delivery.data, bytes);
        assert_eq!(delivery.id, id);
        assert_eq!(delivery.key(), Some("k"));
        let mut headers: Vec<_> = delivery.metadata.keys().map(String::as_str).collect();
        headers.sort_unstable();
        assert_eq!(headers, ["__key", "__offset", "__partition"]);
    }
}

#[tokio::test]
async fn daprd_is_told_what_was_asked_for_and_each_asking_is_a_session() {
    let (events, _) = scripted();
    let (letters, _) = collector();
    let wait = Duration::from_millis(50);
    let subscriptions = vec![
        task_events(Arc::clone(&events) as Arc<dyn EventHandler>),
        Subscription::events(BROADCAST, Topic::Users, events).bulk(500, wait),
        Subscription::raw(PUBSUB, Topic::Tasks.dead_letter_name(), letters),
    ];
    let wake = Arc::new(Notify::new());
    let ticks = vec![Tick::new("scheduler-tick", Arc::clone(&wake))];
    let callbacks = Callbacks::new(subscriptions, ticks, Health::new("test", "0"));
    let sessions = callbacks.sessions();
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    assert_eq!(*sessions.borrow(), 0);
    let told = client.list_topic_subscriptions(()).await.unwrap();
    assert_eq!(*sessions.borrow(), 1);
    let told = told.into_inner().subscriptions;
    let routes: Vec<_> = told
        .iter()
        .map(|s| {
            (
                s.pubsub_name.as_str(),
                s.topic.as_str(),
                s.dead_letter_topic.as_str(),
            )
        })
        .collect();
    assert_eq!(
        routes,
        [
            ("pubsub", "tasks.events", "tasks.events.dlq"),
            ("pubsub-broadcast", "users.events", "users.events.dlq"),
            ("pubsub", "tasks.events.dlq", ""),
        ]
    );
    let raw: Vec<_> = told.iter().map(|s| s.metadata.get("rawPayload")).collect();
    let yes = Some("true".to_owned());
    assert_eq!(raw, [None, yes.as_ref(), yes.as_ref()]);
    assert!(told[0].bulk_subscribe.is_none());
    let bulk = told[1].bulk_subscribe.unwrap();
    assert!(bulk.enabled);
    assert_eq!(
        (bulk.max_messages_count, bulk.max_await_duration_ms),
        (80, 50)
    );

    let bindings = client.list_input_bindings(()).await.unwrap().into_inner();
    assert_eq!(bindings.bindings, ["scheduler-tick"]);
    let tick = |name: &str| BindingEventRequest {
        name: name.to_owned(),
        ..BindingEventRequest::default()
    };
    client
        .on_binding_event(tick("scheduler-tick"))
        .await
        .unwrap();
    timeout(WITHIN, wake.notified()).await.unwrap();
    let unknown = client.on_binding_event(tick("other")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
}

#[tokio::test]
async fn what_we_do_not_do_is_answered_without_unimplemented() {
    let app = App::start(app::callbacks(vec![]), Routes::default(), no_sidecar()).await;
    let channel = app.channel().await;

    let mut client = AppCallbackClient::new(channel.clone());
    let invoked = client.on_invoke(InvokeRequest::default()).await;
    let job = client.on_job_event(JobEventRequest::default()).await;
    let mut alpha = AppCallbackAlphaClient::new(channel.clone());
    #[expect(deprecated, reason = "it is what an older daprd calls")]
    let alpha_job = alpha.on_job_event_alpha1(JobEventRequest::default()).await;
    assert_eq!(invoked.unwrap_err().code(), Code::NotFound);
    assert_eq!(job.unwrap_err().code(), Code::NotFound);
    assert_eq!(alpha_job.unwrap_err().code(), Code::NotFound);

    for method in [
        "/dapr.proto.runtime.v1.AppCallback/OnSomethingLater",
        "/dapr.proto.runtime.v2.AppCallback/OnTopicEvent",
        "/nonsense",
    ] {
        assert_eq!(
            call_unknown(channel.clone(), method).await,
            Code::NotFound,
            "{method}"
        );
    }

    let mut health = AppCallbackHealthCheckClient::new(channel);
    health.health_check(()).await.unwrap();
}

async fn call_unknown(channel: Channel, method: &'static str) -> Code {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let path = method.parse().unwrap();
    let answer: Result<tonic::Response<()>, _> = client.unary(Request::new(()), path, codec).await;
    answer.unwrap_err().code()
}

#[tokio::test]
async fn a_call_that_has_begun_outlives_the_shutdown() {
    struct Slow {
        begun: Arc<Notify>,
        go_on: Arc<Notify>,
    }

    #[tonic::async_trait]
    impl EventHandler for Slow {
        async fn handle(&self, event: Event) -> Outcome {
            self.begun.notify_one();
            self.go_on.notified().await;
            Outcome::Poison(title(&event).to_owned())
        }
    }

    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = Arc::new(Slow {
        begun: Arc::clone(&begun),
        go_on: Arc::clone(&go_on),
    });
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);
    let data = event(UserId::generate(), "slow").encode().unwrap();
    let call = tokio::spawn(async move { answer(&mut client, delivery(data)).await });

    timeout(WITHIN, begun.notified()).await.unwrap();
    drop(app.shutdown);
    go_on.notify_one();
    assert_eq!(call.await.unwrap(), Ack::Drop);
    timeout(WITHIN, app.server).await.unwrap().unwrap().unwrap();
}
