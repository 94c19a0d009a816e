//! How a task comes again. Its rule is evaluated in local time: [`Due::instant`](crate::Due::instant)
//! turns an occurrence into an instant, so no hour is gained or lost when the clocks change.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::civil::{Date, DateTime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{Due, SeriesId, TaskId};

/// A task's place in a series. Every occurrence is a task of its own and carries the rule, so
/// that a changed rule leaves alone what came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recurrence {
    /// The same for all occurrences under one rule.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub series_id: SeriesId,
    /// The value of an RRULE (RFC 5545 §3.3.10).
    pub rule: String,
    pub mode: RecurrenceMode,
    pub open: OpenPolicy,
    pub catch_up: CatchUp,
    /// What the rule counts from.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11-21"))]
    pub start: Moment,
    /// Occurrences that are left out, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub exdates: Vec<Moment>,
    /// Where the local times are; they follow the person without one. Dates have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Which occurrence this task is. Moving the task changes its due, not this.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11-21"))]
    pub occurrence: Moment,
    /// Its number in the series: 1, 2, 3, …
    pub number: u32,
    /// The occurrence that followed; none while this one is the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<uuid::Uuid>))]
    pub next: Option<TaskId>,
}

/// What the next occurrence is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecurrenceMode {
    /// The rule alone says when.
    #[default]
    FromDue,
    /// The rule begins anew on the day of completion.
    AfterCompletion,
}

/// What happens when an occurrence comes due and the one before is still open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpenPolicy {
    /// It waits until that one is completed.
    #[default]
    KeepOne,
    /// It appears beside it.
    PileUp,
}

/// Which of several occurrences that have passed meanwhile are made up for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// Each of them, one after the other.
    All,
    /// The last that has come due.
    #[default]
    Latest,
    /// None: the first that is still to come.
    Skip,
}

/// An occurrence in local time: `2026-11-21`, or `2026-11-21T09:00:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Moment {
    Date(Date),
    DateTime(DateTime),
}

/// Neither a date nor a local time.
#[derive(Debug, thiserror::Error)]
#[error("expected a date such as 2026-11-21, or a local time such as 2026-11-21T09:00:00")]
pub struct NoMoment;

impl Moment {
    /// The day it lies on.
    pub fn date(self) -> Date {
        match self {
            Self::Date(date) => date,
            Self::DateTime(local) => local.date(),
        }
    }
}

impl From<&Due> for Moment {
    fn from(due: &Due) -> Self {
        match due {
            Due::Date { date } => Self::Date(*date),
            Due::Floating { local } | Due::Zoned { local, .. } => Self::DateTime(*local),
        }
    }
}

impl Recurrence {
    /// Whether somebody left an occurrence out: this one, or its day.
    pub fn leaves_out(&self, occurrence: Moment) -> bool {
        let day = Moment::Date(occurrence.date());
        self.exdates.contains(&occurrence) || self.exdates.contains(&day)
    }

    /// When an occurrence of the series is due.
    pub fn due(&self, occurrence: Moment) -> Due {
        match (occurrence, &self.zone) {
            (Moment::Date(date), _) => Due::Date { date },
            (Moment::DateTime(local), None) => Due::Floating { local },
            (Moment::DateTime(local), Some(zone)) => Due::Zoned {
                local,
                zone: zone.clone(),
            },
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::DateTime(local) => local.fmt(f),
        }
    }
}

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Dates are read from the front of times, and zones behind times are passed over.
        if text.contains(['Z', 'z', '[', '+']) {
            return Err(NoMoment);
        }
        if text.contains(['T', 't', ' ']) {
            text.parse().map(Self::DateTime).map_err(|_| NoMoment)
        } else {
            text.parse().map(Self::Date).map_err(|_| NoMoment)
        }
    }
}

impl TryFrom<String> for Moment {
    type Error = NoMoment;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A date, or a local time without a zone (RFC 3339 without an offset).",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_or_a_local_time() {
        for text in ["2026-11-21", "2026-11-21T09:00:00"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "tomorrow",
            "2026-02-30",
            "2026-11-21T09:00:00Z",
            "2026-11-21T09:00:00+01:00",
            "2026-11-21T09:00:00[Europe/Berlin]",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
