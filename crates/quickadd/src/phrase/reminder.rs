//! "remind me 1 day and 2 hours before".

use events::ReminderTime;

use super::amount::amount;
use crate::cursor::{Cursor, list};

const MOST: usize = 5;

/// In minutes before the due.
pub(super) fn reminders(cursor: Cursor<'_>) -> Option<(Vec<u32>, Cursor<'_>)> {
    let cursor = cursor.word("remind")?.maybe("me");
    let (minutes, cursor) = list(cursor, MOST, |item| {
        let (length, end) = amount(item)?;
        // "1 day before and 2 hours before" says it twice.
        let end = match end.word("before") {
            Some(before) if before.and().and_then(amount).is_some() => before,
            _ => end,
        };
        let minutes = length.minutes()?;
        (minutes <= ReminderTime::MAX_MINUTES).then_some((minutes, end))
    })?;
    Some((minutes, cursor.word("before")?))
}
