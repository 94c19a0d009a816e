//! What is echoed of a line.

use quickadd::{Kind, parse};

use crate::now;

fn spans(line: &str) -> Vec<(Kind, String)> {
    let quick = parse(line, &now()).unwrap();
    quick
        .spans
        .into_iter()
        .map(|span| (span.kind, span.text))
        .collect()
}

fn some(expected: &[(Kind, &str)]) -> Vec<(Kind, String)> {
    expected
        .iter()
        .map(|(kind, text)| (*kind, (*text).to_owned()))
        .collect()
}

#[test]
fn what_was_understood_is_echoed_in_the_order_of_the_line() {
    assert_eq!(
        spans("Pay rent every month on the last day #home !high at 9:00"),
        some(&[
            (Kind::Recurrence, "every month on the last day"),
            (Kind::Tag, "#home"),
            (Kind::Priority, "!high"),
            (Kind::Time, "at 9:00"),
        ])
    );
    assert_eq!(
        spans("Call by friday 9am Asia/Tokyo, +\"My work\" remind me 1h before!"),
        some(&[
            (Kind::Due, "by friday"),
            (Kind::Time, "9am"),
            (Kind::Zone, "Asia/Tokyo"),
            (Kind::Project, "+\"My work\""),
            (Kind::Reminder, "remind me 1h before"),
        ])
    );
    assert_eq!(
        spans("x every #a #b day until 3 may"),
        some(&[
            (Kind::Recurrence, "every"),
            (Kind::Tag, "#a"),
            (Kind::Tag, "#b"),
            (Kind::Recurrence, "day until 3 may"),
        ])
    );
}

#[test]
fn offsets_are_those_of_javascript() {
    let line = "🎉 Fête #été tomorrow";
    let units: Vec<u16> = line.encode_utf16().collect();
    for span in parse(line, &now()).unwrap().spans {
        assert_eq!(
            String::from_utf16(&units[span.start..span.end]).unwrap(),
            span.text
        );
    }
    let first = &parse(line, &now()).unwrap().spans[0];
    assert_eq!((first.start, first.end), (8, 12));
}

#[test]
fn the_wire_form_is_flat_and_in_lower_case() {
    let quick = parse("Call every! day !high", &now()).unwrap();
    assert_eq!(
        serde_json::to_value(quick).unwrap(),
        serde_json::json!({
            "title": "Call",
            "due": {"kind": "date", "date": "2026-11-18"},
            "recurrence": {"rule": "FREQ=DAILY", "after_completion": true},
            "tags": [],
            "project": null,
            "priority": "high",
            "reminders": [],
            "spans": [
                {"start": 5, "end": 15, "kind": "recurrence", "text": "every! day"},
                {"start": 16, "end": 21, "kind": "priority", "text": "!high"},
            ],
        })
    );
}

#[test]
fn what_is_more_than_a_task_takes_stays_in_the_title() {
    let tags = |range: std::ops::Range<usize>| range.map(|n| format!("#t{n}")).collect::<Vec<_>>();
    let known = tags(0..20).join(" ");
    let quick = parse(&format!("Buy milk {known} #over #t3 #more"), &now()).unwrap();
    assert_eq!(quick.title, "Buy milk #over #more");
    let named: Vec<String> = quick.tags.iter().map(|tag| format!("#{tag}")).collect();
    assert_eq!(named, tags(0..20));
    assert_eq!(quick.spans.len(), 21);

    let [longest, longer] = [50, 51].map(|length| "ä".repeat(length));
    let quick = parse(&format!("Buy milk #{longest} #{longer}"), &now()).unwrap();
    assert_eq!(quick.title, format!("Buy milk #{longer}"));
    assert_eq!(quick.tags, [longest]);

    let remind: Vec<String> = (10..=20)
        .map(|n| format!("remind me {n} minutes before"))
        .collect();
    let quick = parse(&format!("Dentist tomorrow {}", remind.join(" ")), &now()).unwrap();
    assert_eq!(quick.title, "Dentist remind me 10 minutes before");
    assert_eq!(quick.reminders, (11..=20).rev().collect::<Vec<_>>());

    let quick = parse("Passport tomorrow remind me 60 weeks before", &now()).unwrap();
    assert_eq!(quick.title, "Passport remind me 60 weeks before");
}
