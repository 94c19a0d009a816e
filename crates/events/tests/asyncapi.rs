//! The AsyncAPI document is one, and says of the events what they are.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{collections::BTreeSet, fs, path::Path};

use events::{Event, Notice, Payload, Topic};
use serde_json::{Value, json};

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn it_has_what_asyncapi_3_requires() {
    let document = events::asyncapi();
    assert_eq!(document["asyncapi"], "3.0.0");
    for field in ["title", "version"] {
        assert!(document["info"][field].is_string(), "info.{field}");
    }
    for (name, server) in document["servers"].as_object().unwrap() {
        assert!(
            server["host"].is_string() && server["protocol"].is_string(),
            "{name}"
        );
        for variable in placeholders(server["host"].as_str().unwrap()) {
            assert!(
                server["variables"][variable]["default"].is_string(),
                "{name}: {variable}"
            );
        }
    }
    for (name, channel) in document["channels"].as_object().unwrap() {
        let address = channel["address"].as_str().unwrap();
        for parameter in placeholders(address) {
            assert!(
                channel["parameters"][parameter].is_object(),
                "{name}: {parameter}"
            );
        }
        assert!(!keys(&channel["messages"]).is_empty(), "{name}");
    }
    for (name, operation) in document["operations"].as_object().unwrap() {
        assert!(
            ["send", "receive"].contains(&operation["action"].as_str().unwrap()),
            "{name}"
        );
        let channel = operation["channel"]["$ref"].as_str().unwrap();
        // An operation's messages are among its channel's.
        for message in operation["messages"].as_array().unwrap() {
            let message = message["$ref"].as_str().unwrap();
            assert!(
                message.starts_with(&format!("{channel}/messages/")),
                "{name}: {message}"
            );
        }
    }
    for (name, scheme) in document["components"]["securitySchemes"]
        .as_object()
        .unwrap()
    {
        assert!(scheme["type"].is_string(), "{name}");
    }
    let mut names = Vec::new();
    for section in document["components"].as_object().unwrap().values() {
        names.extend(keys(section));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    assert!(
        names.iter().all(|name| name.chars().all(plain)),
        "{names:?}"
    );
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

#[test]
fn it_refers_to_what_it_has() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = events::asyncapi();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{found:?}");
    for target in found {
        let there = target
            .strip_prefix('#')
            .and_then(|path| document.pointer(path));
        assert!(there.is_some(), "{target}");
    }
}

#[test]
fn every_type_is_on_its_topic() {
    let document = events::asyncapi();
    for (event_type, topic) in Payload::TYPES {
        let messages = &document["channels"][topic.name()]["messages"];
        assert!(keys(messages).contains(event_type), "{event_type}");
    }
    let kafka = &document["channels"][Topic::Tasks.name()]["bindings"]["kafka"];
    assert_eq!(kafka["partitions"], Topic::PARTITIONS);
}

/// The schema of a message's payload, with all that it refers to.
fn payload(name: &str) -> jsonschema::Validator {
    let document = events::asyncapi();
    jsonschema::draft7::new(&json!({
        "allOf": [document["components"]["messages"][name]["payload"]],
        "components": document["components"],
    }))
    .unwrap()
}

fn golden(event_type: &str) -> Value {
    let name = format!("tests/golden/v{}.{event_type}.json", events::SCHEMA);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_corpus_is_what_it_says() {
    for (event_type, _) in Payload::TYPES {
        let schema = payload(event_type);
        let event = golden(event_type);
        let wrapped = json!({
            "specversion": "1.0",
            "id": event["event_id"],
            "source": "taskflow-backend",
            "type": event_type,
            "data": event,
        });
        assert!(schema.validate(&wrapped).is_ok(), "{event_type}");
        for wrong in [
            ("/data/data", json!(7)),
            ("/data/seq", json!("1")),
            ("/type", json!("x")),
        ] {
            let mut altered = wrapped.clone();
            *altered.pointer_mut(wrong.0).unwrap() = wrong.1;
            assert!(
                schema.validate(&altered).is_err(),
                "{event_type}: {}",
                wrong.0
            );
        }
        let event = Event::decode(&serde_json::to_vec(&golden(event_type)).unwrap()).unwrap();
        let notice = serde_json::to_value(Notice::of(&event)).unwrap();
        assert!(payload("notice").validate(&notice).is_ok(), "{event_type}");
    }
    assert!(
        payload("notice")
            .validate(&json!({"type": "task.created"}))
            .is_err()
    );
}
