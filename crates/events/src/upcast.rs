//! Older shapes of `data`, brought to the current one step by step.
//!
//! A step is never changed after its schema number was left behind: `tests/golden/` holds what
//! was written then.

use serde_json::{Value, json};

use crate::SCHEMA;

/// `data` of an event of schema `from` in the shape of [`SCHEMA`].
pub(crate) fn upcast(from: u32, event_type: &str, data: Value) -> Value {
    (from..SCHEMA).fold(data, |data, schema| match schema {
        1 => to_2(event_type, data),
        _ => data,
    })
}

/// Since 2 every event that changes something keeps what changed under `changes`.
fn to_2(event_type: &str, mut data: Value) -> Value {
    match event_type {
        "tag.updated" => {
            let name = data["name"]["after"].take();
            let mut changes = json!({});
            if data["name"]["before"] != name {
                changes["name"] = json!({"before": data["name"]["before"], "after": name});
            }
            if data["color"]["before"] != data["color"]["after"] {
                changes["color"] = data["color"].take();
            }
            json!({"name": name, "changes": changes})
        }
        "user.updated" => {
            let mut changes = json!({});
            for field in ["time_zone", "settings"] {
                if let Some(change) = data.get_mut(field) {
                    changes[field] = change.take();
                }
            }
            json!({"changed": data["changed"], "changes": changes})
        }
        _ => data,
    }
}
