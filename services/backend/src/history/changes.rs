//! Differences field by field, in order of the fields' names.

use std::collections::{BTreeMap, BTreeSet};

use events::{Change, Payload};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A field's value before and after; null where there is none.
// As text: a page has thousands of values, and nobody here looks into one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    field: String,
    #[schema(value_type = serde_json::Value)]
    before: Box<RawValue>,
    #[schema(value_type = serde_json::Value)]
    after: Box<RawValue>,
}

impl FieldChange {
    fn new(field: &str, before: &RawValue, after: &RawValue) -> Self {
        Self {
            field: field.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }
}

/// What an event did. One that creates shows every field that got a value.
pub(super) fn of(payload: &Payload) -> serde_json::Result<Vec<FieldChange>> {
    let data = payload.to_json()?;
    match payload {
        Payload::TaskCreated(_)
        | Payload::ProjectCreated(_)
        | Payload::TagCreated(_)
        | Payload::UserCreated(_)
        | Payload::NotificationCreated(_)
        | Payload::ConversationCreated(_)
        | Payload::MessageAdded(_)
        | Payload::ToolCalled(_) => filled(&data, |field, value| {
            FieldChange::new(field, RawValue::NULL, value)
        }),
        Payload::TagDeleted(_) => filled(&data, |field, value| {
            FieldChange::new(field, value, RawValue::NULL)
        }),
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => Ok(Vec::new()),
        _ => listed(&data),
    }
}

/// The fields of a state that have a value.
fn filled(
    state: &str,
    change: impl Fn(&str, &RawValue) -> FieldChange,
) -> serde_json::Result<Vec<FieldChange>> {
    let fields: Fields<'_> = serde_json::from_str(state)?;
    let filled = fields
        .into_iter()
        .filter(|(_, value)| !is_blank(value.get()));
    Ok(filled.map(|(field, value)| change(field, value)).collect())
}

/// The fields in which two states differ.
pub(super) fn between(before: &str, after: &str) -> serde_json::Result<Vec<FieldChange>> {
    let before: Fields<'_> = serde_json::from_str(before)?;
    let after: Fields<'_> = serde_json::from_str(after)?;
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let changes = names.into_iter().filter_map(|field| {
        let (before, after) = (value(&before, field), value(&after, field));
        let differs =
            before.get() != after.get() && !(is_blank(before.get()) && is_blank(after.get()));
        differs.then(|| FieldChange::new(field, before, after))
    });
    Ok(changes.collect())
}

type Fields<'a> = BTreeMap<&'a str, &'a RawValue>;

fn value<'a>(state: &Fields<'a>, field: &str) -> &'a RawValue {
    state.get(field).copied().unwrap_or(RawValue::NULL)
}

/// Nothing, no text, no tags.
fn is_blank(json: &str) -> bool {
    matches!(json, "null" | r#""""# | "[]")
}

/// The changes that the data of an event lists. Of some fields it may only say that they changed.
fn listed(data: &str) -> serde_json::Result<Vec<FieldChange>> {
    #[derive(Deserialize)]
    struct Listed<'a> {
        #[serde(borrow, default)]
        changes: BTreeMap<&'a str, Change<&'a RawValue>>,
        #[serde(default)]
        changed: Vec<String>,
    }
    let Listed { changes, changed } = serde_json::from_str(data)?;
    let mut all: BTreeMap<&str, Option<&Change<&RawValue>>> = BTreeMap::new();
    all.extend(changed.iter().map(|field| (field.as_str(), None)));
    all.extend(changes.iter().map(|(field, change)| (*field, Some(change))));
    let told = all.into_iter().map(|(field, change)| match change {
        Some(change) => FieldChange::new(field, change.before, change.after),
        None => FieldChange::new(field, RawValue::NULL, RawValue::NULL),
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
            r#"{"same":1,"text":"","gone":"x","tags":[]}"#,
            r#"{"same":1,"text":"new","gone":null,"tags":null}"#,
        );
        assert_eq!(
            serde_json::to_value(changes.unwrap()).unwrap(),
            json!([
                {"field": "gone", "before": "x", "after": null},
                {"field": "text", "before": "", "after": "new"},
            ])
        );
    }
}
