//! Random rules, with everything that may be in one.

use std::fmt::{self, Display, Formatter};

use events::Moment;
use jiff::{ToSpan, civil::Date};
use proptest::{collection::vec, prelude::*, sample::select};

/// A rule as a person may write it, and what it counts from.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) rule: Parts,
    pub(crate) start: Moment,
    /// Which of the occurrences are excluded.
    pub(crate) excluded: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) frequency: &'static str,
    pub(crate) interval: Option<u16>,
    pub(crate) months: Vec<i8>,
    pub(crate) month_days: Vec<i8>,
    pub(crate) weekdays: Vec<String>,
    pub(crate) positions: Vec<i16>,
    pub(crate) week_start: Option<&'static str>,
    pub(crate) end: Option<End>,
}

#[derive(Clone, Debug)]
pub(crate) enum End {
    Count(u16),
    Until(Moment),
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    (starts(), vec(0..12_usize, 0..3))
        .prop_flat_map(|(start, excluded)| (parts(start), Just(start), Just(excluded)))
        .prop_map(|(rule, start, excluded)| Case {
            rule,
            start,
            excluded,
        })
}

fn starts() -> impl Strategy<Value = Moment> {
    let year = prop_oneof![8 => 2000..2060_i16, 1 => 1900..2000_i16, 1 => 8900..9000_i16];
    let first = Date::constant(2000, 1, 1);
    let day = prop_oneof![
        4 => (0..366_i32).prop_map(move |days| first + days.days()),
        // Ends of months and years, and a leap day.
        1 => select(vec![(1, 31), (2, 28), (2, 29), (4, 30), (12, 31), (1, 1)])
            .prop_map(|(month, day)| Date::constant(2000, month, day)),
    ];
    let time = prop_oneof![
        Just(None),
        Just(Some((0, 0))),
        (0..24_i8, 0..60_i8).prop_map(Some)
    ];
    (year, day, time).prop_map(move |(year, day, time)| {
        let date = day.with().year(year).build().unwrap_or(first);
        match time {
            None => Moment::Date(date),
            Some((hour, minute)) => Moment::DateTime(date.at(hour, minute, 0, 0)),
        }
    })
}

fn parts(start: Moment) -> impl Strategy<Value = Parts> {
    let frequency = select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    frequency.prop_flat_map(move |frequency| {
        let interval = prop_oneof![5 => Just(None), 4 => (1..7_u16).prop_map(Some), 1 => (7..1000_u16).prop_map(Some)];
        let months = prop_oneof![3 => Just(vec![]), 1 => vec(1..13_i8, 1..4)];
        let month_days = match frequency {
            "WEEKLY" => Just(vec![]).boxed(),
            _ => prop_oneof![
                4 => Just(vec![]),
                2 => month_day().prop_map(|day| vec![day]),
                1 => vec(month_day(), 2..6)
            ]
            .boxed(),
        };
        let week_start = prop_oneof![
            2 => Just(None),
            1 => select(vec!["SU", "MO", "WE", "SA"]).prop_map(Some)
        ];
        let positions = prop_oneof![
            3 => Just(vec![]),
            1 => vec(prop_oneof![-5..0_i16, 1..6_i16], 1..3)
        ];
        (
            interval,
            months,
            month_days,
            weekdays(frequency),
            positions,
            week_start,
            end(start),
        )
            .prop_map(
                move |(interval, months, month_days, weekdays, positions, week_start, end)| {
                    let any_days = !weekdays.is_empty() || !month_days.is_empty();
                    Parts {
                        frequency,
                        interval,
                        months,
                        month_days,
                        weekdays,
                        positions: if any_days { positions } else { vec![] },
                        week_start,
                        end,
                    }
                },
            )
    })
}

fn month_day() -> impl Strategy<Value = i8> {
    prop_oneof![3 => 1..29_i8, 2 => 29..32_i8, 1 => -3..0_i8, 1 => -31..-3_i8]
}

fn weekdays(frequency: &'static str) -> impl Strategy<Value = Vec<String>> {
    let code = select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    let plain = vec(code.clone().prop_map(str::to_owned), 1..6);
    let nth = prop_oneof![-5..0_i8, 1..6_i8];
    let numbered = vec(
        (nth, code).prop_map(|(nth, code)| format!("{nth}{code}")),
        1..4,
    );
    let numbered = match frequency {
        "MONTHLY" | "YEARLY" => numbered.boxed(),
        _ => plain.clone().boxed(),
    };
    prop_oneof![4 => Just(vec![]), 3 => plain, 2 => numbered]
}

fn end(start: Moment) -> impl Strategy<Value = Option<End>> {
    let days =
        prop_oneof![1 => 0..4_i32, 1 => (0..10_i32).prop_map(|weeks| weeks * 7), 2 => 0..4000_i32];
    let day = days.prop_map(move |days| start.date() + days.days());
    let until = (day, any::<bool>()).prop_map(move |(date, timed)| match start {
        Moment::DateTime(_) if timed => Moment::DateTime(date.at(12, 0, 0, 0)),
        _ => Moment::Date(date),
    });
    prop_oneof![
        3 => Just(None),
        1 => (1..30_u16).prop_map(|count| Some(End::Count(count))),
        1 => until.prop_map(|until| Some(End::Until(until))),
    ]
}

impl Parts {
    pub(crate) fn every(frequency: &'static str) -> Self {
        Self {
            frequency,
            interval: None,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            week_start: None,
            end: None,
        }
    }
}

impl Display for Parts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if let Some(interval) = self.interval {
            write!(f, ";INTERVAL={interval}")?;
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.weekdays)?;
        list(f, "BYSETPOS", &self.positions)?;
        if let Some(week_start) = self.week_start {
            write!(f, ";WKST={week_start}")?;
        }
        match &self.end {
            None => Ok(()),
            Some(End::Count(count)) => write!(f, ";COUNT={count}"),
            Some(End::Until(Moment::Date(date))) => {
                write!(f, ";UNTIL={}", date.strftime("%Y%m%d"))
            }
            Some(End::Until(Moment::DateTime(time))) => {
                write!(f, ";UNTIL={}", time.strftime("%Y%m%dT%H%M%S"))
            }
        }
    }
}

fn list(f: &mut Formatter<'_>, name: &str, items: &[impl Display]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    let items: Vec<_> = items.iter().map(ToString::to_string).collect();
    write!(f, ";{name}={}", items.join(","))
}
