//! What holds for any line.

use std::collections::BTreeSet;

use events::Due;
use proptest::{collection::vec, prelude::*};
use quickadd::{Kind, MAX_CHARS, QuickAdd, parse, parse_due};

use crate::now;

/// Words that the parser knows, words that it does not, and marks between them.
const WORDS: [&str; 96] = [
    "today",
    "tonight",
    "tomorrow",
    "fri",
    "Friday",
    "sun",
    "sat",
    "monday",
    "mondays",
    "weekday",
    "weekend",
    "next",
    "this",
    "week",
    "month",
    "year",
    "day",
    "days",
    "hours",
    "minutes",
    "in",
    "a",
    "an",
    "the",
    "on",
    "at",
    "by",
    "due",
    "from",
    "to",
    "until",
    "for",
    "and",
    "of",
    "or",
    "with",
    "about",
    "after",
    "before",
    "every",
    "every!",
    "each",
    "other",
    "last",
    "first",
    "second",
    "3rd",
    "27th",
    "completion",
    "times",
    "daily",
    "monthly",
    "quarter",
    "end",
    "now",
    "jan",
    "feb",
    "may",
    "March",
    "27",
    "31",
    "3",
    "9",
    "12",
    "2027",
    "9am",
    "pm",
    "9:00",
    "3:16",
    "21:30",
    "noon",
    "midnight",
    "o'clock",
    "morning",
    "night",
    "evening",
    "Europe/Berlin",
    "UTC",
    "2027-01-27",
    "27/1",
    "3/4",
    "mon-fri",
    "remind",
    "me",
    "30m",
    "#home",
    "#a,",
    "+Work",
    "+\"My x\"",
    "!high",
    "p1",
    "\"quoted",
    "words\"",
    "-",
    "mom",
    "paprika,",
];

fn line() -> impl Strategy<Value = String> {
    let mark = prop_oneof![8 => Just(" "), 1 => Just(", "), 1 => Just("  "), 1 => Just(": ")];
    vec((prop::sample::select(&WORDS[..]), mark), 0..24).prop_map(|words| {
        words
            .into_iter()
            .flat_map(|(word, mark)| [word, mark])
            .collect()
    })
}

/// Unicode of all kinds, with the signs that mean something here.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![any::<String>(), "[#+!\\\\\"0-9:/.,a-z ]{0,8}", line()];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat().chars().take(MAX_CHARS).collect())
}

fn spans_are_in_order(line: &str, quick: &QuickAdd) {
    let units: Vec<u16> = line.encode_utf16().collect();
    let mut end = 0;
    for span in &quick.spans {
        assert!(end <= span.start && span.start < span.end, "{span:?}");
        let text = String::from_utf16(&units[span.start..span.end]).unwrap();
        assert_eq!(text, span.text);
        end = span.end;
    }
    assert!(end <= units.len());
}

/// The words outside the spans, without marks around them.
fn words_left(line: &str, quick: &QuickAdd) -> Vec<String> {
    let mut units: Vec<u16> = line.encode_utf16().collect();
    for span in &quick.spans {
        units[span.start..span.end].fill(u16::from(b' '));
    }
    words(&String::from_utf16(&units).unwrap())
}

fn words(text: &str) -> Vec<String> {
    let is_mark = |c: char| ",.;:!?…-–—\\".contains(c);
    text.split_whitespace()
        .map(|word| word.trim_matches(is_mark).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

fn is_timed(quick: &QuickAdd) -> bool {
    !matches!(quick.due, None | Some(Due::Date { .. }))
}

/// A word such as "morning" belongs to the day before it, as a zone to its time.
fn kinds(quick: &QuickAdd) -> BTreeSet<Kind> {
    let parts = ["morning", "evening", "night"];
    let spans = quick.spans.iter();
    spans
        .filter(|span| span.kind != Kind::Zone && !parts.contains(&&*span.text))
        .map(|span| span.kind)
        .collect()
}

/// Whether the title of a line has more for a field that the line has left empty.
fn has_more(quick: &QuickAdd, title: &QuickAdd) -> bool {
    let (mut filled, more) = (kinds(quick), kinds(title));
    if is_timed(quick) {
        filled.insert(Kind::Time);
        // "in 2 hours" is a day with a time, so it needs room for both.
        if is_timed(title) && !more.contains(&Kind::Time) {
            filled.insert(Kind::Due);
        }
    }
    // A second for a field that is filled stays, and may keep words apart that it stood between.
    more.is_disjoint(&filled) && !more.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_line_panics_and_no_word_is_lost(line in anything()) {
        let quick = parse(&line, &now()).unwrap();
        spans_are_in_order(&line, &quick);
        prop_assert_eq!(words(&quick.title), words_left(&line, &quick));
        parse_due(&line, &now());
    }

    #[test]
    fn the_title_holds_nothing_for_a_field_that_is_empty(line in line()) {
        let quick = parse(&line, &now()).unwrap();
        let again = parse(&quick.title, &now()).unwrap();
        prop_assert!(!has_more(&quick, &again), "{}: {again:?}", quick.title);
        prop_assert!(again.tags.is_empty() && again.reminders.is_empty());
        // Spaces are tidy.
        let tidy = quick.title.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(&quick.title, &tidy);
    }

    #[test]
    fn every_rule_is_one_that_recurrence_reads(line in line()) {
        if let Some(recurrence) = parse(&line, &now()).unwrap().recurrence {
            let rule = recurrence.rule.parse::<recurrence::Rule>();
            prop_assert!(rule.is_ok(), "{}: {rule:?}", recurrence.rule);
        }
    }

    #[test]
    fn a_date_alone_means_the_same_in_a_line(line in line()) {
        let quick = parse(&format!("x {line}"), &now()).unwrap();
        if let Some(due) = parse_due(&line, &now())
            && quick.title == "x"
        {
            prop_assert_eq!(quick.due, Some(due));
        }
    }
}
