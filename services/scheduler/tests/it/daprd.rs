//! Stands in for the sidecar: takes what is published, or does not.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use dapr::dapr::proto::runtime::v1::{BulkPublishRequest, BulkPublishResponse};
use events::{Topic, Trigger};
use futures::future::BoxFuture;
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    server::{Grpc, NamedService},
};
use tonic_prost::ProstCodec;
use tower::Service;

#[derive(Clone, Default)]
pub(crate) struct FakeDaprd(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) published: Vec<Trigger>,
    /// Publishings that are still to fail.
    pub(crate) failing: usize,
    pub(crate) failed: usize,
}

impl FakeDaprd {
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn publish(&self, request: &BulkPublishRequest) -> Result<(), Status> {
        assert_eq!(request.topic, Topic::Scheduling.name());
        self.with(|state| {
            if state.failing > 0 {
                state.failing -= 1;
                state.failed += 1;
                return Err(Status::new(Code::Internal, "the broker is down"));
            }
            for entry in &request.entries {
                let trigger: Trigger = serde_json::from_slice(&entry.event).unwrap();
                let key = &entry.metadata["partitionKey"];
                assert_eq!(*key, trigger.user_id.to_string());
                state.published.push(trigger);
            }
            Ok(())
        })
    }
}

impl NamedService for FakeDaprd {
    const NAME: &'static str = "dapr.proto.runtime.v1.Dapr";
}

/// The one method that is called.
impl Service<http::Request<Body>> for FakeDaprd {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        assert!(request.uri().path().ends_with("/BulkPublishEvent"));
        let method = Publish(self.clone());
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::default());
            Ok(grpc.unary(method, request).await)
        })
    }
}

struct Publish(FakeDaprd);

impl Service<Request<BulkPublishRequest>> for Publish {
    type Response = Response<BulkPublishResponse>;
    type Error = Status;
    type Future = Ready<Result<Self::Response, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<BulkPublishRequest>) -> Self::Future {
        let published = self.0.publish(request.get_ref());
        ready(published.map(|()| Response::new(BulkPublishResponse::default())))
    }
}
