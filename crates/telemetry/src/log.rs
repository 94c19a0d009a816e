//! Log lines: one JSON object each, flat.
//!
//! The stock JSON formatter nests fields and spans; ours puts
//! `correlation_id`, `user_id`, `event_type` and `status` at the top, from the
//! event or from the nearest span that knows them.

use std::io::Write;

use jiff::Timestamp;
use serde_json::Value;
use tracing::{
    Event, Level, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context, registry::LookupSpan};

use crate::{clock, fields::Fields};

/// Writes every event as one line of JSON.
pub(crate) struct JsonLines<W> {
    service_name: &'static str,
    writer: W,
}

impl<W> JsonLines<W> {
    pub(crate) fn new(service_name: &'static str, writer: W) -> Self {
        Self {
            service_name,
            writer,
        }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            fields.inherit(&span);
        }
        let metadata = event.metadata();
        let line = Line {
            at: clock::now(),
            level: *metadata.level(),
            service_name: self.service_name,
            target: metadata.target(),
            fields,
        };
        // A log that cannot be written has nowhere to be reported.
        let _ = self
            .writer
            .make_writer_for(metadata)
            .write_all(line.into_json().as_bytes());
    }
}

struct Line {
    at: Timestamp,
    level: Level,
    service_name: &'static str,
    target: &'static str,
    fields: Fields,
}

impl Line {
    fn into_json(mut self) -> String {
        let mut json = String::with_capacity(512);
        json.push('{');
        push(&mut json, "timestamp", &format!("{:.6}", self.at).into());
        push(&mut json, "level", &self.level.as_str().into());
        push(&mut json, "service_name", &self.service_name.into());
        push(
            &mut json,
            "message",
            &self.fields.take("message").unwrap_or_else(|| "".into()),
        );
        for name in ["correlation_id", "user_id", "event_type", "status"] {
            if let Some(value) = self.fields.take(name) {
                push(&mut json, name, &value);
            }
        }
        push(&mut json, "target", &self.target.into());
        for (name, value) in self.fields.iter() {
            // A field may not pose as one of ours.
            if !["timestamp", "level", "service_name", "target"].contains(name) {
                push(&mut json, name, value);
            }
        }
        json.push_str("}\n");
        json
    }
}

fn push(json: &mut String, name: &str, value: &Value) {
    use std::fmt::Write as _;

    if !json.ends_with('{') {
        json.push(',');
    }
    // Writing to a string cannot fail; `Value` escapes quotes and control characters.
    let _ = write!(json, "{}:{value}", Value::from(name));
}

#[cfg(test)]
mod tests {
    use tracing::{error, error_span, info, info_span};

    use super::*;
    use crate::captured::Captured;

    #[test]
    fn a_line_has_the_required_names_at_the_top() {
        let (log, _guard) = Captured::start("info");
        let request = error_span!(
            "request",
            correlation_id = "c-1",
            user_id = tracing::field::Empty
        );
        let _request = request.enter();
        request.record("user_id", "u-1");
        let _inner = info_span!("inner", event_type = "task.created", attempt = 1).entered();

        info!(status = "success", attempt = 2, rows = 3, "Handled");

        let names = "\"timestamp\" \"level\" \"service_name\" \"message\" \"correlation_id\" \"user_id\" \"event_type\" \"status\" \"target\"";
        let positions: Vec<_> = names
            .split(' ')
            .map(|name| log.text().find(name).unwrap())
            .collect();
        assert!(positions.is_sorted(), "{}", log.text());

        let line = &log.lines()[0];
        let timestamp = line["timestamp"].as_str().unwrap();
        timestamp.parse::<Timestamp>().unwrap();
        assert!(timestamp.ends_with('Z'), "{timestamp}");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["service_name"], "tester");
        assert_eq!(line["message"], "Handled");
        assert_eq!(line["correlation_id"], "c-1");
        assert_eq!(line["user_id"], "u-1");
        assert_eq!(line["event_type"], "task.created");
        assert_eq!(line["status"], "success");
        assert_eq!(
            line["attempt"], 2,
            "the event's own value wins over the span's"
        );
        assert_eq!(line["rows"], 3);
    }

    #[test]
    fn text_cannot_forge_a_line_or_a_field() {
        let (log, _guard) = Captured::start("info");
        let forged =
            "ok\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\u{1b}[31m\",\"status\":\"success";

        info!(
            title = forged,
            level = "fake",
            service_name = "fake",
            "{forged}"
        );

        assert_eq!(log.text().lines().count(), 1);
        assert_eq!(log.text().matches("\"level\":").count(), 1);
        let line = &log.lines()[0];
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["service_name"], "tester");
        assert_eq!(line["message"], forged);
        assert_eq!(line["title"], forged);
        assert_eq!(line.get("status"), None);
    }

    #[test]
    fn an_error_is_logged_with_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("the relay stopped")]
        struct Stopped(#[source] std::io::Error);

        let (log, _guard) = Captured::start("info");
        let error = Stopped(std::io::Error::other("connection reset"));
        error!(error = &error as &dyn std::error::Error, "Failed");

        assert_eq!(
            log.lines()[0]["error"],
            "the relay stopped: connection reset"
        );
    }
}
