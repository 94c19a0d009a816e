//! "3 days", "an hour", "30m".

use jiff::{Span, ToSpan, Zoned, civil::Date};

use super::Day;
use crate::{
    cursor::Cursor,
    vocabulary::{self, Unit},
};

#[derive(Clone, Copy)]
pub(crate) struct Amount {
    pub(crate) number: u32,
    pub(crate) unit: Unit,
}

pub(super) fn amount(cursor: Cursor<'_>) -> Option<(Amount, Cursor<'_>)> {
    if let Some(amount) = cursor.read(in_one_word) {
        return Some(amount);
    }
    if let Some(end) = cursor.words(&["half", "an", "hour"]) {
        let half = Amount {
            number: 30,
            unit: Unit::Minute,
        };
        return Some((half, end));
    }
    let (number, cursor) = cursor.read(|word| match word {
        "a" | "an" => Some(1),
        _ => vocabulary::number(word),
    })?;
    let (unit, end) = cursor.read(vocabulary::unit)?;
    Some((Amount { number, unit }, end))
}

fn in_one_word(word: &str) -> Option<Amount> {
    let (number, unit) = word.split_at(word.find(|c: char| !c.is_ascii_digit())?);
    Some(Amount {
        number: vocabulary::number(number)?,
        unit: vocabulary::short_unit(unit)?,
    })
}

impl Amount {
    /// Of days and longer only: hours are not civil.
    pub(crate) fn after(self, date: Date) -> Option<Date> {
        date.checked_add(self.days()?).ok()
    }

    fn days(self) -> Option<Span> {
        let number = i64::from(self.number);
        match self.unit {
            Unit::Minute | Unit::Hour => None,
            Unit::Day => Some(number.days()),
            Unit::Week => Some(number.weeks()),
            Unit::Month => Some(number.months()),
            Unit::Year => Some(number.years()),
        }
    }

    /// The day, or the minute, that far from now.
    pub(super) fn ahead_of(self, now: &Zoned) -> Option<Day> {
        let minutes = match self.unit {
            Unit::Minute => self.number,
            Unit::Hour => self.number * 60,
            _ => return self.after(now.date()).map(Day::date),
        };
        let then = now.checked_add(i64::from(minutes).minutes()).ok()?;
        let minute = then.with().second(0).subsec_nanosecond(0).build().ok()?;
        Some(Day::instant(minute.timestamp()))
    }

    /// Of weeks and shorter only.
    pub(super) fn minutes(self) -> Option<u32> {
        let minutes = match self.unit {
            Unit::Minute => 1,
            Unit::Hour => 60,
            Unit::Day => 24 * 60,
            Unit::Week => 7 * 24 * 60,
            Unit::Month | Unit::Year => return None,
        };
        Some(self.number * minutes)
    }
}
