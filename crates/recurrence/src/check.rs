//! What no rule may say, and rules that never occur.

use events::Moment;

use crate::{
    RuleError,
    rule::{End, Frequency, NthWeekday, Rule},
};

const DAYS: [i8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Rule {
    /// Whether its parts may stand beside each other.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let by_week = matches!(self.frequency, Frequency::Daily | Frequency::Weekly);
        if self.frequency == Frequency::Weekly && !self.month_days.is_empty() {
            let detail = "cannot stand beside FREQ=WEEKLY; a week has no days of the month";
            return Err(RuleError::new("BYMONTHDAY", detail));
        }
        let numbered = self.weekdays.iter().find(|day| day.nth.is_some());
        if let Some(day) = numbered.filter(|_| by_week) {
            let detail = format!(
                "has `{day}`, but only FREQ=MONTHLY and FREQ=YEARLY know the nth of a weekday"
            );
            return Err(RuleError::new("BYDAY", detail));
        }
        let in_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
        let sixth = |day: &&NthWeekday| day.nth.is_some_and(|nth| nth.abs() > 5);
        if let Some(day) = self.weekdays.iter().find(sixth).filter(|_| in_month) {
            let detail = format!("has `{day}`, but no month has more than five of a weekday");
            return Err(RuleError::new("BYDAY", detail));
        }
        if !self.positions.is_empty() && self.weekdays.is_empty() && self.month_days.is_empty() {
            let detail = "picks among the days of BYDAY or BYMONTHDAY; neither is there";
            return Err(RuleError::new("BYSETPOS", detail));
        }
        let longest = self.months.iter().filter_map(|month| {
            let index = usize::try_from(month - 1).ok()?;
            DAYS.get(index)
        });
        if let Some(longest) = longest.max()
            && !self.month_days.is_empty()
            && self.month_days.iter().all(|day| day.abs() > *longest)
        {
            let detail = "names a day that no month of BYMONTH has, so the rule never occurs";
            return Err(RuleError::new("BYMONTHDAY", detail));
        }
        Ok(())
    }

    /// Whether it occurs at all from `start` on, and if not, which part is in the way.
    pub(crate) fn check_occurs(&self, start: Moment) -> Result<(), RuleError> {
        let endless = Self {
            end: End::Never,
            ..self.clone()
        };
        let Some(first) = endless.first(start, &[]) else {
            return Err(endless.obstacle(start));
        };
        if self.first(start, &[]).is_none() {
            let detail = format!("lies before the first occurrence, {first}");
            return Err(RuleError::new("UNTIL", detail));
        }
        Ok(())
    }

    /// The part without which a rule that never occurs would.
    fn obstacle(&self, start: Moment) -> RuleError {
        let easier = |change: fn(&mut Self)| {
            let mut rule = self.clone();
            change(&mut rule);
            rule
        };
        let without = [
            ("BYSETPOS", easier(|rule| rule.positions.clear())),
            ("INTERVAL", easier(|rule| rule.interval = 1)),
            ("BYDAY", easier(|rule| rule.weekdays.clear())),
            ("BYMONTHDAY", easier(|rule| rule.month_days.clear())),
        ];
        for (part, rule) in without {
            if rule != *self && rule.first(start, &[]).is_some() {
                let detail = "does not go with the rest: the rule never occurs";
                return RuleError::new(part, detail);
            }
        }
        RuleError::whole("never occurs")
    }
}
