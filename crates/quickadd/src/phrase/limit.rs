//! Where a recurrence begins and ends.

use jiff::civil::Date;

use super::{
    At, Day, Setting,
    amount::{Amount, amount},
    day,
};
use crate::{cursor::Cursor, vocabulary};

pub(crate) enum Limit {
    /// Inclusive.
    Until(Date),
    For(Amount),
    Times(u32),
}

/// As `recurrence` counts.
const MOST_TIMES: u32 = 1_000;

/// "until 3 may", "for 5 weeks", "10 times".
pub(super) fn limit<'w>(cursor: Cursor<'w>, setting: Setting<'_>) -> Option<(Limit, Cursor<'w>)> {
    if let Some(cursor) = cursor.one_of(&["until", "till"]) {
        let (day, end) = plain_day(cursor, setting)?;
        let At::Date(date) = day.at else { return None };
        return Some((Limit::Until(date), end));
    }
    let after = cursor.word("for");
    let inner = after.unwrap_or(cursor);
    if let Some((times, end)) = times(inner) {
        return Some((Limit::Times(times), end));
    }
    let (amount, end) = amount(after?)?;
    // Hours are no length of a series.
    amount.after(setting.now.date())?;
    Some((Limit::For(amount), end))
}

/// "from monday"; elsewhere "from" leaves a date in the title.
pub(super) fn from<'w>(cursor: Cursor<'w>, setting: Setting<'_>) -> Option<(Day, Cursor<'w>)> {
    plain_day(cursor.word("from")?, setting)
}

fn times(cursor: Cursor<'_>) -> Option<(u32, Cursor<'_>)> {
    let (times, cursor) = cursor.read(vocabulary::number)?;
    (times <= MOST_TIMES).then_some((times, cursor.word("times")?))
}

fn plain_day<'w>(cursor: Cursor<'w>, setting: Setting<'_>) -> Option<(Day, Cursor<'w>)> {
    let setting = Setting {
        only_date: true,
        ..setting
    };
    let (day, _, end) = day::day(cursor, None, setting)?;
    Some((day, end))
}
