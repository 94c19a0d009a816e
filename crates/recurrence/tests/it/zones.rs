//! The table of `zones.txt`: rule, then zone.

use std::collections::BTreeSet;

use events::{Due, Moment, find_zone};
use recurrence::Rule;

const TABLE: &str = include_str!("zones.txt");

#[test]
fn every_occurrence_is_due_at_the_instant_in_the_table() {
    let mut zones = BTreeSet::new();
    for block in TABLE.split("\n\n").skip(1) {
        let lines: Vec<_> = block.lines().collect();
        let [title, place, series, expected @ ..] = &lines[..] else {
            panic!("not a block: {block}");
        };
        let (kind, home) = place.split_once(", at home in ").unwrap();
        let (text, start) = series.split_once(" from ").unwrap();
        let start: Moment = start.parse().unwrap();
        let home = find_zone(home).unwrap();
        let rule = Rule::parse(text, start, &home).unwrap().unwrap();
        let actual: Vec<_> = rule
            .occurrences(start, &[])
            .take(expected.len())
            .map(|occurrence| {
                let instant = due(kind, occurrence).instant(&home).unwrap();
                format!("  {occurrence} = {instant}")
            })
            .collect();
        assert_eq!(actual, expected, "{title}: {place}, {series}");
        zones.insert(home.iana_name().unwrap().to_owned());
    }
    assert!(zones.len() >= 8, "{zones:?}");
}

fn due(kind: &str, occurrence: Moment) -> Due {
    match (kind.split_once(' '), occurrence) {
        (None, Moment::Date(date)) => Due::Date { date },
        (None, Moment::DateTime(local)) => Due::Floating { local },
        (Some((_, zone)), Moment::DateTime(local)) => Due::Zoned {
            local,
            zone: zone.to_owned(),
        },
        (Some(_), Moment::Date(_)) => panic!("a zoned date"),
    }
}
