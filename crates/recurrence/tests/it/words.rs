//! What a person reads, and what is stored.

use events::Moment;
use jiff::tz::TimeZone;
use recurrence::Rule;

fn rule(text: &str, start: &str) -> (Rule, Moment) {
    let start = start.parse().unwrap();
    let rule = Rule::parse(text, start, &TimeZone::UTC);
    (rule.expect(text).unwrap(), start)
}

#[test]
fn a_sentence_says_what_the_rule_means() {
    // A Saturday.
    let start = "2026-01-31T09:00:00";
    for (text, words) in [
        ("daily", "every day at 9:00"),
        ("weekly", "every week on Saturday at 9:00"),
        ("monthly", "every month on the last day at 9:00"),
        ("yearly", "every year on 31 January at 9:00"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days at 9:00"),
        (
            "FREQ=DAILY;BYMONTH=7,8",
            "every day in July and August at 9:00",
        ),
        (
            "FREQ=DAILY;BYDAY=MO,TU",
            "every day if it is a Monday or a Tuesday at 9:00",
        ),
        (
            "FREQ=DAILY;BYMONTHDAY=1,-1",
            "every day if it is the 1st or the last day of the month at 9:00",
        ),
        (
            "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
            "every day if it is the 13th of the month and a Friday at 9:00",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO;COUNT=10",
            "every 2 weeks on Monday and Friday at 9:00, 10 times",
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "every week on Monday to Friday at 9:00",
        ),
        (
            "FREQ=WEEKLY;BYDAY=SU;UNTIL=20270503",
            "every week on Sunday at 9:00, until 3 May 2027",
        ),
        (
            "FREQ=WEEKLY;UNTIL=20270503T170000Z",
            "every week on Saturday at 9:00, until 3 May 2027 at 17:00",
        ),
        ("FREQ=DAILY;COUNT=1", "every day at 9:00, once"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15",
            "every month on the 15th at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,22,-2",
            "every month on the 1st, the 22nd and the second to last day at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "every month on the last day at 9:00",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
            "every year on the last day of February at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=2",
            "every month on the 2nd in March at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=30",
            "every month on the 30th (or the last day) at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
            "every month on the 13th if it is a Friday at 9:00",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR",
            "every 2 months on the first Monday and the last Friday at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO",
            "every month on every Monday at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "every month on the last weekday at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
            "every month on the first day of the weekend at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TH;BYSETPOS=2,-1",
            "every month on the second and last Monday or Thursday at 9:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=5,6,7;BYDAY=MO,TU;BYSETPOS=1",
            "every month on the first of the 5th, the 6th and the 7th that are a Monday or a Tuesday at 9:00",
        ),
        (
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
            "every year on 24 December at 9:00",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",
            "every year on the 1st of January and July at 9:00",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "every year on 29 February (28 February in common years) at 9:00",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=30",
            "every year on the 30th (or the last day) of January and February at 9:00",
        ),
        (
            "FREQ=YEARLY;BYMONTH=9;BYDAY=1MO",
            "every year on the first Monday of September at 9:00",
        ),
        (
            "FREQ=YEARLY;BYDAY=20MO",
            "every year on the 20th Monday of the year at 9:00",
        ),
    ] {
        let (rule, start) = rule(text, start);
        assert_eq!(rule.words(start), words, "{text}");
    }
}

#[test]
fn a_date_has_no_time_of_day() {
    let (rule, start) = rule("yearly", "2026-12-24");
    assert_eq!(rule.words(start), "every year on 24 December");
}

#[test]
fn what_begins_anew_at_completion_leaves_the_day_open() {
    for (text, words) in [
        ("monthly", "every month after completion at 9:00"),
        (
            "FREQ=DAILY;INTERVAL=3;COUNT=4",
            "every 3 days after completion at 9:00, 4 times",
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO",
            "every week on Monday after completion at 9:00",
        ),
    ] {
        let (rule, start) = rule(text, "2026-01-31T09:00:00");
        assert_eq!(rule.words_after_completion(start), words, "{text}");
    }
}

#[test]
fn a_rule_has_one_text() {
    for (text, canonical) in [
        ("daily", "FREQ=DAILY"),
        (" Weekly ", "FREQ=WEEKLY"),
        ("rrule:interval=1;freq=daily", "FREQ=DAILY"),
        (
            "FREQ=WEEKLY;BYDAY=FR,MO,FR;WKST=SU",
            "FREQ=WEEKLY;BYDAY=MO,FR",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "FREQ=WEEKLY;INTERVAL=2"),
        (
            "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-1,15,2,-2",
            "FREQ=MONTHLY;BYMONTHDAY=2,15,-2,-1;COUNT=3",
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR,+2TU,2MO",
            "FREQ=MONTHLY;BYDAY=2MO,2TU,-1FR",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
        ),
        (
            "FREQ=MONTHLY;BYMONTH=1,3;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=1,3;BYMONTHDAY=30",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=31",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,4;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=1,4;BYMONTHDAY=-1",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15,31",
            "FREQ=MONTHLY;BYMONTHDAY=15,31",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,2,3;BYMONTHDAY=30",
            "FREQ=YEARLY;BYMONTH=1,2,3;BYMONTHDAY=28,29,30;BYSETPOS=3,-4,-1",
        ),
        (
            "FREQ=DAILY;UNTIL=20270503T150000Z",
            "FREQ=DAILY;UNTIL=20270503T170000",
        ),
        (
            "FREQ=DAILY;UNTIL=20270503t150000",
            "FREQ=DAILY;UNTIL=20270503T150000",
        ),
        ("FREQ=DAILY;UNTIL=20270503", "FREQ=DAILY;UNTIL=20270503"),
    ] {
        let start = "2026-01-31T09:00:00".parse().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let rule = Rule::parse(text, start, &berlin).unwrap().unwrap();
        assert_eq!(rule.to_string(), canonical, "{text}");
    }
}

#[test]
fn none_is_no_rule() {
    let start = "2026-01-31".parse().unwrap();
    assert_eq!(Rule::parse("none", start, &TimeZone::UTC), Ok(None));
    assert!("none".parse::<Rule>().is_err());
}

#[test]
fn the_end_of_a_series_of_dates_is_a_date() {
    for until in ["20270503", "20270503T000000Z", "20270503T235959"] {
        let (rule, _) = rule(&format!("FREQ=DAILY;UNTIL={until}"), "2026-01-31");
        assert_eq!(rule.to_string(), "FREQ=DAILY;UNTIL=20270503");
    }
}

#[test]
fn other_calendars_get_a_rule_that_leaves_nothing_to_the_start() {
    for (text, start, resolved) in [
        ("weekly", "2026-01-31", "FREQ=WEEKLY;BYDAY=SA"),
        (
            "monthly",
            "2026-01-30",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
        ),
        (
            "yearly",
            "2024-02-29",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        ),
        (
            "FREQ=YEARLY;BYMONTH=4",
            "2026-01-31",
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1",
        ),
        (
            "FREQ=YEARLY;BYMONTHDAY=5",
            "2026-01-31",
            "FREQ=YEARLY;BYMONTHDAY=5",
        ),
    ] {
        let (rule, start) = rule(text, start);
        assert_eq!(rule.resolved(start).to_string(), resolved, "{text}");
    }
}
