//! What a patch says about when a task is due.

use events::Due;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{error::ApiError, http::patch::Patch};

/// JSON Merge Patch of a due: absent members stay. With another `kind` than it has now, nothing of
/// it stays, so there must be all that a due of that kind has.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DuePatch {
    #[serde(default)]
    #[schema(value_type = Option<DueKind>, nullable = false)]
    kind: Patch<DueKind>,
    /// Of a `date`.
    #[serde(default)]
    #[schema(value_type = Option<Date>)]
    date: Patch<Date>,
    /// Of `floating` and `zoned`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2026-11-21T09:00:00")]
    local: Patch<DateTime>,
    /// Of `zoned`: an IANA name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    zone: Patch<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DueKind {
    Date,
    Floating,
    Zoned,
}

impl DueKind {
    const fn of(due: &Due) -> Self {
        match due {
            Due::Date { .. } => Self::Date,
            Due::Floating { .. } => Self::Floating,
            Due::Zoned { .. } => Self::Zoned,
        }
    }
}

impl From<Due> for DuePatch {
    /// Of which nothing stays.
    fn from(due: Due) -> Self {
        let patch = Self {
            kind: Patch::Value(DueKind::of(&due)),
            ..Self::default()
        };
        match due {
            Due::Date { date } => Self {
                date: Patch::Value(date),
                ..patch
            },
            Due::Floating { local } => Self {
                local: Patch::Value(local),
                ..patch
            },
            Due::Zoned { local, zone } => Self {
                local: Patch::Value(local),
                zone: Patch::Value(zone),
                ..patch
            },
        }
    }
}

impl DuePatch {
    /// What it makes of the due that there is.
    pub(super) fn over(self, current: Option<Due>) -> Result<Due, ApiError> {
        let now = current.as_ref().map(DueKind::of);
        let kind = needed("due.kind", self.kind.over(now))?;
        let (date, local, zone) = match current.filter(|_| now == Some(kind)) {
            Some(Due::Date { date }) => (Some(date), None, None),
            Some(Due::Floating { local }) => (None, Some(local), None),
            Some(Due::Zoned { local, zone }) => (None, Some(local), Some(zone)),
            None => (None, None, None),
        };
        let date = self.date.over(date);
        let local = self.local.over(local);
        let zone = self.zone.over(zone);
        if kind != DueKind::Date {
            foreign("due.date", date.is_some())?;
        }
        if kind != DueKind::Zoned {
            foreign("due.zone", zone.is_some())?;
        }
        Ok(match kind {
            DueKind::Date => {
                foreign("due.local", local.is_some())?;
                let date = needed("due.date", date)?;
                Due::Date { date }
            }
            DueKind::Floating => {
                let local = needed("due.local", local)?;
                Due::Floating { local }
            }
            DueKind::Zoned => {
                let local = needed("due.local", local)?;
                let zone = needed("due.zone", zone)?;
                Due::Zoned { local, zone }
            }
        })
    }
}

fn needed<T>(field: &'static str, value: Option<T>) -> Result<T, ApiError> {
    value.ok_or_else(|| ApiError::invalid(field, format!("missing field `{field}`")))
}

fn foreign(field: &'static str, is_there: bool) -> Result<(), ApiError> {
    if is_there {
        let detail = format!("`{field}` does not belong to a due of this kind");
        return Err(ApiError::invalid(field, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::body::parse;

    fn due(due: Value) -> Due {
        serde_json::from_value(due).unwrap()
    }

    fn patched(current: Option<Due>, patch: &Value) -> Result<Value, Option<String>> {
        let patch: DuePatch = parse(patch.to_string().as_bytes()).unwrap();
        let after = patch.over(current).map_err(|error| error.problem().field)?;
        Ok(serde_json::to_value(after).unwrap())
    }

    #[test]
    fn what_a_patch_does_not_name_stays() {
        let zoned =
            json!({"kind": "zoned", "local": "2026-11-21T09:00:00", "zone": "Europe/Berlin"});
        for (patch, field, value) in [
            (json!({}), "kind", "zoned"),
            (json!({"kind": "zoned"}), "kind", "zoned"),
            (json!({"zone": "Asia/Tokyo"}), "zone", "Asia/Tokyo"),
            (
                json!({"kind": "zoned", "local": "2026-11-22T10:00:00", "date": null}),
                "local",
                "2026-11-22T10:00:00",
            ),
        ] {
            let mut expected = zoned.clone();
            expected[field] = json!(value);
            assert_eq!(patched(Some(due(zoned.clone())), &patch), Ok(expected));
        }
        let date = json!({"kind": "date", "date": "2026-11-21"});
        let moved = patched(Some(due(date)), &json!({"date": "2026-11-22"}));
        assert_eq!(moved, Ok(json!({"kind": "date", "date": "2026-11-22"})));
    }

    #[test]
    fn of_another_kind_nothing_stays() {
        let zoned =
            json!({"kind": "zoned", "local": "2026-11-21T09:00:00", "zone": "Europe/Berlin"});
        let zoned = due(zoned);
        let floating = json!({"kind": "floating", "local": "2026-11-22T10:00:00"});
        let mut cleared = floating.clone();
        cleared["zone"] = Value::Null;
        for current in [None, Some(zoned)] {
            for patch in [&floating, &cleared] {
                assert_eq!(patched(current.clone(), patch), Ok(floating.clone()));
            }
        }
    }

    #[test]
    fn what_a_kind_lacks_or_does_not_have_is_named() {
        let floating = due(json!({"kind": "floating", "local": "2026-11-21T09:00:00"}));
        for (current, patch, field) in [
            (None, json!({"date": "2026-11-21"}), "due.kind"),
            (
                Some(floating.clone()),
                json!({"kind": null, "date": "2026-11-21"}),
                "due.kind",
            ),
            (Some(floating.clone()), json!({"local": null}), "due.local"),
            (Some(floating.clone()), json!({"zone": "UTC"}), "due.zone"),
            (
                Some(floating.clone()),
                json!({"date": "2026-11-21"}),
                "due.date",
            ),
            (Some(floating.clone()), json!({"kind": "date"}), "due.date"),
            (
                Some(floating.clone()),
                json!({"kind": "zoned", "zone": "UTC"}),
                "due.local",
            ),
            (
                Some(floating),
                json!({"kind": "date", "date": "2026-11-21", "local": "2026-11-21T09:00:00"}),
                "due.local",
            ),
        ] {
            let refused = patched(current, &patch).unwrap_err();
            assert_eq!(refused.as_deref(), Some(field), "{patch}");
        }
    }
}
