//! From a rule to its occurrences.
//!
//! The library yields days; the time of day is that of the start.

use events::Moment;
use ical::recur::{
    IcalRecurDateTime, IcalRecurFreq, IcalRecurRule, IcalRecurSkip, IcalRecurWeekday,
    IcalRecurWeekdayNum, expand::IcalRecurExpand,
};
use jiff::{
    Span,
    civil::{Date, DateTime, Weekday},
};

use crate::rule::{End, Frequency, NthWeekday, Rule};

impl Rule {
    /// All occurrences in order, until the year 9999 if nothing ends them.
    pub fn occurrences(&self, start: Moment, exdates: &[Moment]) -> impl Iterator<Item = Moment> {
        self.walk(start, exdates, start.date(), Date::MAX)
    }

    /// The first occurrence.
    pub fn first(&self, start: Moment, exdates: &[Moment]) -> Option<Moment> {
        self.walk(start, exdates, start.date(), self.horizon(start.date()))
            .next()
    }

    /// The first occurrence after `moment`. A date counts as its midnight.
    pub fn after(&self, start: Moment, exdates: &[Moment], moment: Moment) -> Option<Moment> {
        let from = moment.date().max(start.date());
        self.walk(start, exdates, from, self.horizon(from))
            .find(|occurrence| wall(*occurrence) > wall(moment))
    }

    /// The occurrences not before `from` and before `to`.
    pub fn between(
        &self,
        start: Moment,
        exdates: &[Moment],
        from: Moment,
        to: Moment,
    ) -> impl Iterator<Item = Moment> {
        self.walk(start, exdates, from.date(), to.date())
            .skip_while(move |occurrence| wall(*occurrence) < wall(from))
            .take_while(move |occurrence| wall(*occurrence) < wall(to))
    }

    /// The occurrence that follows the completion of the one with this number, where the rule
    /// begins anew on the day of a completion. `completed` is that day, with the time of day
    /// of the series.
    pub fn after_completion(&self, completed: Moment, number: u32) -> Option<Moment> {
        if self.count().is_some_and(|count| number >= count) {
            return None;
        }
        let mut rule = self.clone();
        if matches!(rule.end, End::Count(_)) {
            rule.end = End::Never;
        }
        rule.after(completed, &[], completed)
    }

    /// The occurrences from the period that holds `from` on, and not after `to`.
    fn walk(
        &self,
        start: Moment,
        exdates: &[Moment],
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = Moment> {
        let rule = self.resolved(start);
        let begin = match rule.end {
            // What is counted is counted from the start.
            End::Count(_) => start.date(),
            End::Never | End::Until(_) => rule.period(start.date(), from),
        };
        let last = match rule.end {
            End::Until(until) => to.min(until.date()),
            End::Never | End::Count(_) => to,
        };
        let end = rule.end;
        IcalRecurExpand::new(rule.until(last), library_date(begin))
            .map_while(date)
            .map(move |date| match start {
                Moment::Date(_) => Moment::Date(date),
                Moment::DateTime(time) => Moment::DateTime(date.to_datetime(time.time())),
            })
            .take_while(move |occurrence| match end {
                End::Until(Moment::DateTime(until)) => wall(*occurrence) <= until,
                _ => true,
            })
            .filter(|occurrence| {
                !exdates.contains(occurrence) && !exdates.contains(&Moment::Date(occurrence.date()))
            })
    }

    /// The first day of the period in which `date` lies, or the start: from there on the rule
    /// yields what it yields from the start, and decades need not be walked.
    fn period(&self, start: Date, date: Date) -> Date {
        let interval = i32::from(self.interval);
        let whole = |passed: i32| passed / interval * interval;
        let days = |from: Date| (date - from).get_days();
        let first = match self.frequency {
            _ if date <= start => return start,
            Frequency::Daily => plus(start, Span::new().try_days(whole(days(start)))),
            Frequency::Weekly => {
                let back = start.weekday().since(self.week_start);
                let week = start.saturating_sub(Span::new().days(back));
                plus(week, Span::new().try_weeks(whole(days(week) / 7)))
            }
            Frequency::Monthly => {
                let months = 12 * i32::from(date.year() - start.year())
                    + i32::from(date.month() - start.month());
                plus(
                    start.first_of_month(),
                    Span::new().try_months(whole(months)),
                )
            }
            Frequency::Yearly => {
                let years = whole(i32::from(date.year() - start.year()));
                plus(start.first_of_year(), Span::new().try_years(years))
            }
        };
        first.max(start)
    }

    /// The day until which to look for an occurrence. The calendar repeats after 400 years,
    /// so what a rule has not done in as many of its periods it never does.
    fn horizon(&self, from: Date) -> Date {
        let periods = |count: i32| count * i32::from(self.interval);
        let span = match self.frequency {
            Frequency::Daily => Span::new().try_days(periods(146_097)),
            Frequency::Weekly => Span::new().try_weeks(periods(20_871)),
            Frequency::Monthly => Span::new().try_months(periods(4_800)),
            Frequency::Yearly => Span::new().try_years(periods(400)),
        };
        plus(from, span)
    }

    /// In the library's terms.
    fn until(self, last: Date) -> IcalRecurRule {
        let positive = |months: Vec<i8>| months.into_iter().map(i8::unsigned_abs).collect();
        IcalRecurRule {
            freq: match self.frequency {
                Frequency::Daily => IcalRecurFreq::Daily,
                Frequency::Weekly => IcalRecurFreq::Weekly,
                Frequency::Monthly => IcalRecurFreq::Monthly,
                Frequency::Yearly => IcalRecurFreq::Yearly,
            },
            until: Some(library_date(last)),
            count: self.count(),
            interval: u32::from(self.interval),
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: self.weekdays.into_iter().map(library_weekday).collect(),
            by_month_day: self.month_days,
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: positive(self.months),
            by_set_pos: self.positions,
            week_start: weekday(self.week_start),
            scale: None,
            skip: IcalRecurSkip::Omit,
        }
    }
}

/// On the wall and its calendar.
fn wall(moment: Moment) -> DateTime {
    match moment {
        Moment::Date(date) => date.at(0, 0, 0, 0),
        Moment::DateTime(time) => time,
    }
}

fn plus(date: Date, span: Result<Span, jiff::Error>) -> Date {
    span.and_then(|span| date.checked_add(span))
        .unwrap_or(Date::MAX)
}

fn date(day: IcalRecurDateTime) -> Option<Date> {
    let year = i16::try_from(day.year).ok()?;
    Date::new(year, day.month.cast_signed(), day.day.cast_signed()).ok()
}

fn library_date(date: Date) -> IcalRecurDateTime {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    IcalRecurDateTime::date(i32::from(date.year()), month, day)
}

fn library_weekday(day: NthWeekday) -> IcalRecurWeekdayNum {
    IcalRecurWeekdayNum {
        ordinal: day.nth.map(i16::from),
        weekday: weekday(day.weekday),
    }
}

fn weekday(weekday: Weekday) -> IcalRecurWeekday {
    match weekday {
        Weekday::Monday => IcalRecurWeekday::Monday,
        Weekday::Tuesday => IcalRecurWeekday::Tuesday,
        Weekday::Wednesday => IcalRecurWeekday::Wednesday,
        Weekday::Thursday => IcalRecurWeekday::Thursday,
        Weekday::Friday => IcalRecurWeekday::Friday,
        Weekday::Saturday => IcalRecurWeekday::Saturday,
        Weekday::Sunday => IcalRecurWeekday::Sunday,
    }
}
