//! How something comes again, as people and models write it.

use std::fmt::Write;

use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::{Session, Trouble, due};

/// The words that REST knows beside RRULEs.
const PRESETS: [&str; 5] = ["none", "daily", "weekly", "monthly", "yearly"];

/// What a text means.
#[derive(Debug, PartialEq)]
pub(super) struct Meaning {
    pub(super) rule: String,
    pub(super) after_completion: bool,
    /// When it is due first, where the words say so.
    pub(super) due: Option<events::Due>,
}

impl Meaning {
    /// As REST takes it.
    pub(super) fn body(&self) -> Map<String, Value> {
        let mode = if self.after_completion {
            "after_completion"
        } else {
            "from_due"
        };
        let mut body = Map::new();
        body.insert("rule".to_owned(), self.rule.clone().into());
        body.insert("mode".to_owned(), mode.into());
        body
    }
}

/// An RRULE, a word such as `daily`, or words such as `every other monday`.
pub(super) async fn meaning(
    session: &Session,
    field: &str,
    text: &str,
) -> Result<Meaning, Trouble> {
    let text = text.trim();
    let plain = |rule: &str| Meaning {
        rule: rule.to_owned(),
        after_completion: false,
        due: None,
    };
    if due::is_none(text) {
        return Ok(plain("none"));
    }
    let lower = text.to_lowercase();
    if PRESETS.contains(&lower.as_str()) {
        return Ok(plain(&lower));
    }
    let rule = text.strip_prefix("RRULE:").unwrap_or(text);
    if rule.contains('=') {
        return Ok(plain(rule));
    }
    words(field, text, &session.now().await?)
}

fn words(field: &str, text: &str, now: &Zoned) -> Result<Meaning, Trouble> {
    let unclear = || {
        Trouble::argument(
            field,
            "write an RRULE such as FREQ=WEEKLY;BYDAY=MO, a word such as daily, or words such as \
             `every other monday` or `3 days after completion`",
        )
    };
    // A line that is this and nothing else, but for something to be done.
    let understood = quickadd::parse(&format!("task {text}"), now).map_err(|_| unclear())?;
    match understood.recurrence {
        Some(recurrence) if understood.title == "task" => Ok(Meaning {
            rule: recurrence.rule,
            after_completion: recurrence.after_completion,
            due: understood.due,
        }),
        _ => Err(unclear()),
    }
}

/// What other task managers say with two or three arguments.
pub(super) fn with_interval(
    rule: &str,
    interval: Option<u32>,
    until: Option<&str>,
) -> Result<String, Trouble> {
    let interval = interval.filter(|interval| *interval != 1);
    let field = match (interval, until) {
        (None, None) => return Ok(rule.to_owned()),
        (Some(_), _) => "recurrence_interval",
        (None, Some(_)) => "recurring_end_date",
    };
    let frequency = rule.trim().to_uppercase();
    if !["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].contains(&frequency.as_str()) {
        return Err(Trouble::argument(
            field,
            "it goes with daily, weekly, monthly or yearly; anything else says it in `recurrence` \
             itself, such as FREQ=WEEKLY;INTERVAL=2;UNTIL=20270131",
        ));
    }
    let mut rule = format!("FREQ={frequency}");
    if let Some(interval) = interval {
        let _ = write!(rule, ";INTERVAL={interval}");
    }
    if let Some(until) = until {
        let day: String = until.chars().filter(char::is_ascii_digit).take(8).collect();
        let _ = write!(rule, ";UNTIL={day}");
    }
    Ok(rule)
}

/// The next dates of a task that comes again.
pub(super) async fn next_dates(
    session: &Session,
    due: &events::Due,
    recurrence: &events::Recurrence,
) -> Result<(Option<String>, Vec<String>), Trouble> {
    let asked = json!({
        "due": due, "rule": recurrence.rule, "mode": recurrence.mode, "open": recurrence.open,
        "catch_up": recurrence.catch_up, "exdates": recurrence.exdates,
    });
    let preview: Preview = session.look("/recurrence/preview", asked).await?;
    let dates = preview.next.iter().map(|next| due::text(&next.due));
    Ok((preview.words, dates.collect()))
}

#[derive(serde::Deserialize)]
struct Preview {
    words: Option<String>,
    next: Vec<Next>,
}

#[derive(serde::Deserialize)]
struct Next {
    due: events::Due,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_a_rule_or_nothing() {
        let now: Zoned = "2026-11-21T09:00[Europe/Berlin]".parse().unwrap();
        let every = words("recurrence", "every monday", &now).unwrap();
        assert_eq!(every.rule, "FREQ=WEEKLY;BYDAY=MO");
        assert!(every.due.is_some() && !every.after_completion);
        let after = words("recurrence", "3 days after completion", &now).unwrap();
        assert!(after.after_completion);
        for unclear in ["sometimes", "every monday and more", ""] {
            assert!(words("recurrence", unclear, &now).is_err(), "{unclear}");
        }
    }

    #[test]
    fn an_interval_becomes_part_of_the_rule() {
        let rule = |rule, interval, until| with_interval(rule, interval, until).ok();
        assert_eq!(rule("weekly", None, None).as_deref(), Some("weekly"));
        assert_eq!(
            rule("weekly", Some(2), Some("2027-01-31")).as_deref(),
            Some("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270131")
        );
        assert_eq!(
            rule("FREQ=DAILY", Some(1), None).as_deref(),
            Some("FREQ=DAILY")
        );
        // Nothing that was asked for is left out in silence.
        assert_eq!(rule("FREQ=DAILY", Some(2), None), None);
        assert_eq!(rule("every monday", None, Some("2027-01-31")), None);
    }
}
