//! Differences field by field, in order of the fields' names.

use std::collections::BTreeSet;

use events::Payload;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A field's value before and after; null where there is none.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    field: String,
    before: Value,
    after: Value,
}

/// What an event did. One that creates shows every field that got a value.
pub(super) fn of(payload: &Payload) -> serde_json::Result<Vec<FieldChange>> {
    let data = payload.to_data()?;
    Ok(match payload {
        Payload::TaskCreated(_)
        | Payload::ProjectCreated(_)
        | Payload::TagCreated(_)
        | Payload::UserCreated(_)
        | Payload::NotificationCreated(_)
        | Payload::ConversationCreated(_)
        | Payload::MessageAdded(_)
        | Payload::ToolCalled(_) => between(Value::Null, data),
        Payload::TagDeleted(_) => between(data, Value::Null),
        Payload::UserUpdated(_) | Payload::UserDeleted(_) | Payload::ConversationUpdated(_) => {
            named(data)
        }
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => Vec::new(),
        _ => listed(data),
    })
}

/// The fields in which two states differ; null is a state without fields.
pub(super) fn between(before: Value, after: Value) -> Vec<FieldChange> {
    let (mut before, mut after) = (fields(before), fields(after));
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    names
        .into_iter()
        .map(|field| FieldChange {
            before: before.remove(&field).unwrap_or_default(),
            after: after.remove(&field).unwrap_or_default(),
            field,
        })
        .filter(|change| change.before != change.after)
        .filter(|change| !(is_blank(&change.before) && is_blank(&change.after)))
        .collect()
}

/// Nothing, no text, no tags.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// The changes that the data of an event lists.
fn listed(mut data: Value) -> Vec<FieldChange> {
    fields(data["changes"].take())
        .into_iter()
        .map(|(field, mut change)| FieldChange {
            field,
            before: change["before"].take(),
            after: change["after"].take(),
        })
        .collect()
}

/// Of some fields an event may only say that they changed.
fn named(mut data: Value) -> Vec<FieldChange> {
    let names = data["changed"].take();
    let mut changes = listed(data);
    for name in names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !changes.iter().any(|change| change.field == name) {
            changes.push(FieldChange {
                field: name.to_owned(),
                before: Value::Null,
                after: Value::Null,
            });
        }
    }
    changes.sort_by(|one, other| one.field.cmp(&other.field));
    changes
}

fn fields(state: Value) -> Map<String, Value> {
    match state {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event_type: &str, data: Value) -> Value {
        let payload = Payload::read(events::SCHEMA, event_type, data).unwrap();
        serde_json::to_value(of(&payload).unwrap()).unwrap()
    }

    #[test]
    fn what_is_created_shows_the_fields_that_have_a_value() {
        let data = json!({"name": "Home", "color": null, "position": 0.0});
        assert_eq!(
            read("project.created", data),
            json!([
                {"field": "name", "before": null, "after": "Home"},
                {"field": "position", "before": null, "after": 0.0},
            ])
        );
    }

    #[test]
    fn a_tag_that_goes_takes_its_name_along() {
        assert_eq!(
            read("tag.deleted", json!({"name": "home"})),
            json!([{"field": "name", "before": "home", "after": null}])
        );
    }

    #[test]
    fn what_an_event_may_not_tell_is_named_without_values() {
        let zone = json!({"before": "UTC", "after": "Asia/Tokyo"});
        let data = json!({"changed": ["email", "time_zone"], "changes": {"time_zone": zone}});
        assert_eq!(
            read("user.updated", data),
            json!([
                {"field": "email", "before": null, "after": null},
                {"field": "time_zone", "before": "UTC", "after": "Asia/Tokyo"},
            ])
        );
    }

    #[test]
    fn states_differ_in_fields() {
        let changes = between(
            json!({"same": 1, "text": "", "gone": "x", "tags": []}),
            json!({"same": 1, "text": "new", "gone": null, "tags": null}),
        );
        assert_eq!(
            serde_json::to_value(changes).unwrap(),
            json!([
                {"field": "gone", "before": "x", "after": null},
                {"field": "text", "before": "", "after": "new"},
            ])
        );
    }
}
