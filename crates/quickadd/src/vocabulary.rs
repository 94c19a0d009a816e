//! What single words mean. All of them are in lower case.

use jiff::civil::Weekday;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// Names of days that are words of another meaning.
pub(crate) fn is_word_too(weekday: &str) -> bool {
    matches!(weekday, "sun" | "sat" | "wed")
}

pub(crate) fn weekdays_plural(word: &str) -> Option<Weekday> {
    let singular = word.strip_suffix('s')?;
    singular.ends_with("day").then(|| weekday(singular))?
}

pub(crate) fn month(word: &str) -> Option<i8> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sep" | "sept" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

pub(crate) fn part(word: &str) -> Option<Part> {
    Some(match word {
        "morning" => Part::Morning,
        "afternoon" => Part::Afternoon,
        "evening" => Part::Evening,
        "night" => Part::Night,
        _ => return None,
    })
}

/// A number above 0, in digits or as a word.
pub(crate) fn number(word: &str) -> Option<u32> {
    const WORDS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let named = WORDS.iter().zip(1..).find(|(name, _)| **name == word);
    named
        .map(|(_, number)| number)
        .or_else(|| digits(word, 4))
        .filter(|number| *number > 0)
}

/// A number of up to `most` digits.
pub(crate) fn digits(word: &str, most: usize) -> Option<u32> {
    let fits = word.len() <= most && word.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| word.parse().ok())?
}

/// 1st to 31st.
pub(crate) fn ordinal(word: &str) -> Option<i8> {
    let number = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let day = i8::try_from(digits(number, 2)?).ok()?;
    let suffix = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        4..=20 | 24..=30 => "th",
        _ => return None,
    };
    (word[number.len()..] == *suffix).then_some(day)
}

/// First to fifth, in digits or as a word.
pub(crate) fn nth(word: &str) -> Option<i8> {
    const WORDS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
    let named = WORDS.iter().zip(1..).find(|(name, _)| **name == word);
    named
        .map(|(_, nth)| nth)
        .or_else(|| ordinal(word).filter(|nth| *nth <= 5))
}

pub(crate) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "day" | "days" => Unit::Day,
        "week" | "weeks" | "wk" | "wks" => Unit::Week,
        "month" | "months" => Unit::Month,
        "year" | "years" => Unit::Year,
        _ => return None,
    })
}

/// Units that are clear only right behind their number: `30m`, `2h`.
pub(crate) fn short_unit(word: &str) -> Option<Unit> {
    Some(match word {
        "m" => Unit::Minute,
        "h" => Unit::Hour,
        "d" => Unit::Day,
        "w" => Unit::Week,
        _ => return unit(word),
    })
}

/// After these a date belongs to what is to be done: "the friday report", "finish before monday".
pub(crate) const BELONGING: [&str; 44] = [
    "a", "about", "after", "an", "ash", "before", "between", "black", "casual", "cyber", "easter",
    "for", "from", "good", "her", "his", "its", "last", "like", "my", "no", "not", "of", "or",
    "our", "palm", "past", "per", "previous", "since", "taco", "than", "that", "the", "their",
    "these", "those", "till", "to", "until", "vs", "what", "which", "your",
];

/// Before these a date is complete: "call mom friday about the trip".
pub(crate) const GOING_ON: [&str; 17] = [
    "about",
    "at",
    "because",
    "before",
    "by",
    "for",
    "from",
    "if",
    "in",
    "on",
    "re",
    "regarding",
    "so",
    "to",
    "via",
    "when",
    "with",
];

/// After these a number beside a month's name counts things: "call Jan 3 times".
pub(crate) const COUNTED: [&str; 10] = [
    "times",
    "x",
    "people",
    "miles",
    "km",
    "kilometers",
    "kilometres",
    "steps",
    "pages",
    "percent",
];
