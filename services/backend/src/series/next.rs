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
        return following_completion(recurrence, task.completed_at?, home);
    }
    let first = following(recurrence)?;
    let today = local(recurrence, now, home);
    if recurrence.catch_up == CatchUp::All || first > today {
        return Some(first);
    }
    // Some have passed already.
    let rule = rule(recurrence)?;
    let (start, exdates) = (recurrence.start, &recurrence.exdates);
    if recurrence.catch_up == CatchUp::Skip {
        let coming = rule.after(start, exdates, today);
        // What piles up has to come due to be made: a single one was not missed.
        let is_single = rule.after(start, exdates, first) == coming;
        let is_on_time = recurrence.open == OpenPolicy::PileUp && is_single;
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
        RecurrenceMode::AfterCompletion => {
            rule(recurrence)?.after_completion(recurrence.occurrence, recurrence.number)
        }
    }
}

fn following(recurrence: &Recurrence) -> Option<Moment> {
    rule(recurrence)?.after(recurrence.start, &recurrence.exdates, recurrence.occurrence)
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
    let rule = rule(recurrence)?;
    let next = |moment: Moment| rule.after_completion(moment, recurrence.number);
    // What is completed ahead of time is not followed by itself, or by what came before it.
    iter::successors(next(completed), |moment| next(*moment))
        .find(|moment| *moment > recurrence.occurrence)
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
