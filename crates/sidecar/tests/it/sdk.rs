//! Why this crate does not stand on the SDK's own macro and callback service. When one of
//! these fails, the SDK has become better, and ARCHITECTURE.md is out of date.

#![expect(
    unused_must_use,
    clippy::unused_async,
    reason = "the macro wants an async function, and does not look at what it answers"
)]

use dapr::{
    appcallback::{AppCallbackService, TopicEventRequest, TopicEventResponse},
    dapr::proto::runtime::v1::{
        TopicEventBulkRequest, app_callback_server::AppCallback,
        topic_event_response::TopicEventResponseStatus,
    },
};
use serde::Deserialize;
use tonic::Request;

#[derive(Deserialize)]
struct Order {
    fails: bool,
}

#[dapr_macros::topic(pub_sub_name = "pubsub", topic = "orders")]
async fn take_order(order: Order) -> Result<(), String> {
    if order.fails {
        return Err("not now".to_owned());
    }
    Ok(())
}

fn service() -> AppCallbackService {
    let mut service = AppCallbackService::new();
    service.add_handler(TakeOrder.get_handler());
    service
}

fn order(data: &str) -> Request<TopicEventRequest> {
    Request::new(TopicEventRequest {
        pubsub_name: "pubsub".to_owned(),
        topic: "orders".to_owned(),
        data: data.as_bytes().to_vec(),
        ..TopicEventRequest::default()
    })
}

#[tokio::test]
async fn the_macro_acknowledges_what_its_handler_refused() {
    let answer = service().on_topic_event(order(r#"{"fails": true}"#)).await;
    let status = answer.unwrap().into_inner().status();
    assert_eq!(status, TopicEventResponseStatus::Success);
}

#[tokio::test]
async fn the_macro_panics_on_malformed_json() {
    let answer = tokio::spawn(async { service().on_topic_event(order("{")).await });
    assert!(answer.await.unwrap_err().is_panic());
}

#[tokio::test]
async fn the_service_panics_on_bulk_deliveries_and_bindings() {
    let bulk = tokio::spawn(async {
        let request = Request::new(TopicEventBulkRequest::default());
        service().on_bulk_topic_event(request).await
    });
    assert!(bulk.await.unwrap_err().is_panic());
    let bindings = tokio::spawn(async { service().list_input_bindings(Request::new(())).await });
    assert!(bindings.await.unwrap_err().is_panic());
}
