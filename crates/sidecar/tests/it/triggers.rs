//! Triggers, one by one and in bulk.

use std::{collections::HashMap, sync::Arc, time::Duration};

use dapr::dapr::proto::runtime::v1::{
    TopicEventBulkRequest, TopicEventBulkRequestEntry, TopicEventCeRequest, TopicEventRequest,
    app_callback_client::AppCallbackClient, topic_event_bulk_request_entry::Event::CloudEvent,
    topic_event_response::TopicEventResponseStatus as Ack,
};
use events::{Topic, Trigger, TriggerType, UserId};
use sidecar::{Outcome, PUBSUB, Subscription, TriggerHandler};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tonic::{Request, service::Routes};
use uuid::Uuid;

use crate::app::{self, App, no_sidecar};

/// Takes all but occurrences, which it wants again.
struct Picky(UnboundedSender<Trigger>);

#[tonic::async_trait]
impl TriggerHandler for Picky {
    async fn handle(&self, trigger: Trigger) -> Outcome {
        let again = trigger.trigger_type == TriggerType::Occurrence;
        self.0.send(trigger).unwrap();
        if again {
            return Outcome::Retry("not yet".to_owned());
        }
        Outcome::Done
    }
}

fn subscription() -> (Subscription, UnboundedReceiver<Trigger>) {
    let (sender, seen) = mpsc::unbounded_channel();
    (
        Subscription::triggers(PUBSUB, Arc::new(Picky(sender))),
        seen,
    )
}

fn trigger(user_id: UserId, trigger_type: TriggerType) -> Trigger {
    Trigger {
        trigger_id: Uuid::now_v7(),
        trigger_type,
        user_id,
        subject_id: Uuid::now_v7(),
        others: Vec::new(),
        due_at: telemetry::clock::now(),
        correlation_id: "c-1".to_owned(),
    }
}

#[tokio::test]
async fn what_is_no_trigger_of_its_key_is_dropped_unseen() {
    let (subscription, mut seen) = subscription();
    let callbacks = app::callbacks(vec![subscription]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let user = UserId::generate();
    let good = trigger(user, TriggerType::Reminder);
    let bytes = serde_json::to_vec(&good).unwrap();
    let event = app::event(user, "an event").encode().unwrap();
    let stranger = UserId::generate();
    for (data, key, expected) in [
        (bytes.clone(), user, Ack::Success),
        (bytes, stranger, Ack::Drop),
        (event, user, Ack::Drop),
        (b"{}".to_vec(), user, Ack::Drop),
    ] {
        let mut request = Request::new(TopicEventRequest {
            pubsub_name: PUBSUB.to_owned(),
            topic: Topic::Scheduling.name().to_owned(),
            data,
            ..TopicEventRequest::default()
        });
        let metadata = request.metadata_mut();
        metadata.insert("__partition", "3".parse().unwrap());
        metadata.insert("__key", key.to_string().parse().unwrap());
        let answer = client.on_topic_event(request).await.unwrap().into_inner();
        assert_eq!(Ack::try_from(answer.status).unwrap(), expected);
    }
    assert_eq!(seen.try_recv().unwrap(), good);
    assert!(seen.try_recv().is_err());
}

#[tokio::test]
async fn one_that_is_to_come_again_holds_up_no_other() {
    let (subscription, mut seen) = subscription();
    let subscription = subscription.bulk(80, Duration::from_millis(10));
    let callbacks = app::callbacks(vec![subscription]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;
    let mut client = AppCallbackClient::new(app.channel().await);

    let user = UserId::generate();
    let types = [TriggerType::Occurrence, TriggerType::Reminder];
    let entries = types.map(|trigger_type| TopicEventBulkRequestEntry {
        entry_id: trigger_type.name().to_owned(),
        metadata: HashMap::from([("__key".to_owned(), user.to_string())]),
        event: Some(CloudEvent(TopicEventCeRequest {
            data: serde_json::to_vec(&trigger(user, trigger_type)).unwrap(),
            ..TopicEventCeRequest::default()
        })),
        ..TopicEventBulkRequestEntry::default()
    });
    let request = TopicEventBulkRequest {
        pubsub_name: PUBSUB.to_owned(),
        topic: Topic::Scheduling.name().to_owned(),
        entries: entries.into(),
        ..TopicEventBulkRequest::default()
    };
    let answer = client.on_bulk_topic_event(request).await.unwrap();
    let statuses = answer.into_inner().statuses.into_iter();
    let acks: Vec<_> = statuses
        .map(|entry| (entry.entry_id, Ack::try_from(entry.status).unwrap()))
        .collect();
    assert_eq!(
        acks,
        [
            ("occurrence.due".to_owned(), Ack::Retry),
            ("reminder.due".to_owned(), Ack::Success)
        ]
    );
    assert!(seen.try_recv().is_ok() && seen.try_recv().is_ok());
}
