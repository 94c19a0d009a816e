//! What is wrong with a rule is said of the right part.

use jiff::tz::TimeZone;
use recurrence::{Rule, RuleError};

fn error(text: &str) -> RuleError {
    let start = "2026-01-31T09:00:00".parse().unwrap();
    let rule = Rule::parse(text, start, &TimeZone::UTC);
    rule.expect_err(text)
}

#[test]
fn an_error_names_its_part_and_says_why() {
    for (text, part, why) in [
        ("", "rule", "is empty"),
        (
            "every day",
            "rule",
            "has `EVERY DAY`, which is not of the form",
        ),
        ("FREQ=DAILY;", "rule", "has ``"),
        ("INTERVAL=2", "FREQ", "is missing"),
        ("FREQ=FORTNIGHTLY", "FREQ", "`FORTNIGHTLY` is not DAILY"),
        ("FREQ=HOURLY", "FREQ", "`HOURLY` is too often"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ", "is given twice"),
        (
            "FREQ=DAILY;INTERVAL=0",
            "INTERVAL",
            "`0` is not a number from 1 to 999",
        ),
        ("FREQ=DAILY;INTERVAL=1000", "INTERVAL", "from 1 to 999"),
        ("FREQ=DAILY;INTERVAL=+1", "INTERVAL", "`+1` is not a number"),
        ("FREQ=DAILY;COUNT=0", "COUNT", "from 1 to 1000"),
        ("FREQ=DAILY;COUNT=1001", "COUNT", "from 1 to 1000"),
        ("FREQ=DAILY;COUNT=ten", "COUNT", "`TEN`"),
        (
            "FREQ=YEARLY;BYMONTH=13",
            "BYMONTH",
            "`13` is not a number from 1 to 12",
        ),
        ("FREQ=YEARLY;BYMONTH=1,,2", "BYMONTH", "`` is not a number"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "BYMONTHDAY",
            "1 to 31 or -1 to -31",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "BYMONTHDAY",
            "1 to 31 or -1 to -31",
        ),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY", "`XX` is not a weekday"),
        ("FREQ=MONTHLY;BYDAY=M", "BYDAY", "`M` is not a weekday"),
        ("FREQ=MONTHLY;BYDAY=€", "BYDAY", "`€` is not a weekday"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY", "`0` is not a number"),
        (
            "FREQ=YEARLY;BYDAY=54MO",
            "BYDAY",
            "`54` is not a number from 1 to 53",
        ),
        (
            "FREQ=MONTHLY;BYDAY=6MO",
            "BYDAY",
            "no month has more than five",
        ),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-6MO", "BYDAY", "has `-6MO`"),
        (
            "FREQ=WEEKLY;BYDAY=1MO",
            "BYDAY",
            "only FREQ=MONTHLY and FREQ=YEARLY",
        ),
        ("FREQ=DAILY;BYDAY=MO,2TU", "BYDAY", "has `2TU`"),
        (
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "BYMONTHDAY",
            "cannot stand beside FREQ=WEEKLY",
        ),
        ("FREQ=WEEKLY;WKST=1", "WKST", "`1` is not MO"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS", "neither is there"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS", "1 to 366"),
        (
            "FREQ=DAILY;COUNT=2;UNTIL=20270101",
            "UNTIL",
            "cannot stand beside COUNT",
        ),
        (
            "FREQ=DAILY;UNTIL=tomorrow",
            "UNTIL",
            "`TOMORROW` is not a date",
        ),
        (
            "FREQ=DAILY;UNTIL=20270230",
            "UNTIL",
            "`20270230` is not a date",
        ),
        ("FREQ=DAILY;UNTIL=2027-03-01", "UNTIL", "is not a date"),
        ("FREQ=DAILY;UNTIL=20270301T250000", "UNTIL", "is not a date"),
        ("FREQ=DAILY;UNTIL=20270301Z", "UNTIL", "is not a date"),
        (
            "FREQ=DAILY;UNTIL=20260130",
            "UNTIL",
            "lies before the first occurrence, 2026-01-31T09:00:00",
        ),
        (
            "FREQ=DAILY;BYHOUR=9",
            "BYHOUR",
            "the time of day is that of the due date",
        ),
        ("FREQ=YEARLY;BYYEARDAY=1", "BYYEARDAY", "is not supported"),
        ("FREQ=YEARLY;BYWEEKNO=1", "BYWEEKNO", "is not supported"),
        ("FREQ=DAILY;COLOUR=RED", "COLOUR", "is not a part of a rule"),
        // What never occurs.
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "BYMONTHDAY",
            "never occurs",
        ),
        (
            "FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31",
            "BYMONTHDAY",
            "never occurs",
        ),
        (
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=-30",
            "BYMONTHDAY",
            "never occurs",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
            "INTERVAL",
            "never occurs",
        ),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "INTERVAL", "never occurs"),
        (
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
            "BYSETPOS",
            "never occurs",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=10;BYDAY=1MO",
            "BYDAY",
            "never occurs",
        ),
    ] {
        let error = error(text);
        assert_eq!(error.part, part, "{text}: {error}");
        assert!(error.detail.contains(why), "{text}: {error}");
    }
}

#[test]
fn a_rule_has_at_most_200_characters() {
    let text = format!("FREQ=DAILY;BYMONTHDAY={}", "1,".repeat(100));
    let error = error(&text);
    assert_eq!(
        error.to_string(),
        "rule: has 222 characters; at most 200 are allowed"
    );
}

#[test]
fn a_stored_rule_is_local() {
    let error = "FREQ=DAILY;UNTIL=20270101T000000Z".parse::<Rule>();
    assert_eq!(error.unwrap_err().part, "UNTIL");
}
