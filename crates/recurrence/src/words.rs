//! A rule as an English sentence.

mod english;

use events::Moment;

use self::english::{and, clock, date, month, month_day, nth, or, place, weekday};
use crate::rule::{End, Frequency, Rule};

impl Rule {
    /// What the rule means for a series that begins at `start`: "every 2 weeks on Monday and
    /// Friday at 9:00, 10 times".
    pub fn words(&self, start: Moment) -> String {
        let days = self.resolved(start).days();
        format!("{days}{}{}", at_time_of(start), self.ending())
    }

    /// What it means where it begins anew at each completion: "every 3 days after completion".
    pub fn words_after_completion(&self, start: Moment) -> String {
        let (days, time) = (self.days(), at_time_of(start));
        format!("{days} after completion{time}{}", self.ending())
    }

    fn days(&self) -> String {
        let unit = match self.frequency {
            Frequency::Daily => "day",
            Frequency::Weekly => "week",
            Frequency::Monthly => "month",
            Frequency::Yearly => "year",
        };
        let every = match self.interval {
            1 => format!("every {unit}"),
            n => format!("every {n} {unit}s"),
        };
        if let Some(date) = self.day_of_year() {
            return format!("{every} on {date}");
        }
        let which = if self.frequency == Frequency::Daily {
            self.only_if()
        } else if let Some(day) = self.day_or_last() {
            format!(" on the {} (or the last day)", nth(day))
        } else if !self.positions.is_empty() {
            let places: Vec<_> = self.positions.iter().map(|&n| place(n)).collect();
            format!(" on the {} {}", and(&places), self.candidates())
        } else if self.month_days.is_empty() {
            self.on_weekdays()
        } else if self.weekdays.is_empty() {
            format!(" on {}", and(&self.month_days()))
        } else {
            let (days, weekdays) = (self.month_days(), self.weekdays());
            format!(" on {} if it is {}", and(&days), or(&weekdays))
        };
        format!("{every}{which}{}", self.in_months())
    }

    /// "24 December", where that is all there is to say.
    fn day_of_year(&self) -> Option<String> {
        let [only] = self.months[..] else {
            return None;
        };
        if self.frequency != Frequency::Yearly || !self.weekdays.is_empty() {
            return None;
        }
        if only == 2 && self.day_or_last() == Some(29) {
            return Some("29 February (28 February in common years)".to_owned());
        }
        let plain = self.positions.is_empty()
            && !self.month_days.is_empty()
            && self.month_days.iter().all(|&day| day > 0);
        plain.then(|| format!("{} {}", and(&self.month_days), month(only)))
    }

    /// What a day must be where every day is looked at.
    fn only_if(&self) -> String {
        let (days, weekdays) = (or(&self.month_days()), or(&self.weekdays()));
        match (days.is_empty(), weekdays.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!(" if it is {weekdays}"),
            (false, true) => format!(" if it is {days} of the month"),
            (false, false) => format!(" if it is {days} of the month and {weekdays}"),
        }
    }

    fn on_weekdays(&self) -> String {
        let names = self.names();
        let weekdays = match (&names[..], self.frequency) {
            ([], _) => return String::new(),
            _ if self.has_nth() => {
                let each = self.weekdays.iter().map(|day| match day.nth {
                    Some(nth) => format!("the {} {}", place(nth.into()), weekday(day.weekday)),
                    None => format!("every {}", weekday(day.weekday)),
                });
                and(&each.collect::<Vec<_>>())
            }
            (WORKDAYS, Frequency::Weekly) => "Monday to Friday".to_owned(),
            (_, Frequency::Weekly) => and(&names),
            _ => format!("every {}", and(&names)),
        };
        let whole_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let of_year = if whole_year { " of the year" } else { "" };
        format!(" on {weekdays}{of_year}")
    }

    /// What BYSETPOS picks among.
    fn candidates(&self) -> String {
        let (days, weekdays) = (self.month_days(), self.weekdays());
        if !days.is_empty() && !weekdays.is_empty() {
            return format!("of {} that are {}", and(&days), or(&weekdays));
        }
        if self.weekdays.is_empty() {
            return format!("of {}", and(&days));
        }
        let names = self.names();
        match names[..] {
            _ if self.has_nth() => format!("of {}", and(&weekdays)),
            ["Saturday", "Sunday"] => "day of the weekend".to_owned(),
            [_, _, _, _, _, _, _] => "day".to_owned(),
            _ if names == WORKDAYS => "weekday".to_owned(),
            _ => or(&names),
        }
    }

    fn in_months(&self) -> String {
        if self.months.is_empty() {
            return String::new();
        }
        let of = match self.frequency {
            Frequency::Yearly => "of",
            _ => "in",
        };
        let months: Vec<_> = self.months.iter().map(|&number| month(number)).collect();
        format!(" {of} {}", and(&months))
    }

    fn ending(&self) -> String {
        match self.end {
            End::Never => String::new(),
            End::Count(1) => ", once".to_owned(),
            End::Count(count) => format!(", {count} times"),
            End::Until(last @ Moment::Date(_)) => format!(", until {}", date(last.date())),
            End::Until(last @ Moment::DateTime(_)) => {
                format!(", until {}{}", date(last.date()), at_time_of(last))
            }
        }
    }

    fn has_nth(&self) -> bool {
        self.weekdays.iter().any(|day| day.nth.is_some())
    }

    fn month_days(&self) -> Vec<String> {
        self.month_days.iter().map(|&day| month_day(day)).collect()
    }

    /// "a Monday", "the first Monday".
    fn weekdays(&self) -> Vec<String> {
        let one = self.weekdays.iter().map(|day| match day.nth {
            Some(nth) => format!("the {} {}", place(nth.into()), weekday(day.weekday)),
            None => format!("a {}", weekday(day.weekday)),
        });
        one.collect()
    }

    fn names(&self) -> Vec<&'static str> {
        let names = self.weekdays.iter().map(|day| weekday(day.weekday));
        names.collect()
    }
}

const WORKDAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

fn at_time_of(moment: Moment) -> String {
    match moment {
        Moment::Date(_) => String::new(),
        Moment::DateTime(local) => format!(" at {}", clock(local.time())),
    }
}
