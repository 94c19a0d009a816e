//! The wire form as a JSON Schema, for consumers in other languages.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{Payload, envelope::Wire};

/// JSON Schema 2020-12 of an event on any topic. An event whose `event_type` is not listed
/// is valid with any `data`: later versions add types.
pub fn schema() -> Value {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let envelope = generator.subschema_for::<Wire>();
    let rules: Vec<Value> = Payload::data_schemas(&mut generator)
        .into_iter()
        .map(|(event_type, data)| {
            json!({
                "if": { "properties": { "event_type": { "const": event_type } } },
                "then": { "properties": { "data": data } },
            })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "GENERATED from crates/events by `cargo xtask generate`",
        "title": "TaskFlow event",
        "allOf": std::iter::once(json!(envelope)).chain(rules).collect::<Vec<_>>(),
        "$defs": generator.take_definitions(true),
    })
}
