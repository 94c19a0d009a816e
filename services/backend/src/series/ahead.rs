//! What a series will bring, for whoever only wants to see it.

use events::{Due, Moment, RecurrenceMode};
use jiff::{ToSpan, civil::Date};

use super::next;
use crate::task::model::Task;

/// The dues of the occurrences after a task's own, up to a day. None where only a completion
/// says what follows, or where something has followed already.
pub(crate) fn ahead(task: &Task, until: Date) -> Vec<Due> {
    let Some(recurrence) = &task.recurrence else {
        return Vec::new();
    };
    if recurrence.next.is_some() || recurrence.mode == RecurrenceMode::AfterCompletion {
        return Vec::new();
    }
    let Some(rule) = next::rule(recurrence) else {
        return Vec::new();
    };
    let end = Moment::Date(until.saturating_add(1.day()));
    rule.between(
        recurrence.start,
        &recurrence.exdates,
        recurrence.occurrence,
        end,
    )
    .filter(|occurrence| *occurrence != recurrence.occurrence)
    .map(|occurrence| recurrence.due(occurrence))
    .collect()
}
