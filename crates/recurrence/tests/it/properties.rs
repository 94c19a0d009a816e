//! What holds for every rule.

use std::time::{Duration, Instant};

use events::Moment;
use jiff::{ToSpan, tz::TimeZone};
use proptest::prelude::*;
use recurrence::Rule;

use crate::case::cases;

fn rule(text: &str, start: &str) -> (Rule, Moment) {
    let start = start.parse().unwrap();
    let rule = Rule::parse(text, start, &TimeZone::UTC);
    (rule.expect(text).unwrap(), start)
}

fn later(moment: Moment, days: i32) -> Moment {
    match moment {
        Moment::Date(date) => Moment::Date(date + days.days()),
        Moment::DateTime(time) => Moment::DateTime(time + days.days()),
    }
}

proptest! {
    #[test]
    fn a_rule_is_its_text(case in cases()) {
        let parse = |text: &str| Rule::parse(text, case.start, &TimeZone::UTC);
        if let Ok(Some(rule)) = parse(&case.rule.to_string()) {
            let text = rule.to_string();
            prop_assert!(text.len() <= 200, "{text}");
            prop_assert_eq!(text.parse(), Ok(rule.clone()));
            prop_assert_eq!(parse(&text), Ok(Some(rule)));
        }
    }

    #[test]
    fn occurrences_only_go_forward(case in cases(), skipped in 0..60_000_i32) {
        let start = case.start;
        let Ok(Some(rule)) = Rule::parse(&case.rule.to_string(), start, &TimeZone::UTC) else {
            return Ok(());
        };
        let all: Vec<_> = rule.occurrences(start, &[]).take(60).collect();
        prop_assert!(all.is_sorted_by(|one, next| one < next), "{rule}: {all:?}");
        prop_assert!(all.first() >= Some(&start));
        prop_assert_eq!(rule.first(start, &[]), all.first().copied());
        prop_assert_eq!(
            rule.resolved(start).occurrences(start, &[]).take(60).collect::<Vec<_>>(),
            all.clone()
        );
        prop_assert!(rule.words(start).starts_with("every "));

        let exdates: Vec<_> = all.iter().copied().skip(1).step_by(2).collect();
        let kept: Vec<_> = all.iter().copied().step_by(2).collect();
        let found: Vec<_> = rule.occurrences(start, &exdates).take(kept.len()).collect();
        prop_assert_eq!(found, kept);

        for pair in all.windows(2) {
            prop_assert_eq!(rule.after(start, &[], pair[0]), Some(pair[1]), "{}", rule);
        }
        if let [first, .., last] = all[..] {
            let between: Vec<_> = rule.between(start, &[], first, last).collect();
            prop_assert_eq!(&between[..], &all[..all.len() - 1]);
        }

        // Skipping ahead leads to where walking leads.
        let from = later(start, skipped);
        let walked = rule.occurrences(start, &[]).find(|occurrence| *occurrence > from);
        prop_assert_eq!(rule.after(start, &[], from), walked, "{} after {}", rule, from);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", part in "(FREQ|BYDAY|UNTIL|BYMONTHDAY)=\\PC{0,12}") {
        for text in [text, format!("FREQ=DAILY;{part}"), part] {
            let _ = Rule::parse(&text, Moment::Date(jiff::civil::date(2026, 1, 31)), &TimeZone::UTC);
        }
    }
}

#[test]
fn a_count_counts_what_is_excluded() {
    let (rule, start) = rule("FREQ=DAILY;COUNT=3", "2026-01-31");
    let excluded = ["2026-02-01".parse().unwrap()];
    let found: Vec<_> = rule
        .occurrences(start, &excluded)
        .map(|o| o.to_string())
        .collect();
    assert_eq!(found, ["2026-01-31", "2026-02-02"]);
    assert_eq!(
        rule.after(start, &excluded, "2026-02-02".parse().unwrap()),
        None
    );
}

#[test]
fn an_excluded_date_excludes_its_whole_day() {
    let (rule, start) = rule("FREQ=DAILY", "2026-01-31T09:00:00");
    let excluded = ["2026-01-31".parse().unwrap()];
    let first = rule.first(start, &excluded).unwrap();
    assert_eq!(first.to_string(), "2026-02-01T09:00:00");
}

#[test]
fn until_is_inclusive_to_the_second_and_to_the_day() {
    for (until, count) in [
        ("20260202T090000", 3),
        ("20260202T085959", 2),
        ("20260202", 3),
    ] {
        let (rule, start) = rule(&format!("FREQ=DAILY;UNTIL={until}"), "2026-01-31T09:00:00");
        assert_eq!(rule.occurrences(start, &[]).count(), count, "{until}");
    }
}

#[test]
fn after_completion_counts_from_that_day() {
    for (text, completed, next) in [
        ("FREQ=DAILY;INTERVAL=3", "2026-03-10", Some("2026-03-13")),
        ("monthly", "2026-03-31", Some("2026-04-30")),
        ("monthly", "2026-03-10", Some("2026-04-10")),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-10", Some("2026-03-16")),
        ("FREQ=DAILY;COUNT=3", "2026-03-10", Some("2026-03-11")),
        ("FREQ=DAILY;COUNT=2", "2026-03-10", None),
        ("FREQ=DAILY;UNTIL=20260310", "2026-03-10", None),
    ] {
        let (rule, _) = rule(text, "2026-01-31");
        let found = rule.after_completion(completed.parse().unwrap(), 2);
        assert_eq!(
            found.map(|next| next.to_string()).as_deref(),
            next,
            "{text}"
        );
    }
}

#[test]
fn the_ends_of_time_are_ends() {
    let (daily, start) = rule("FREQ=DAILY", "9999-12-30T23:00:00");
    assert_eq!(daily.occurrences(start, &[]).count(), 2);
    assert_eq!(
        daily.after(start, &[], "9999-12-31T23:00:00".parse().unwrap()),
        None
    );
    let (slow, start) = rule("FREQ=YEARLY;INTERVAL=999", "9000-06-01");
    assert_eq!(slow.occurrences(start, &[]).count(), 2);
    let (old, start) = rule("FREQ=WEEKLY", "-009999-01-01");
    assert!(
        old.after(start, &[], "9000-01-01".parse().unwrap())
            .is_some()
    );
}

/// A debug build on a busy machine takes a hundredth of this; walking there takes ten times it.
#[test]
fn a_start_long_ago_costs_nothing() {
    let begin = Instant::now();
    for text in ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "monthly", "yearly"] {
        let (rule, start) = rule(text, "1900-01-31T09:00:00");
        for _ in 0..1_000 {
            let next = rule.after(start, &[], "8999-06-15T12:00:00".parse().unwrap());
            assert!(next.is_some());
        }
    }
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn the_hardest_rules_end() {
    let begin = Instant::now();
    for text in [
        "FREQ=DAILY;INTERVAL=997;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54",
        "FREQ=MONTHLY;BYMONTHDAY=1,2,3;BYDAY=1MO;BYSETPOS=2",
        "FREQ=WEEKLY;INTERVAL=52;BYMONTH=7;BYDAY=MO;BYSETPOS=2",
    ] {
        let _ = Rule::parse(text, "1900-01-01".parse().unwrap(), &TimeZone::UTC);
    }
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}
