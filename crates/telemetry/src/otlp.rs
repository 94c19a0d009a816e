//! Export of spans to an OpenTelemetry collector.

use std::time::Duration;

use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};

/// Longer than a healthy collector takes, shorter than a pod's grace period.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(3);

/// Spans are sent in batches, from a thread of their own. Call it inside the runtime.
pub(crate) fn provider(
    service_name: &'static str,
    endpoint: &str,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(TIMEOUT)
        .build()?;
    Ok(SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(service_name).build())
        .with_batch_exporter(exporter)
        .build())
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceId, TracerProvider};
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    };
    use tokio::{net::TcpListener, sync::mpsc};
    use tokio_stream::wrappers::TcpListenerStream;
    use tonic::{Request, Response, transport::Server};
    use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

    use super::*;
    use crate::trace::{Received, TraceContext};

    struct Collector(mpsc::UnboundedSender<ExportTraceServiceRequest>);

    #[tonic::async_trait]
    impl TraceService for Collector {
        async fn export(
            &self,
            request: Request<ExportTraceServiceRequest>,
        ) -> tonic::Result<Response<ExportTraceServiceResponse>> {
            self.0.send(request.into_inner()).unwrap();
            Ok(Response::new(ExportTraceServiceResponse::default()))
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn spans_reach_a_collector_and_their_ids_travel_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (sender, mut exported) = mpsc::unbounded_channel();
        let collector = Server::builder()
            .add_service(TraceServiceServer::new(Collector(sender)))
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::spawn(collector);

        let provider = provider("tester", &endpoint).unwrap();
        let guard = tracing_subscriber::registry()
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("tester")))
            .set_default();
        let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let received = Received {
            event_type: "task.created",
            event_id: &1,
            user_id: &"u-1",
            correlation_id: "c-1",
            traceparent: Some(sent),
        };
        let onward = received.span().in_scope(TraceContext::current).to_string();
        drop(guard);
        tokio::task::spawn_blocking(move || provider.shutdown())
            .await
            .unwrap()
            .unwrap();

        let batch = exported.recv().await.unwrap();
        let span = &batch.resource_spans[0].scope_spans[0].spans[0];
        let trace_id = TraceId::from_bytes(span.trace_id[..].try_into().unwrap());
        let span_id = SpanId::from_bytes(span.span_id[..].try_into().unwrap());
        let parent = SpanId::from_bytes(span.parent_span_id[..].try_into().unwrap());
        assert_eq!(span.name, "handle task.created");
        assert_eq!(sent, format!("00-{trace_id}-{parent}-01"));
        assert_eq!(onward, format!("00-{trace_id}-{span_id}-01"));
    }
}
