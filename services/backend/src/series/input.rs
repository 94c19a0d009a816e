//! What a client may say about how a task comes again, and the checks that make it safe to keep.

use events::{CatchUp, Due, Moment, OpenPolicy, Recurrence, RecurrenceMode, SeriesId};
use jiff::tz::TimeZone;
use recurrence::{Rule, RuleError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// Occurrences that a series remembers as left out.
pub(super) const MAX_EXDATES: usize = 366;

/// How a task is to come again.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecurrence {
    /// `none`, `daily`, `weekly`, `monthly`, `yearly`, or an RRULE (RFC 5545): DAILY to YEARLY.
    #[schema(example = "FREQ=MONTHLY;BYMONTHDAY=-1")]
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) mode: RecurrenceMode,
    #[serde(default)]
    pub(crate) open: OpenPolicy,
    #[serde(default)]
    pub(crate) catch_up: CatchUp,
    /// Occurrences to leave out: dates, or local times such as the task's.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 366)]
    pub(crate) exdates: Vec<Moment>,
}

impl NewRecurrence {
    /// A new series that begins with a task due then; `None` if it is not to come again.
    pub(crate) fn series(
        self,
        due: Option<&Due>,
        home: &TimeZone,
    ) -> Result<Option<Recurrence>, ApiError> {
        let due = due.ok_or_else(|| {
            ApiError::invalid(
                "due",
                "A task comes again counted from its due: give it one",
            )
        })?;
        let start = Moment::from(due);
        let Some(rule) = rule(&self.rule, due, home)? else {
            return Ok(None);
        };
        if self.mode == RecurrenceMode::AfterCompletion && self.open == OpenPolicy::PileUp {
            return Err(ApiError::invalid(
                "open",
                "What follows a completion cannot pile up; choose `keep_one`",
            ));
        }
        // After a completion, occurrences are counted by their numbers. By the calendar the rule
        // counts its own days, and the task would be one more.
        if self.mode == RecurrenceMode::FromDue
            && rule.count().is_some()
            && rule.first(start, &[]) != Some(start)
        {
            return Err(ApiError::invalid(
                "rule.COUNT",
                "COUNT counts from the task's due, which is none of the rule's days; move the \
                 task to one, or use UNTIL",
            ));
        }
        Ok(Some(Recurrence {
            series_id: SeriesId::generate(),
            rule: rule.to_string(),
            mode: self.mode,
            open: self.open,
            catch_up: self.catch_up,
            start,
            exdates: exdates(self.exdates, start)?,
            zone: zone(due),
            occurrence: start,
            number: 1,
            next: None,
        }))
    }
}

/// The rule that a text means for somebody at `home`; `None` for `none`.
fn rule(text: &str, due: &Due, home: &TimeZone) -> Result<Option<Rule>, ApiError> {
    let own = zone(due).and_then(|name| events::find_zone(&name).ok());
    let zone = own.as_ref().unwrap_or(home);
    let rule = Rule::parse(text, Moment::from(due), zone).map_err(refusal)?;
    // Its own text may be longer than the one that was sent, and has to be read again.
    if let Some(rule) = &rule {
        rule.to_string().parse::<Rule>().map_err(refusal)?;
    }
    Ok(rule)
}

fn zone(due: &Due) -> Option<String> {
    match due {
        Due::Zoned { zone, .. } => Some(zone.clone()),
        Due::Date { .. } | Due::Floating { .. } => None,
    }
}

/// Says which part of the rule is wrong.
fn refusal(RuleError { part, detail }: RuleError) -> ApiError {
    if part == "rule" {
        ApiError::invalid("rule", format!("The rule {detail}"))
    } else {
        ApiError::invalid(format!("rule.{part}"), format!("{part} {detail}"))
    }
}

fn exdates(mut exdates: Vec<Moment>, start: Moment) -> Result<Vec<Moment>, ApiError> {
    if exdates.len() > MAX_EXDATES {
        return Err(ApiError::invalid(
            "exdates",
            format!("A series leaves out at most {MAX_EXDATES} occurrences"),
        ));
    }
    if matches!(start, Moment::Date(_))
        && let Some(index) = exdates
            .iter()
            .position(|exdate| matches!(exdate, Moment::DateTime(_)))
    {
        return Err(ApiError::invalid(
            format!("exdates[{index}]"),
            "The task is due on a day, so name the days to leave out",
        ));
    }
    exdates.sort_unstable();
    exdates.dedup();
    Ok(exdates)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn series(input: &Value, due: &Value) -> Result<Option<Recurrence>, ApiError> {
        let input: NewRecurrence = serde_json::from_value(input.clone()).unwrap();
        let due: Option<Due> = serde_json::from_value(due.clone()).unwrap();
        input.series(due.as_ref(), &TimeZone::UTC)
    }

    #[test]
    fn a_series_begins_with_the_due_of_its_task() {
        let due = json!({"kind": "zoned", "local": "2026-11-21T09:00:00", "zone": "Asia/Tokyo"});
        let exdates = json!(["2026-11-24", "2026-11-23T09:00:00", "2026-11-24"]);
        let input = json!({"rule": "daily", "exdates": exdates});
        let recurrence = series(&input, &due).unwrap().unwrap();
        assert_eq!(recurrence.rule, "FREQ=DAILY");
        assert_eq!(recurrence.start.to_string(), "2026-11-21T09:00:00");
        assert_eq!(recurrence.occurrence, recurrence.start);
        assert_eq!(recurrence.zone.as_deref(), Some("Asia/Tokyo"));
        assert_eq!(recurrence.exdates.len(), 2);
        let none = series(&json!({"rule": "none"}), &due).unwrap();
        assert_eq!(none, None);
    }

    #[test]
    fn what_is_counted_begins_with_the_due() {
        let counts = |mode: &str, date: &str| {
            let input = json!({"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "mode": mode});
            series(&input, &json!({"kind": "date", "date": date})).is_ok()
        };
        assert!(counts("from_due", "2026-11-23"));
        assert!(!counts("from_due", "2026-11-24"));
        assert!(counts("after_completion", "2026-11-24"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let due = json!({"kind": "date", "date": "2026-11-21"});
        for (input, due, field) in [
            (json!({"rule": "daily"}), &Value::Null, "due"),
            (json!({"rule": "sometimes"}), &due, "rule"),
            (json!({"rule": "FREQ=WEEKLY;BYDAY=XX"}), &due, "rule.BYDAY"),
            (json!({"rule": "FREQ=HOURLY"}), &due, "rule.FREQ"),
            (
                json!({"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3"}),
                &due,
                "rule.COUNT",
            ),
            (
                json!({"rule": "daily", "mode": "after_completion", "open": "pile_up"}),
                &due,
                "open",
            ),
            (
                json!({"rule": "daily", "exdates": ["2026-11-22", "2026-11-23T09:00:00"]}),
                &due,
                "exdates[1]",
            ),
        ] {
            let problem = series(&input, due).unwrap_err().problem();
            assert_eq!(
                problem.field.as_deref(),
                Some(field),
                "{input}: {}",
                problem.detail
            );
        }
    }
}
