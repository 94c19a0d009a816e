//! Dates alone, and what depends on when and where it is.

use events::Due;
use quickadd::{parse, parse_due};

use crate::{at, now};

fn due(text: &str) -> Option<String> {
    parse_due(text, &now()).map(shown)
}

fn shown(due: Due) -> String {
    match due {
        Due::Date { date } => date.to_string(),
        Due::Floating { local } => local.to_string(),
        Due::Zoned { local, zone } => format!("{local} {zone}"),
    }
}

#[test]
fn a_text_that_is_only_a_date_is_read_without_doubt() {
    for (text, expected) in [
        ("friday", "2026-11-20"),
        ("to friday", "2026-11-20"),
        ("Friday at 9", "2026-11-20T09:00:00"),
        ("fri 9:00", "2026-11-20T09:00:00"),
        ("sun", "2026-11-22"),
        ("until sat", "2026-11-21"),
        ("for tomorrow morning", "2026-11-19T09:00:00"),
        ("27 jan at 9pm", "2027-01-27T21:00:00"),
        ("27th", "2026-11-27"),
        ("the 27th", "2026-11-27"),
        ("march 3", "2027-03-03"),
        ("3:16", "2026-11-19T03:16:00"),
        ("at 9", "2026-11-19T09:00:00"),
        ("noon", "2026-11-18T12:00:00"),
        ("in 2 hours", "2026-11-18T12:15:00"),
        ("next week.", "2026-11-23"),
        ("2027-01-27", "2027-01-27"),
        ("tomorrow 9:00 Asia/Tokyo", "2026-11-19T09:00:00 Asia/Tokyo"),
    ] {
        assert_eq!(due(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_text_with_anything_else_is_no_date() {
    for text in [
        "",
        "to",
        "call mom",
        "friday call mom",
        "the friday",
        "friday monday",
        "9:00 10:00",
        "every day",
        "friday #home",
        "monday to friday",
        "in 2 hours at 9",
        "remind me 1 day before",
        "3/4/2027",
        "\"friday\"",
        "\\friday",
        &"friday ".repeat(200),
    ] {
        assert_eq!(due(text), None, "{text}");
    }
}

fn due_at(line: &str, moment: &str) -> String {
    shown(parse(line, &at(moment)).unwrap().due.unwrap())
}

#[test]
fn today_is_the_day_in_the_users_zone() {
    // One instant, three dates and times.
    for (zone, tomorrow) in [
        ("Pacific/Kiritimati", "2026-11-20"),
        ("Europe/Berlin", "2026-11-19"),
        ("Pacific/Pago_Pago", "2026-11-18"),
    ] {
        let now = at("2026-11-18T10:30:00+00:00[UTC]").in_tz(zone).unwrap();
        let due = parse("Call tomorrow", &now).unwrap().due.unwrap();
        assert_eq!(shown(due), tomorrow, "{zone}");
    }
}

#[test]
fn clock_changes_move_hours_but_no_wall_times() {
    // Berlin goes from 2:00 to 3:00 on 29 March 2026, New York back at 2:00 on 1 November.
    let spring = "2026-03-28T23:30:00+01:00[Europe/Berlin]";
    assert_eq!(due_at("x in 4 hours", spring), "2026-03-29T04:30:00");
    assert_eq!(due_at("x tomorrow at 9", spring), "2026-03-29T09:00:00");
    assert_eq!(due_at("x tomorrow at 2:30", spring), "2026-03-29T02:30:00");
    assert_eq!(due_at("x every day at 2:30", spring), "2026-03-29T02:30:00");
    let autumn = "2026-10-31T23:30:00-04:00[America/New_York]";
    assert_eq!(due_at("x in 4 hours", autumn), "2026-11-01T02:30:00");
    assert_eq!(due_at("x in 1 day at 9", autumn), "2026-11-01T09:00:00");
    // Half past one happens twice, and local time alone means the first.
    assert_eq!(due_at("x in 2 hours", autumn), "2026-11-01T01:30:00");
    assert_eq!(due_at("x in 3 hours", autumn), "2026-11-01T06:30:00 UTC");
    let between = "2026-11-01T01:30:00-05:00[America/New_York]";
    assert_eq!(due_at("x in 10m", between), "2026-11-01T06:40:00 UTC");
}

#[test]
fn a_time_in_a_zone_is_the_next_one_there() {
    // In Tokyo it is 19:30 already.
    let noon = "2026-11-18T11:30:00+01:00[Europe/Berlin]";
    assert_eq!(
        due_at("x 19:00 Asia/Tokyo", noon),
        "2026-11-19T19:00:00 Asia/Tokyo"
    );
    assert_eq!(
        due_at("x 20:00 Asia/Tokyo", noon),
        "2026-11-18T20:00:00 Asia/Tokyo"
    );
}

#[test]
fn a_day_that_this_month_lacks_is_in_another() {
    let february = "2027-02-03T08:00:00+01:00[Europe/Berlin]";
    assert_eq!(due_at("x on the 30th", february), "2027-03-30");
    assert_eq!(
        due_at("x in 1 month", "2027-01-31T08:00:00+01:00[Europe/Berlin]"),
        "2027-02-28"
    );
    assert_eq!(due_at("x end of month", february), "2027-02-28");
    assert_eq!(due_at("x every month on the 30th", february), "2027-02-28");
    assert_eq!(
        due_at("x 29 feb", "2096-03-01T08:00:00+01:00[Europe/Berlin]"),
        "2104-02-29"
    );
}

#[test]
fn weeks_begin_on_monday() {
    let sunday = "2026-11-22T08:00:00+01:00[Europe/Berlin]";
    for (text, expected) in [
        ("x next week", "2026-11-23"),
        ("x next sunday", "2026-11-29"),
        ("x sunday", "2026-11-29"),
        ("x this sunday", "2026-11-22"),
        ("x this weekend", "2026-11-22"),
        ("x next weekend", "2026-11-28"),
        ("x every sunday", "2026-11-22"),
    ] {
        assert_eq!(due_at(text, sunday), expected, "{text}");
    }
}

#[test]
fn the_end_of_the_calendar_is_no_panic() {
    let last = "9999-12-30T22:00:00+00:00[UTC]";
    for line in [
        "x in 3 days",
        "x next year",
        "x every! 29th at 9",
        "x in 9999 years",
        "x 27 jan",
    ] {
        assert_eq!(
            parse(line, &at(last)).unwrap().due.map(shown),
            None,
            "{line}"
        );
    }
}
