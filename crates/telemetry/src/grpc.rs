//! Who calls, and for which request, in gRPC metadata.

use axum::http;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tracing::{Span, error_span, field::Empty};

use crate::{
    correlation::{self, CorrelationId},
    trace::{self, TRACEPARENT, TRACESTATE, TraceContext},
};

/// The user on whose behalf a service calls.
pub const USER_ID: &str = "x-user-id";

/// What a call says about its origin. Whether to believe it is for the API
/// token to decide, not for us.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    pub correlation_id: CorrelationId,
    pub trace: Option<TraceContext>,
    pub user_id: Option<String>,
}

/// Writes the origin of a call: the correlation id, the user, and the trace of
/// the current span.
pub fn inject(metadata: &mut MetadataMap, correlation_id: &CorrelationId, user_id: Option<&str>) {
    let trace = TraceContext::current();
    set(metadata, correlation::HEADER, Some(correlation_id.as_str()));
    set(metadata, TRACEPARENT, Some(&trace.to_string()));
    set(metadata, TRACESTATE, trace.tracestate().as_deref());
    set(metadata, USER_ID, user_id);
}

/// Reads what [`inject`] wrote. A missing or malformed correlation id is replaced.
pub fn extract(metadata: &MetadataMap) -> Caller {
    let headers = metadata.as_ref();
    Caller {
        correlation_id: CorrelationId::from_headers(headers),
        trace: TraceContext::from_headers(headers),
        user_id: metadata
            .get(USER_ID)
            .and_then(|user| Some(user.to_str().ok()?.to_owned())),
    }
}

/// The span of a served call, for [`tonic::transport::Server::trace_fn`].
pub fn request_span(request: &http::Request<()>) -> Span {
    let headers = request.headers();
    let method = request.uri().path();
    let span = error_span!(
        parent: None,
        "call",
        method,
        correlation_id = %CorrelationId::from_headers(headers),
        user_id = headers.get(USER_ID).and_then(|user| user.to_str().ok()),
        status = Empty,
        otel.name = method,
        otel.kind = "server",
    );
    trace::enter_trace(&span, TraceContext::from_headers(headers));
    span
}

fn set(metadata: &mut MetadataMap, key: &'static str, value: Option<&str>) {
    match value.and_then(|value| AsciiMetadataValue::try_from(value).ok()) {
        Some(value) => {
            metadata.insert(key, value);
        }
        // A key that is left over from a forwarded call is not ours to repeat.
        None => {
            metadata.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captured::Captured;

    #[test]
    fn a_call_carries_its_origin() {
        let (_log, _guard) = Captured::start("info");
        let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut incoming = MetadataMap::new();
        incoming.insert(TRACEPARENT, sent.parse().unwrap());
        incoming.insert(TRACESTATE, "vendor=1".parse().unwrap());
        incoming.insert(correlation::HEADER, "c-1".parse().unwrap());
        let mut request = http::Request::new(());
        *request.headers_mut() = incoming.into_headers();

        let mut outgoing = MetadataMap::new();
        request_span(&request).in_scope(|| {
            let correlation_id = CorrelationId::current().unwrap();
            inject(&mut outgoing, &correlation_id, Some("u-1"));
        });

        let caller = extract(&outgoing);
        assert_eq!(caller.correlation_id.as_str(), "c-1");
        assert_eq!(caller.user_id.as_deref(), Some("u-1"));
        let trace = caller.trace.unwrap();
        assert_eq!(trace.to_string(), sent);
        assert_eq!(trace.tracestate().as_deref(), Some("vendor=1"));
    }

    #[test]
    fn nothing_of_a_forwarded_call_is_left_over() {
        let mut metadata = MetadataMap::new();
        metadata.insert(USER_ID, "someone-else".parse().unwrap());
        metadata.insert(TRACESTATE, "vendor=1".parse().unwrap());

        inject(&mut metadata, &CorrelationId::new(), None);

        let caller = extract(&metadata);
        assert_eq!(caller.user_id, None);
        assert_eq!(caller.trace.unwrap().tracestate(), None);
    }
}
