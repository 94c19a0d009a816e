//! What follows an occurrence, and when it appears.

use std::iter;

use events::{CatchUp, Due, Moment, OpenPolicy, Recurrence, RecurrenceMode, find_zone};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use recurrence::Rule;

use crate::task::model::Task;

/// When the next occurrence is to be made; `None` if there is none, or it is there already.
///
/// Says the same whenever it is asked: which occurrence it will be, is decided then.
pub(crate) fn next_at(task: &Task, home: &TimeZone) -> Option<Timestamp> {
    let recurrence = task.recurrence.as_ref()?;
    if recurrence.next.is_some() || task.deleted_at.is_some() {
        return None;
    }
    match (recurrence.mode, recurrence.open) {
        (RecurrenceMode::AfterCompletion, _) => {
            let completed_at = task.completed_at?;
            following_completion(recurrence, completed_at, home).map(|_| completed_at)
        }
        (RecurrenceMode::FromDue, OpenPolicy::KeepOne) => {
            let completed_at = task.completed_at?;
            following(recurrence).map(|_| completed_at)
        }
        (RecurrenceMode::FromDue, OpenPolicy::PileUp) => {
            let comes_at = comes_at(recurrence, following(recurrence)?, home);
            Some(task.completed_at.map_or(comes_at, |at| at.min(comes_at)))
        }
    }
}

/// Which occurrence follows when it is made at `now`; `None` if nothing does any more.
pub(crate) fn next_occurrence(task: &Task, now: Timestamp, home: &TimeZone) -> Option<Moment> {
    let recurrence = task.recurrence.as_ref()?;
    if recurrence.mode == RecurrenceMode::AfterCompletion {
        // Not on a day that is still to come, where the clock ran ahead.
        return following_completion(recurrence, task.completed_at?.min(now), home);
    }
    let first = following(recurrence)?;
    let today = local(recurrence, now, home);
    // What is due on a day has not passed before its end.
    let passed = match today {
        Moment::Date(day) => Moment::Date(day.saturating_sub(1.day())),
        Moment::DateTime(_) => today,
    };
    if recurrence.catch_up == CatchUp::All || first > passed {
        return Some(first);
    }
    // Some have passed already.
    let rule = rule(recurrence)?;
    let (start, exdates) = (recurrence.start, &recurrence.exdates);
    if recurrence.catch_up == CatchUp::Skip {
        let coming = rule.after(start, exdates, passed).filter(can_be_due);
        // A time that piles up has passed when it is made: a single one was not missed.
        let is_single = rule.after(start, exdates, first) == coming;
        let is_on_time = recurrence.open == OpenPolicy::PileUp && is_single && passed == today;
        return if is_on_time { Some(first) } else { coming };
    }
    let tomorrow = Moment::Date(today.date().saturating_add(1.day()));
    rule.between(start, exdates, first, tomorrow)
        .take_while(|occurrence| *occurrence <= today)
        .last()
}

/// Which occurrence follows one that is left out.
pub(super) fn after_skipping(recurrence: &Recurrence) -> Option<Moment> {
    match recurrence.mode {
        RecurrenceMode::FromDue => following(recurrence),
        RecurrenceMode::AfterCompletion => counted_from(recurrence, recurrence.occurrence),
    }
}

fn following(recurrence: &Recurrence) -> Option<Moment> {
    rule(recurrence)?
        .after(recurrence.start, &recurrence.exdates, recurrence.occurrence)
        .filter(can_be_due)
}

/// A series ends where no task may be due any more.
pub(super) fn can_be_due(occurrence: &Moment) -> bool {
    Due::YEARS.contains(&occurrence.date().year())
}

fn following_completion(
    recurrence: &Recurrence,
    completed_at: Timestamp,
    home: &TimeZone,
) -> Option<Moment> {
    let day = local(recurrence, completed_at, home).date();
    let completed = match recurrence.start {
        Moment::Date(_) => Moment::Date(day),
        Moment::DateTime(start) => Moment::DateTime(day.to_datetime(start.time())),
    };
    counted_from(recurrence, completed)
}

/// What follows a completion then.
fn counted_from(recurrence: &Recurrence, completed: Moment) -> Option<Moment> {
    let rule = rule(recurrence)?;
    let next = |moment: Moment| rule.after_completion(moment, recurrence.number);
    let mut first = next(completed)?;
    // What is completed ahead of time is not followed by itself, or by what came before it; and
    // that may be thousands of years, which are not walked.
    if first <= recurrence.occurrence {
        first = next(recurrence.occurrence)?;
    }
    iter::successors(Some(first), |moment| next(*moment))
        .find(|moment| !recurrence.leaves_out(*moment))
        .filter(can_be_due)
}

/// When an occurrence is due.
pub(super) fn due(recurrence: &Recurrence, occurrence: Moment, home: &TimeZone) -> Due {
    let due = recurrence.due(occurrence);
    if telemetry::faults::enabled("utc-arithmetic") {
        return as_if_days_had_24_hours(recurrence, due, home);
    }
    due
}

fn as_if_days_had_24_hours(recurrence: &Recurrence, due: Due, home: &TimeZone) -> Due {
    let (Moment::DateTime(start), Moment::DateTime(local)) = (recurrence.start, Moment::from(&due))
    else {
        return due;
    };
    let Ok(begin) = recurrence.due(recurrence.start).instant(home) else {
        return due;
    };
    let at = begin + local.duration_since(start);
    let local = at.to_zoned(zone(recurrence, home)).datetime();
    recurrence.due(Moment::DateTime(local))
}

/// `None` if this version cannot read what a later one has written.
pub(super) fn rule(recurrence: &Recurrence) -> Option<Rule> {
    recurrence.rule.parse().ok()
}

/// When an occurrence comes: a day with its first moment, although it is due until the last.
fn comes_at(recurrence: &Recurrence, occurrence: Moment, home: &TimeZone) -> Timestamp {
    let due = match recurrence.due(occurrence) {
        Due::Date { date } => Due::Floating {
            local: date.to_datetime(jiff::civil::Time::midnight()),
        },
        due => due,
    };
    due.instant(home).unwrap_or(Timestamp::MAX)
}

/// An instant as the series counts time.
fn local(recurrence: &Recurrence, at: Timestamp, home: &TimeZone) -> Moment {
    let local = at.to_zoned(zone(recurrence, home)).datetime();
    match recurrence.start {
        Moment::Date(_) => Moment::Date(local.date()),
        Moment::DateTime(_) => Moment::DateTime(local),
    }
}

fn zone(recurrence: &Recurrence, home: &TimeZone) -> TimeZone {
    let own = recurrence.zone.as_deref().map(find_zone);
    own.and_then(Result::ok).unwrap_or_else(|| home.clone())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use events::SeriesId;

    use super::*;

    /// Daily; this is the one of the 10th.
    fn daily(start: &str, mode: RecurrenceMode, open: OpenPolicy, catch_up: CatchUp) -> Recurrence {
        let moment = |day: &str| start.replace("01", day).parse().unwrap();
        Recurrence {
            series_id: SeriesId::generate(),
            rule: "FREQ=DAILY".to_owned(),
            mode,
            open,
            catch_up,
            start: moment("01"),
            exdates: Vec::new(),
            zone: None,
            occurrence: moment("10"),
            number: 10,
            next: None,
        }
    }

    fn task(recurrence: Recurrence, completed_at: Option<Timestamp>) -> Task {
        Task {
            completed: completed_at.is_some(),
            completed_at,
            recurrence: Some(recurrence),
            ..Task::blank()
        }
    }

    fn noon(day: u32) -> Timestamp {
        format!("2026-05-{day:02}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn what_follows_depends_on_what_has_passed() {
        use CatchUp::{All, Latest, Skip};
        use OpenPolicy::{KeepOne, PileUp};
        use RecurrenceMode::{AfterCompletion, FromDue};
        let (day, nine) = ("2026-05-01", "2026-05-01T09:00:00");
        // At noon of the 10th, the 11th and the 13th.
        for (start, mode, open, catch_up, follows) in [
            (nine, FromDue, KeepOne, All, [11, 11, 11]),
            (nine, FromDue, KeepOne, Latest, [11, 11, 13]),
            (nine, FromDue, KeepOne, Skip, [11, 12, 14]),
            (nine, FromDue, PileUp, All, [11, 11, 11]),
            (nine, FromDue, PileUp, Latest, [11, 11, 13]),
            // It piles up when it has come: then it is not missed.
            (nine, FromDue, PileUp, Skip, [11, 11, 14]),
            // A day has not passed at its noon.
            (day, FromDue, KeepOne, All, [11, 11, 11]),
            (day, FromDue, KeepOne, Latest, [11, 11, 13]),
            (day, FromDue, KeepOne, Skip, [11, 11, 13]),
            (day, FromDue, PileUp, All, [11, 11, 11]),
            (day, FromDue, PileUp, Latest, [11, 11, 13]),
            (day, FromDue, PileUp, Skip, [11, 11, 13]),
            // Counted from the completion, there is nothing to catch up with.
            (nine, AfterCompletion, KeepOne, All, [11, 12, 14]),
            (nine, AfterCompletion, KeepOne, Skip, [11, 12, 14]),
            (day, AfterCompletion, KeepOne, Latest, [11, 12, 14]),
        ] {
            for (now, follows) in [10, 11, 13].map(noon).into_iter().zip(follows) {
                let recurrence = daily(start, mode, open, catch_up);
                let task = task(recurrence, Some(now));
                let next = next_occurrence(&task, now, &TimeZone::UTC).unwrap();
                let case = format!("{start} {mode:?} {open:?} {catch_up:?} at {now}: {next}");
                assert_eq!(next.date().day(), follows, "{case}");
                let has_time = matches!(next, Moment::DateTime(_));
                assert_eq!(has_time, start == nine, "{case}");
            }
        }
    }

    #[test]
    fn what_is_left_out_follows_no_completion_either() {
        for (start, exdate) in [
            ("2026-05-01", "2026-05-12"),
            ("2026-05-01T09:00:00", "2026-05-12T09:00:00"),
            ("2026-05-01T09:00:00", "2026-05-12"),
        ] {
            let recurrence = Recurrence {
                exdates: vec![exdate.parse().unwrap()],
                ..daily(
                    start,
                    RecurrenceMode::AfterCompletion,
                    OpenPolicy::KeepOne,
                    CatchUp::Latest,
                )
            };
            let skipped = Recurrence {
                occurrence: start.replace("01", "11").parse().unwrap(),
                ..recurrence.clone()
            };
            assert_eq!(
                after_skipping(&skipped).unwrap().date().day(),
                13,
                "{exdate}"
            );
            let task = task(recurrence, Some(noon(11)));
            let next = next_occurrence(&task, noon(11), &TimeZone::UTC);
            assert_eq!(next.unwrap().date().day(), 13, "{exdate}");
        }
    }

    #[test]
    fn what_is_completed_ahead_of_time_is_followed_by_what_comes_after_it() {
        for (rule, completed, follows) in [
            ("FREQ=DAILY;INTERVAL=3", 8, Some(11)),
            // The 9th would come before its own day, so it is counted from that.
            ("FREQ=DAILY;INTERVAL=3", 6, Some(13)),
            ("FREQ=DAILY;UNTIL=20260511", 6, Some(11)),
            ("FREQ=DAILY;UNTIL=20260510", 6, None),
            // It has ended, although an occurrence lies in between.
            ("FREQ=DAILY;UNTIL=20260511", 12, None),
        ] {
            let recurrence = Recurrence {
                rule: rule.to_owned(),
                ..daily(
                    "2026-05-01",
                    RecurrenceMode::AfterCompletion,
                    OpenPolicy::KeepOne,
                    CatchUp::Latest,
                )
            };
            let task = task(recurrence, Some(noon(completed)));
            let next = next_occurrence(&task, noon(completed), &TimeZone::UTC);
            let day = next.map(|next| next.date().day());
            assert_eq!(day, follows, "{rule} on the {completed}th");
        }
    }

    /// A debug build on a busy machine takes a thousandth of this; walking there takes minutes.
    #[test]
    fn what_is_completed_thousands_of_years_ahead_costs_nothing() {
        let begin = Instant::now();
        let recurrence = Recurrence {
            start: "9000-01-01".parse().unwrap(),
            occurrence: "9000-01-01".parse().unwrap(),
            ..daily(
                "2026-05-01",
                RecurrenceMode::AfterCompletion,
                OpenPolicy::KeepOne,
                CatchUp::Latest,
            )
        };
        let task = task(recurrence, Some(noon(11)));
        let next = next_occurrence(&task, noon(11), &TimeZone::UTC);
        assert_eq!(next.unwrap().to_string(), "9000-01-02");
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "{:?}",
            begin.elapsed()
        );
    }

    #[test]
    fn a_completion_that_is_still_to_come_happened_now() {
        let recurrence = daily(
            "2026-05-01",
            RecurrenceMode::AfterCompletion,
            OpenPolicy::KeepOne,
            CatchUp::Latest,
        );
        let task = task(recurrence, Some(noon(20)));
        let next = next_occurrence(&task, noon(11), &TimeZone::UTC);
        assert_eq!(next.unwrap().date().day(), 12);
    }
}
