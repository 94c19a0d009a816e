//! W3C trace context: which trace a request or an event belongs to.
//!
//! It is carried whether or not spans are exported. With an exporter it is the
//! one of the current OpenTelemetry span; without, what came in goes on, and
//! what came in without one gets a new trace.

use std::{fmt, str::FromStr};

use axum::http::HeaderMap;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::{Span, error_span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Registry, registry::LookupSpan};

use crate::fields;

/// The header, metadata key and event field that carries a [`TraceContext`].
pub const TRACEPARENT: &str = "traceparent";
/// The header that carries other vendors' part of it.
pub const TRACESTATE: &str = "tracestate";

/// A valid `traceparent`, and the `tracestate` that came with it.
///
/// `Display` and `FromStr` are the `traceparent` text,
/// [version 00](https://www.w3.org/TR/trace-context/#traceparent-header).
#[derive(Clone, Debug, PartialEq)]
pub struct TraceContext(SpanContext);

/// The text is not a W3C `traceparent`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a W3C traceparent")]
pub struct InvalidTraceparent;

impl TraceContext {
    /// A new trace, not sampled: whoever exports spans decides for themselves.
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs each time surprises"
    )]
    pub fn new() -> Self {
        let ids = RandomIdGenerator::default();
        Self(SpanContext::new(
            ids.new_trace_id(),
            ids.new_span_id(),
            TraceFlags::NOT_SAMPLED,
            true,
            TraceState::NONE,
        ))
    }

    /// What the caller sent, if it is valid.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = |name| headers.get(name)?.to_str().ok();
        let Self(parent) = text(TRACEPARENT)?.parse().ok()?;
        let state = text(TRACESTATE)
            .and_then(|state| state.parse().ok())
            .unwrap_or(TraceState::NONE);
        Some(Self(SpanContext::new(
            parent.trace_id(),
            parent.span_id(),
            parent.trace_flags(),
            true,
            state,
        )))
    }

    /// What to send on from here: the context of the current span, or a new
    /// trace outside of any.
    pub fn current() -> Self {
        let span = Span::current();
        exported(&span)
            .or_else(|| fields::find_in_scope(&span, |span| span.extensions().get().cloned()))
            .unwrap_or_else(Self::new)
    }

    /// 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        self.0.trace_id().to_string()
    }

    /// The `tracestate` that goes with it, if there is one.
    pub fn tracestate(&self) -> Option<String> {
        Some(self.0.trace_state().header()).filter(|state| !state.is_empty())
    }
}

impl FromStr for TraceContext {
    type Err = InvalidTraceparent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let mut hex = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            part.bytes().all(lower_hex).then_some(part)
        };
        let mut parse = || {
            let version = hex(2).filter(|version| *version != "ff")?;
            let trace_id = TraceId::from_hex(hex(32)?).ok()?;
            let span_id = SpanId::from_hex(hex(16)?).ok()?;
            let flags = u8::from_str_radix(hex(2)?, 16).ok()?;
            let flags = TraceFlags::new(flags) & TraceFlags::SAMPLED;
            // Later versions may append parts; version 00 has these four.
            (version != "00" || text.len() == 55).then_some((trace_id, span_id, flags))
        };
        let (trace_id, span_id, flags) = parse().ok_or(InvalidTraceparent)?;
        let context = SpanContext::new(trace_id, span_id, flags, true, TraceState::NONE);
        context
            .is_valid()
            .then_some(Self(context))
            .ok_or(InvalidTraceparent)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = &self.0;
        let (trace_id, span_id) = (context.trace_id(), context.span_id());
        write!(f, "00-{trace_id}-{span_id}-{:02x}", context.trace_flags())
    }
}

/// What an event says about where it comes from.
///
/// Names are the envelope's. `correlation_id` and `traceparent` may come from
/// outside and are checked here.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    pub event_type: &'a str,
    pub event_id: &'a dyn fmt::Display,
    pub user_id: &'a dyn fmt::Display,
    pub correlation_id: &'a str,
    pub traceparent: Option<&'a str>,
}

impl Received<'_> {
    /// The span to handle the event in. It continues the event's trace.
    pub fn span(&self) -> Span {
        let span = error_span!(
            parent: None,
            "handle",
            event_type = self.event_type,
            event_id = %self.event_id,
            user_id = %self.user_id,
            correlation_id = self.correlation_id,
            status = Empty,
            otel.name = format_args!("handle {}", self.event_type),
            otel.kind = "consumer",
        );
        let parent = self.traceparent.and_then(|text| text.parse().ok());
        enter_trace(&span, parent);
        span
    }
}

/// Makes a new span continue `parent`, or start a trace.
pub(crate) fn enter_trace(span: &Span, parent: Option<TraceContext>) {
    if let Some(TraceContext(parent)) = &parent {
        let parent = opentelemetry::Context::new().with_remote_span_context(parent.clone());
        // Fails when nothing is exported, or the filter disabled the span.
        let _ = span.set_parent(parent);
    }
    let context = exported(span).or(parent).unwrap_or_else(TraceContext::new);
    span.with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        registry.span(id)?.extensions_mut().replace(context)
    });
}

/// The OpenTelemetry context of a span, when there is an exporter.
fn exported(span: &Span) -> Option<TraceContext> {
    let context = span.context();
    let context = context.span().span_context().clone();
    context.is_valid().then_some(TraceContext(context))
}

#[cfg(test)]
mod tests {
    use tracing::info;

    use super::*;
    use crate::captured::Captured;

    const SENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn received(traceparent: Option<&str>) -> Received<'_> {
        Received {
            event_type: "task.created",
            event_id: &1,
            user_id: &"u-1",
            correlation_id: "c-1",
            traceparent,
        }
    }

    #[test]
    fn an_events_trace_is_continued_and_logged() {
        let (log, _guard) = Captured::start("warn");
        let span = received(Some(SENT)).span();
        span.in_scope(|| {
            tracing::info_span!("disabled by the filter").in_scope(|| {
                assert_eq!(TraceContext::current().to_string(), SENT);
            });
            tracing::warn!("Here");
        });

        let line = &log.lines()[0];
        assert_eq!(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(line["correlation_id"], "c-1");
        assert_eq!(line["event_type"], "task.created");
        assert_eq!(line.get("otel.kind"), None);
    }

    #[test]
    fn without_a_trace_one_is_made_and_kept() {
        let (_log, _guard) = Captured::start("info");
        let span = received(Some("00-nonsense")).span();
        let (first, second) = span.in_scope(|| (TraceContext::current(), TraceContext::current()));
        assert_eq!(first, second);
        assert_eq!(first.to_string().parse::<TraceContext>().unwrap(), first);
        info!(
            "outside of any span there is one too: {}",
            TraceContext::current()
        );
    }

    #[test]
    fn malformed_traceparents_are_refused() {
        let malformed = [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        ];
        for text in malformed {
            assert_eq!(
                text.parse::<TraceContext>(),
                Err(InvalidTraceparent),
                "{text}"
            );
        }
        let later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-more";
        assert_eq!(later.parse::<TraceContext>().unwrap().to_string(), SENT);
    }
}
