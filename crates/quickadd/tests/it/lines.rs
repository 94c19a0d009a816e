//! The tables in `cases/`: a line, `=>`, its title and its fields.

use std::fmt::Write;

use events::{Due, Moment, Priority};
use quickadd::{QuickAdd, parse};

use crate::now;

const TABLES: [(&str, &str); 5] = [
    ("days", include_str!("cases/days.txt")),
    ("times", include_str!("cases/times.txt")),
    ("recurrence", include_str!("cases/recurrence.txt")),
    ("signs", include_str!("cases/signs.txt")),
    ("traps", include_str!("cases/traps.txt")),
];

/// Table, line number, line and meaning.
fn cases() -> impl Iterator<Item = (&'static str, usize, &'static str, &'static str)> {
    TABLES.into_iter().flat_map(|(table, text)| {
        let rows = text.lines().enumerate();
        rows.filter_map(move |(row, text)| {
            let is_comment = text.is_empty() || text.starts_with("# ");
            let (line, meaning) = (!is_comment).then(|| text.split_once(" =>").unwrap())?;
            Some((table, row + 1, line, meaning.trim()))
        })
    })
}

fn shown(quick: &QuickAdd) -> String {
    let mut text = quick.title.clone();
    match &quick.due {
        None => {}
        Some(Due::Date { date }) => write!(text, " | due {date}").unwrap(),
        Some(Due::Floating { local }) => write!(text, " | due {}", minute(*local)).unwrap(),
        Some(Due::Zoned { local, zone }) => {
            write!(text, " | due {} {zone}", minute(*local)).unwrap();
        }
    }
    if let Some(recurrence) = &quick.recurrence {
        write!(text, " | rule {}", recurrence.rule).unwrap();
        if recurrence.after_completion {
            text.push_str(" | after completion");
        }
    }
    let project = quick.project.iter().map(|name| format!("+{name}"));
    let tags = quick.tags.iter().map(|tag| format!("#{tag}"));
    let priority = quick.priority.iter().map(|priority| match priority {
        Priority::None => "!none".to_owned(),
        Priority::Low => "!low".to_owned(),
        Priority::Medium => "!medium".to_owned(),
        Priority::High => "!high".to_owned(),
        Priority::Urgent => "!urgent".to_owned(),
    });
    let signs: Vec<String> = project.chain(tags).chain(priority).collect();
    if !signs.is_empty() {
        write!(text, " | {}", signs.join(" ")).unwrap();
    }
    if !quick.reminders.is_empty() {
        let minutes: Vec<String> = quick.reminders.iter().map(ToString::to_string).collect();
        write!(text, " | remind {}", minutes.join(" ")).unwrap();
    }
    text.trim().to_owned()
}

fn minute(local: jiff::civil::DateTime) -> String {
    assert_eq!(local.second(), 0);
    local.strftime("%Y-%m-%dT%H:%M").to_string()
}

#[test]
fn every_line_means_what_the_tables_say() {
    let wrong: Vec<String> = cases()
        .filter_map(|(table, row, line, meaning)| {
            let found = shown(&parse(line, &now()).unwrap());
            let place = format!("{table}.txt:{row}: {line}");
            (found != meaning).then(|| format!("{place}\n  not {meaning}\n  but {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases().count() > 300, "{}", cases().count());
}

#[test]
fn every_rule_is_in_its_one_form_and_the_due_its_first_occurrence() {
    let mut rules = 0;
    for (table, row, line, _) in cases() {
        let quick = parse(line, &now()).unwrap();
        let Some(recurrence) = quick.recurrence else {
            continue;
        };
        rules += 1;
        let place = format!("{table}.txt:{row}: {}", recurrence.rule);
        let rule: recurrence::Rule = recurrence.rule.parse().expect(&place);
        assert_eq!(rule.to_string(), recurrence.rule, "{place}");
        let start = Moment::from(&quick.due.unwrap());
        assert_eq!(rule.first(start, &[]), Some(start), "{place}");
    }
    assert!(rules > 60, "{rules}");
}

#[test]
fn a_line_of_more_than_1000_characters_is_refused() {
    assert!(parse(&"é".repeat(1_000), &now()).is_ok());
    assert_eq!(
        parse(&"é".repeat(1_001), &now()).unwrap_err().to_string(),
        "a line must not be longer than 1000 characters"
    );
}
