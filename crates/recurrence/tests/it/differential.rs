//! Our occurrences against those of python-dateutil, over random rules.
//!
//! `TASKFLOW_SEED` makes them others or repeats a run, `TASKFLOW_RULES` says how many rules.

use std::{collections::BTreeMap, env};

use events::Moment;
use jiff::{
    ToSpan,
    civil::{DateTime, Weekday},
    tz::TimeZone,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use recurrence::Rule;

use crate::{
    case::{Case, End, Parts, cases},
    oracle::{Oracle, Question},
};

const SEED: u64 = 20_261_129;
/// How many occurrences of a rule are compared, and within how many years.
const LIMIT: usize = 25;
const YEARS: i32 = 40;

/// Where our text is no help: dateutil has to be asked from the first day of that week.
const FIRST_WEEK: &str = "first week";

/// A purposeful difference: its name, why, and which rules it touches.
type Difference = (&'static str, &'static str, fn(&Case) -> bool);

const DIFFERENCES: [Difference; 3] = [
    (
        FIRST_WEEK,
        "dateutil counts the BYSETPOS of the first week from the start, not from its first day",
        touches_first_week,
    ),
    (
        "month end",
        "dateutil leaves out months without the day, we take their last",
        |case| {
            let rule = &case.rule;
            let by_month = matches!(rule.frequency, "MONTHLY" | "YEARLY");
            let day = match rule.month_days[..] {
                [] => case.start.date().day(),
                // Given twice is given once.
                [day, ref more @ ..] if more.iter().all(|other| *other == day) => day,
                _ => 0,
            };
            by_month && day > 28 && rule.weekdays.is_empty() && rule.positions.is_empty()
        },
    ),
    (
        "UNTIL a day",
        "dateutil ends at its midnight, we at its end",
        |case| {
            matches!(case.start, Moment::DateTime(_))
                && matches!(case.rule.end, Some(End::Until(Moment::Date(_))))
        },
    ),
];

#[test]
fn agrees_with_dateutil_but_for_the_purposeful_differences() {
    let (seed, rules) = (
        variable("TASKFLOW_SEED").unwrap_or(SEED),
        variable("TASKFLOW_RULES").unwrap_or(3_000),
    );
    println!("TASKFLOW_SEED={seed} TASKFLOW_RULES={rules}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let mut oracle = Oracle::start();
    let mut outcomes = BTreeMap::<&str, u64>::new();
    for _ in 0..rules {
        let case = cases().new_tree(&mut runner).unwrap().current();
        *outcomes.entry(compare(&case, &mut oracle)).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(outcomes["the same"] * 2 > rules, "most rules must agree");
}

#[test]
fn each_purposeful_difference_is_one() {
    let mut oracle = Oracle::start();
    let monthly = Parts::every("MONTHLY");
    let daily = Parts {
        end: Some(End::Until("2026-02-02".parse().unwrap())),
        ..Parts::every("DAILY")
    };
    let weekly = Parts {
        weekdays: vec!["MO".to_owned(), "SU".to_owned()],
        positions: vec![1],
        ..Parts::every("WEEKLY")
    };
    let rules = [weekly, monthly, daily];
    for (rule, (name, why, _)) in rules.into_iter().zip(DIFFERENCES) {
        let case = Case {
            rule,
            start: "2026-01-31T09:00:00".parse().unwrap(),
            excluded: Vec::new(),
        };
        assert_eq!(compare(&case, &mut oracle), name, "{why}");
    }
}

/// Says how the two agree, and fails if they must not differ.
fn compare(case: &Case, oracle: &mut Oracle) -> &'static str {
    let text = case.rule.to_string();
    let rule = match Rule::parse(&text, case.start, &TimeZone::UTC) {
        Ok(rule) => rule.unwrap(),
        Err(error) => {
            let theirs = if touches_first_week(case) {
                from_first_day(case, &text, &[], oracle)
            } else {
                expand(case, &text, &[], oracle)
            };
            assert!(theirs.is_empty(), "{case:?}: {error}, but {theirs:?}");
            return "never occurs";
        }
    };
    let all: Vec<_> = rule.occurrences(case.start, &[]).take(LIMIT).collect();
    let exdates = case.excluded.iter().filter_map(|&index| all.get(index));
    let exdates: Vec<Moment> = exdates.copied().collect();
    let excluded: Vec<_> = exdates.iter().copied().map(wall).collect();
    let horizon = horizon(case);
    let ours: Vec<_> = rule
        .occurrences(case.start, &exdates)
        .map(wall)
        .take_while(|occurrence| *occurrence <= horizon)
        .take(LIMIT)
        .collect();
    let theirs = expand(case, &text, &excluded, oracle);
    if ours == theirs {
        return "the same";
    }
    let difference = DIFFERENCES.iter().find(|(_, _, touches)| touches(case));
    let Some((name, _, _)) = difference else {
        panic!(
            "{text} from {}\nours   {ours:?}\ntheirs {theirs:?}",
            case.start
        );
    };
    // What we mean instead is what our own text says to dateutil.
    let resolved = standard(&rule, case.start);
    let theirs = if *name == FIRST_WEEK {
        from_first_day(case, &resolved, &excluded, oracle)
    } else {
        expand(case, &resolved, &excluded, oracle)
    };
    assert_eq!(ours, theirs, "{text} as {resolved} from {}", case.start);
    name
}

/// What dateutil yields.
fn expand(case: &Case, rule: &str, excluded: &[DateTime], oracle: &mut Oracle) -> Vec<DateTime> {
    oracle.ask(&Question {
        rule,
        start: wall(case.start),
        excluded,
        horizon: horizon(case),
        limit: LIMIT,
    })
}

/// What dateutil yields when it begins with the week, from the start on. A count is counted here:
/// it must not count what comes before the start.
fn from_first_day(
    case: &Case,
    rule: &str,
    excluded: &[DateTime],
    oracle: &mut Oracle,
) -> Vec<DateTime> {
    let start = wall(case.start);
    let week_start = match case.rule.week_start {
        Some("SU") => Weekday::Sunday,
        Some("WE") => Weekday::Wednesday,
        Some("SA") => Weekday::Saturday,
        _ => Weekday::Monday,
    };
    let back = i32::from(start.date().weekday().since(week_start));
    let endless: Vec<&str> = rule
        .split(';')
        .filter(|part| !part.starts_with("COUNT="))
        .collect();
    let count = match case.rule.end {
        Some(End::Count(count)) => usize::from(count),
        _ => usize::MAX,
    };
    let yielded = oracle.ask(&Question {
        rule: &endless.join(";"),
        start: start - back.days(),
        excluded: &[],
        horizon: horizon(case),
        limit: LIMIT + excluded.len() + 7,
    });
    let counted = yielded.into_iter().filter(|moment| *moment >= start);
    counted
        .take(count)
        .filter(|moment| !excluded.contains(moment))
        .take(LIMIT)
        .collect()
}

fn touches_first_week(case: &Case) -> bool {
    case.rule.frequency == "WEEKLY" && !case.rule.positions.is_empty()
}

fn horizon(case: &Case) -> DateTime {
    wall(case.start) + YEARS.years()
}

/// The rule for a calendar that leaves out months without the day and ends at a day's midnight.
fn standard(rule: &Rule, start: Moment) -> String {
    let text = rule.resolved(start).to_string();
    let until_a_day = text
        .split_once("UNTIL=")
        .is_some_and(|(_, until)| !until.contains('T'));
    match start {
        Moment::DateTime(_) if until_a_day => format!("{text}T235959"),
        _ => text,
    }
}

fn wall(moment: Moment) -> DateTime {
    match moment {
        Moment::Date(date) => date.at(0, 0, 0, 0),
        Moment::DateTime(time) => time,
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's configuration")]
fn variable(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}
