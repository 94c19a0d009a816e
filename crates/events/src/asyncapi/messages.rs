//! What is said: events in their CloudEvents on topics, notices without text to clients.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::refer;
use crate::{Notice, Payload, envelope::Wire};

/// Every message by its name. The generator keeps the schemas that they refer to.
pub(super) fn all(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let envelope = generator.subschema_for::<Wire>();
    let mut messages = Map::new();
    for (event_type, data) in Payload::data_schemas(generator) {
        let event = json!({ "allOf": [
            envelope,
            { "properties": { "event_type": { "const": event_type }, "data": data } },
        ] });
        let message = published(event_type, &event);
        messages.insert(event_type.to_owned(), message);
    }
    let notice = generator.subschema_for::<Notice>();
    messages.insert(
        "notice".to_owned(),
        json!({
            "summary": "Something changed: which fields of what, but not what to.",
            "correlationId": { "location": "$message.payload#/data/correlation_id" },
            "payload": notice,
        }),
    );
    messages.insert(
        "ready".to_owned(),
        control(
            "ready",
            "The client stands at `cursor`; unless `recovered`, events before it are missing, and \
             it has to read its tasks anew.",
            &json!({
                "type": "object",
                "required": ["cursor", "recovered"],
                "properties": {
                    "cursor": { "type": "integer", "minimum": 0 },
                    "recovered": { "type": "boolean" },
                },
            }),
        ),
    );
    let empty = json!({ "type": "object" });
    messages.insert(
        "pong".to_owned(),
        control("pong", "The answer to a ping.", &empty),
    );
    messages.insert(
        "ping".to_owned(),
        json!({
            "summary": "A sign of life, for clients that cannot send the protocol's own.",
            "payload": {
                "type": "object",
                "required": ["type"],
                "properties": { "type": { "const": "ping" } },
            },
        }),
    );
    messages
}

/// On a topic daprd wraps every event.
fn published(event_type: &str, event: &Value) -> Value {
    json!({
        "name": event_type,
        "contentType": "application/cloudevents+json",
        "correlationId": { "location": "$message.payload#/data/correlation_id" },
        "payload": { "allOf": [
            refer("schemas", "CloudEvent"),
            { "properties": { "type": { "const": event_type }, "data": event } },
        ] },
        "bindings": { "kafka": { "key": {
            "type": "string",
            "format": "uuid",
            "description": "The user's id.",
        } } },
    })
}

/// What the connection itself says, in the shape of a notice.
fn control(name: &str, summary: &str, data: &Value) -> Value {
    json!({
        "summary": summary,
        "payload": {
            "type": "object",
            "required": ["type", "data", "timestamp"],
            "properties": {
                "type": { "const": name },
                "data": data,
                "timestamp": { "type": "string", "format": "date-time" },
            },
        },
    })
}

/// CloudEvents 1.0 in JSON, as far as a reader needs it.
pub(super) fn cloud_event() -> Value {
    json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid", "description": "The event's id." },
            "source": { "type": "string" },
            "type": { "type": "string", "description": "The event's type." },
            "datacontenttype": { "type": "string" },
            "traceparent": { "type": "string", "description": "The trace of the request that made it." },
            "data": { "type": "object", "description": "The event." },
        },
    })
}
