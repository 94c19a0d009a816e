//! "The 31st, or the last day of the month", said in the terms of RFC 5545.

use crate::rule::{Frequency, Rule};

impl Rule {
    /// Makes a single day after the 28th mean the last day in months that do not have it.
    pub(crate) fn or_last_day(&mut self) {
        let [day @ 29..=31] = self.month_days[..] else {
            return;
        };
        let by_month = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        if !by_month || !self.weekdays.is_empty() || !self.positions.is_empty() {
            return;
        }
        let lacks_day = |month: &i8| matches!((month, day), (2, _) | (4 | 6 | 9 | 11, 31));
        if !self.months.is_empty() && !self.months.iter().any(lacks_day) {
            return;
        }
        if day == 31 {
            self.month_days = vec![-1];
        } else {
            self.month_days = (28..=day).collect();
            self.positions = self.lasts(day);
        }
    }

    /// The day that `or_last_day` was given, where it needed positions to say so.
    pub(crate) fn day_or_last(&self) -> Option<i8> {
        let [28, .., day @ 29..=30] = self.month_days[..] else {
            return None;
        };
        let all = self.month_days.len() == usize::from(day.unsigned_abs()) - 27;
        let all = all && self.weekdays.is_empty();
        (all && self.positions == self.lasts(day)).then_some(day)
    }

    /// Where the last of each month stands among the days 28 to `last` of the whole period.
    ///
    /// Only February varies in length, so what comes before it is counted from the front and
    /// the others from the end.
    fn lasts(&self, last: i8) -> Vec<i16> {
        if self.frequency == Frequency::Monthly {
            return vec![-1];
        }
        let days = i16::from(last) - 27;
        let (january, months) = if self.months.is_empty() {
            (true, 12)
        } else {
            (self.months.contains(&1), self.months.len())
        };
        let front = january.then_some(days);
        let after = months - usize::from(january);
        let mut back: Vec<i16> = (0..12).take(after).map(|month| -1 - month * days).collect();
        back.reverse();
        front.into_iter().chain(back).collect()
    }
}
