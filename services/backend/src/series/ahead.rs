//! What a series will bring, for whoever only wants to see it.

use events::{Due, Moment, RecurrenceMode};
use jiff::{ToSpan, civil::Date};

use super::next;
use crate::task::model::Task;

/// The dues of the occurrences after a task's own, from one day up to another. None where only a completion
/// says what follows, or where something has followed already.
pub(crate) fn ahead(task: &Task, from: Date, until: Date) -> Vec<Due> {
    let Some(recurrence) = &task.recurrence else {
        return Vec::new();
    };
    if recurrence.next.is_some() || recurrence.mode == RecurrenceMode::AfterCompletion {
        return Vec::new();
    }
    let Some(rule) = next::rule(recurrence) else {
        return Vec::new();
    };
    let own = recurrence.occurrence;
    let begin = Moment::Date(from.max(own.date()));
    let end = Moment::Date(until.saturating_add(1.day()));
    rule.between(recurrence.start, &recurrence.exdates, begin, end)
        .filter(|occurrence| *occurrence > own)
        .map(|occurrence| recurrence.due(occurrence))
        .collect()
}
