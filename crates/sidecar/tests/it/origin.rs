//! What a call and a handler know about the request they belong to.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use dapr::dapr::proto::runtime::v1::{
    TopicEventRequest, app_callback_client::AppCallbackClient,
    topic_event_response::TopicEventResponseStatus as Ack,
};
use events::{Event, Topic, UserId};
use prost_types::{Struct, Value, value::Kind};
use proto::v1::{
    ClaimDueRequest, ClaimDueResponse, ListEventsRequest, ListEventsResponse, ListHeadsRequest,
    ListHeadsResponse, ListValidTokensRequest, ListValidTokensResponse, RedeemTicketRequest,
    RedeemTicketResponse, SpawnOccurrencesRequest, SpawnOccurrencesResponse, VerifyTokenRequest,
    VerifyTokenResponse,
    task_service_client::TaskServiceClient,
    task_service_server::{TaskService, TaskServiceServer},
};
use sidecar::{EventHandler, Outcome, PUBSUB, Sidecar, caller};
use telemetry::{TelemetryArgs, correlation::CorrelationId, trace::TraceContext};
use tokio::sync::mpsc::{self, UnboundedSender};
use tonic::{Code, Request, Response, Status, service::Routes};

use crate::app::{self, App, args, event, next, no_sidecar, task_events};

/// Answers a ticket that is the name of a header with that header.
pub(crate) struct Echo;

#[tonic::async_trait]
impl TaskService for Echo {
    async fn redeem_ticket(
        &self,
        request: Request<RedeemTicketRequest>,
    ) -> Result<Response<RedeemTicketResponse>, Status> {
        let name = &request.get_ref().ticket;
        let user_id = match name.as_str() {
            "" => String::new(),
            "caller" => format!("{:?}", caller(&request)),
            name => {
                let value = request.metadata().get(name);
                value
                    .map_or("none", |value| value.to_str().unwrap())
                    .to_owned()
            }
        };
        Ok(Response::new(RedeemTicketResponse {
            user_id,
            ..RedeemTicketResponse::default()
        }))
    }

    async fn list_events(
        &self,
        _: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        std::future::pending().await
    }

    async fn list_heads(
        &self,
        _: Request<ListHeadsRequest>,
    ) -> Result<Response<ListHeadsResponse>, Status> {
        Err(Status::resource_exhausted("as the test wants"))
    }

    async fn verify_token(
        &self,
        _: Request<VerifyTokenRequest>,
    ) -> Result<Response<VerifyTokenResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn list_valid_tokens(
        &self,
        _: Request<ListValidTokensRequest>,
    ) -> Result<Response<ListValidTokensResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn claim_due(
        &self,
        _: Request<ClaimDueRequest>,
    ) -> Result<Response<ClaimDueResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn spawn_occurrences(
        &self,
        _: Request<SpawnOccurrencesRequest>,
    ) -> Result<Response<SpawnOccurrencesResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }
}

pub(crate) fn ask(header: &str) -> RedeemTicketRequest {
    RedeemTicketRequest {
        ticket: header.to_owned(),
        ..RedeemTicketRequest::default()
    }
}

/// Spans carry the ids, so there must be a subscriber that keeps them.
fn keep_spans() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let args = TelemetryArgs {
            log_filter: "error,sidecar=off".to_owned(),
            otlp_endpoint: None,
        };
        std::mem::forget(telemetry::init("test", &args).unwrap());
    });
}

/// An app and a [`Sidecar`] that takes the app for its sidecar: what it sends can be seen.
async fn echoing() -> (App, Sidecar) {
    let services = Routes::new(TaskServiceServer::new(Echo));
    let app = App::start(app::callbacks(vec![]), services, no_sidecar()).await;
    let mut args = args(app.port);
    args.dapr_api_token = Some("token".into());
    let sidecar = Sidecar::new(&args).unwrap();
    (app, sidecar)
}

#[tokio::test]
async fn a_call_says_whom_it_is_for_and_where_it_comes_from() {
    let (_app, sidecar) = echoing().await;
    let mut client = TaskServiceClient::new(sidecar.app("taskflow-backend").unwrap());
    let mut seen = async |header: &str| {
        let mut request = Request::new(ask(header));
        let user = "0190163d-8694-739b-aea5-966c26f8ad91".parse().unwrap();
        request.metadata_mut().insert("x-user-id", user);
        client
            .redeem_ticket(request)
            .await
            .unwrap()
            .into_inner()
            .user_id
    };
    assert_eq!(seen("dapr-app-id").await, "taskflow-backend");
    assert_eq!(seen("dapr-api-token").await, "token");
    assert_eq!(
        seen("x-user-id").await,
        "0190163d-8694-739b-aea5-966c26f8ad91"
    );
    assert_eq!(seen("grpc-timeout").await, "5000000u");
    assert!(
        seen("x-correlation-id")
            .await
            .parse::<CorrelationId>()
            .is_ok()
    );
    assert!(seen("traceparent").await.parse::<TraceContext>().is_ok());
    let caller = seen("caller").await;
    assert!(
        caller.contains("UserId(0190163d-8694-739b-aea5-966c26f8ad91)"),
        "{caller}"
    );
}

#[tokio::test]
async fn a_call_ends_at_its_own_deadline() {
    let (_app, sidecar) = echoing().await;
    let mut client = TaskServiceClient::new(sidecar.app("taskflow-backend").unwrap());
    let mut request = Request::new(ListEventsRequest::default());
    request.set_timeout(Duration::from_millis(20));
    let status = client.list_events(request).await.unwrap_err();
    // tonic calls its own timeout "cancelled".
    let codes = [Code::Cancelled, Code::DeadlineExceeded];
    assert!(codes.contains(&status.code()), "{status}");
}

/// Calls another app while it handles, and shows what arrived there.
struct Calling {
    sidecar: Sidecar,
    seen: UnboundedSender<[String; 2]>,
}

#[tonic::async_trait]
impl EventHandler for Calling {
    async fn handle(&self, _: Event) -> Outcome {
        let mut client = TaskServiceClient::new(self.sidecar.app("other").unwrap());
        let mut headers = ["x-correlation-id", "traceparent"].map(str::to_owned);
        for header in &mut headers {
            let reply = client.redeem_ticket(ask(header)).await.unwrap();
            *header = reply.into_inner().user_id;
        }
        self.seen.send(headers).unwrap();
        Outcome::Done
    }
}

#[tokio::test]
async fn a_handler_calls_on_under_the_ids_of_its_event() {
    keep_spans();
    let (_other, sidecar) = echoing().await;
    let (seen, mut calls) = mpsc::unbounded_channel();
    let handler = Arc::new(Calling { sidecar, seen });
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = App::start(callbacks, Routes::default(), no_sidecar()).await;

    let event = event(UserId::generate(), "done");
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let text = Kind::StringValue(traceparent.to_owned());
    let extension = ("traceparent".to_owned(), Value { kind: Some(text) });
    let request = TopicEventRequest {
        pubsub_name: PUBSUB.to_owned(),
        topic: Topic::Tasks.name().to_owned(),
        data: event.encode().unwrap(),
        extensions: Some(Struct {
            fields: [extension].into(),
        }),
        ..TopicEventRequest::default()
    };
    let mut client = AppCallbackClient::new(app.channel().await);
    let answer = client.on_topic_event(request).await.unwrap().into_inner();
    assert_eq!(answer.status, i32::from(Ack::Success));

    let [correlation_id, trace] = next(&mut calls).await;
    assert_eq!(correlation_id, event.correlation_id);
    assert!(
        trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
        "{trace}"
    );

    let metrics = telemetry::metrics::render();
    let done = r#"events_handled_total{topic="tasks.events",outcome="done"}"#;
    for name in [
        done,
        "event_handle_duration_seconds",
        "event_latency_seconds",
    ] {
        assert!(metrics.contains(name), "{name} is missing in\n{metrics}");
    }
}
