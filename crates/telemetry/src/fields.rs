//! The fields of spans and events, kept by value so that they can be looked up.

use std::{error::Error, fmt};

use serde_json::Value;
use tracing::{
    Span,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Registry,
    registry::{LookupSpan, SpanRef},
};

use crate::trace::TraceContext;

/// What a span or an event was given, by name, without duplicates.
#[derive(Default)]
pub(crate) struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds what an enclosing span knows and we do not.
    pub(crate) fn inherit<S: for<'a> LookupSpan<'a>>(&mut self, span: &SpanRef<'_, S>) {
        let extensions = span.extensions();
        if let Some(trace) = extensions.get::<TraceContext>()
            && self.get("trace_id").is_none()
        {
            self.set("trace_id", Value::String(trace.trace_id()));
        }
        for (name, value) in extensions.get::<Self>().into_iter().flat_map(Self::iter) {
            if self.get(name).is_none() {
                self.set(name, value.clone());
            }
        }
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.remove(index).1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(&'static str, Value)> {
        self.0.iter()
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if !for_exporters_only(field.name()) {
            self.set(field.name(), Value::String(format!("{value:?}")));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if !for_exporters_only(field.name()) {
            self.set(field.name(), value.into());
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), value.into());
    }

    /// The whole chain of causes: an error does not repeat its source in its message.
    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.set(field.name(), text.into());
    }
}

/// Names by which `tracing-opentelemetry` and `tracing-log` talk to themselves.
fn for_exporters_only(name: &str) -> bool {
    name.starts_with("otel.") || name.starts_with("log.")
}

/// A field of the current span, or of the nearest enclosing span that has it.
pub(crate) fn current_field(name: &str) -> Option<String> {
    find_in_scope(&Span::current(), |span| {
        match span.extensions().get::<Fields>()?.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    })
}

/// The first answer of a span or of those around it, from the inside out.
pub(crate) fn find_in_scope<T>(
    span: &Span,
    find: impl FnMut(SpanRef<'_, Registry>) -> Option<T>,
) -> Option<T> {
    span.with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        registry.span(id)?.scope().find_map(find)
    })?
}
