//! Dapr's callback services, in full: what is missing here daprd would take
//! for "unimplemented", and acknowledge.

use dapr::dapr::proto::{
    common::v1::{InvokeRequest, InvokeResponse},
    runtime::v1::{
        BindingEventRequest, BindingEventResponse, HealthCheckResponse, JobEventRequest,
        JobEventResponse, ListInputBindingsResponse, ListTopicSubscriptionsResponse,
        TopicEventBulkRequest, TopicEventBulkResponse, TopicEventBulkResponseEntry,
        TopicEventRequest, TopicEventResponse, app_callback_alpha_server::AppCallbackAlpha,
        app_callback_health_check_server::AppCallbackHealthCheck, app_callback_server::AppCallback,
        topic_event_response::TopicEventResponseStatus as Ack,
    },
};
use metrics::counter;
use telemetry::metrics::FAILURES_TOTAL;
use tonic::{Request, Response, Status};

use crate::{Delivery, Outcome, callbacks::Served};

#[tonic::async_trait]
impl AppCallback for Served {
    async fn list_topic_subscriptions(
        &self,
        _: Request<()>,
    ) -> Result<Response<ListTopicSubscriptionsResponse>, Status> {
        let callbacks = self.callbacks();
        callbacks.sessions.send_modify(|sessions| *sessions += 1);
        let subscriptions = callbacks.subscriptions.iter().map(|s| s.announcement());
        Ok(Response::new(ListTopicSubscriptionsResponse {
            subscriptions: subscriptions.collect(),
        }))
    }

    async fn on_topic_event(
        &self,
        request: Request<TopicEventRequest>,
    ) -> Result<Response<TopicEventResponse>, Status> {
        let (metadata, _, event) = request.into_parts();
        let Some(subscription) = self.subscription(&event.pubsub_name, &event.topic) else {
            report_unknown(&event.pubsub_name, &event.topic);
            let status = Ack::Retry.into();
            return Ok(Response::new(TopicEventResponse { status }));
        };
        let delivery = Delivery::single(event, &metadata);
        let outcomes = self.deliver(subscription, vec![delivery]).await;
        let ack = outcomes.first().map_or(Ack::Retry, ack);
        Ok(Response::new(TopicEventResponse { status: ack.into() }))
    }

    async fn on_bulk_topic_event(
        &self,
        request: Request<TopicEventBulkRequest>,
    ) -> Result<Response<TopicEventBulkResponse>, Status> {
        Ok(Response::new(self.bulk(request.into_inner()).await))
    }

    async fn list_input_bindings(
        &self,
        _: Request<()>,
    ) -> Result<Response<ListInputBindingsResponse>, Status> {
        let ticks = &self.callbacks().ticks;
        let bindings = ticks.iter().map(|tick| tick.binding.to_owned()).collect();
        Ok(Response::new(ListInputBindingsResponse { bindings }))
    }

    async fn on_binding_event(
        &self,
        request: Request<BindingEventRequest>,
    ) -> Result<Response<BindingEventResponse>, Status> {
        let binding = &request.get_ref().name;
        let ticks = &self.callbacks().ticks;
        let Some(tick) = ticks.iter().find(|tick| tick.binding == binding) else {
            return Err(Status::not_found("this app listens to no such binding"));
        };
        tick.wake.notify_one();
        Ok(Response::new(BindingEventResponse::default()))
    }

    async fn on_invoke(
        &self,
        _: Request<InvokeRequest>,
    ) -> Result<Response<InvokeResponse>, Status> {
        Err(Status::not_found("call this app's gRPC services instead"))
    }

    async fn on_job_event(
        &self,
        _: Request<JobEventRequest>,
    ) -> Result<Response<JobEventResponse>, Status> {
        Err(Status::not_found("this app schedules no jobs"))
    }
}

/// What daprd before 1.17 calls instead.
#[tonic::async_trait]
impl AppCallbackAlpha for Served {
    async fn on_bulk_topic_event_alpha1(
        &self,
        request: Request<TopicEventBulkRequest>,
    ) -> Result<Response<TopicEventBulkResponse>, Status> {
        self.on_bulk_topic_event(request).await
    }

    async fn on_job_event_alpha1(
        &self,
        request: Request<JobEventRequest>,
    ) -> Result<Response<JobEventResponse>, Status> {
        self.on_job_event(request).await
    }
}

/// Whether to deliver at all. Without this service, an app with health checks gets nothing.
///
/// It says only that the process answers: a handler whose database is away
/// retries, while leaving and joining the consumer group again would stall
/// everybody's events.
#[tonic::async_trait]
impl AppCallbackHealthCheck for Served {
    async fn health_check(&self, _: Request<()>) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse {}))
    }
}

impl Served {
    async fn bulk(&self, request: TopicEventBulkRequest) -> TopicEventBulkResponse {
        let topic = request.topic;
        let Some(subscription) = self.subscription(&request.pubsub_name, &topic) else {
            report_unknown(&request.pubsub_name, &topic);
            // Entries that are not answered are delivered again.
            return TopicEventBulkResponse::default();
        };
        let (entry_ids, deliveries): (Vec<_>, _) = request
            .entries
            .into_iter()
            .map(|entry| (entry.entry_id.clone(), Delivery::entry(&topic, entry)))
            .unzip();
        let outcomes = self.deliver(subscription, deliveries).await;
        let statuses = entry_ids
            .into_iter()
            .zip(&outcomes)
            .map(|(entry_id, outcome)| TopicEventBulkResponseEntry {
                entry_id,
                status: ack(outcome).into(),
            });
        TopicEventBulkResponse {
            statuses: statuses.collect(),
        }
    }
}

fn ack(outcome: &Outcome) -> Ack {
    match outcome {
        Outcome::Done => Ack::Success,
        Outcome::Retry(_) => Ack::Retry,
        Outcome::Poison(_) => Ack::Drop,
    }
}

/// A delivery that we did not ask for is kept, by not taking it.
fn report_unknown(component: &str, topic: &str) {
    counter!(FAILURES_TOTAL, "cause" => "unknown_route").increment(1);
    tracing::error!(
        component,
        topic,
        "No subscription for a delivery from `{topic}`"
    );
}
