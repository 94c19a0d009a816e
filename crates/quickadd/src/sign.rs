//! Words that say what they are by their sign: `#tag`, `+project`, `!priority`.

use events::{Priority, TaskState};

use crate::{
    line::Word,
    understood::{Kind, QuickAdd},
};

enum Sign {
    Tag(String),
    Project(String),
    Priority(Priority),
}

/// Moves the signs out of `words` into the fields they name.
pub(crate) fn take<'a>(words: &mut Vec<Word<'a>>, fields: &mut QuickAdd) -> Vec<(Kind, Word<'a>)> {
    fields.tags = tags(words);
    let mut taken = Vec::new();
    let mut kept = Vec::new();
    // From the end, because of two priorities or projects the last counts.
    for word in words.drain(..).rev() {
        let kind = match read(&word) {
            Some(Sign::Tag(name)) if fields.tags.contains(&name) => Some(Kind::Tag),
            Some(Sign::Project(name)) if fields.project.is_none() => {
                fields.project = Some(name);
                Some(Kind::Project)
            }
            Some(Sign::Priority(priority)) if fields.priority.is_none() => {
                fields.priority = Some(priority);
                Some(Kind::Priority)
            }
            _ => None,
        };
        match kind {
            Some(kind) => taken.push((kind, word)),
            None => kept.push(word),
        }
    }
    kept.reverse();
    *words = kept;
    taken
}

/// Each name where it came first, as many as a task takes.
fn tags(words: &[Word<'_>]) -> Vec<String> {
    let mut tags = Vec::new();
    for word in words {
        if tags.len() < TaskState::MAX_TAGS
            && let Some(Sign::Tag(name)) = read(word)
            && !tags.contains(&name)
        {
            tags.push(name);
        }
    }
    tags
}

fn read(word: &Word<'_>) -> Option<Sign> {
    if word.literal {
        return None;
    }
    if let Some(name) = word.text.strip_prefix('#') {
        let has_letter = name.chars().any(char::is_alphabetic);
        let has_room = name.chars().count() <= TaskState::MAX_TAG_CHARS;
        return (has_letter && has_room && is_name(name)).then(|| Sign::Tag(name.to_owned()));
    }
    if let Some(name) = word.text.strip_prefix('+') {
        return project(name).map(|name| Sign::Project(name.to_owned()));
    }
    priority(&word.lower).map(Sign::Priority)
}

fn is_name(name: &str) -> bool {
    name.chars()
        .all(|c| c == '-' || unicode_ident::is_xid_continue(c))
}

/// "+1" and "+49 30" are no projects, so a name without quotes begins with a letter.
fn project(name: &str) -> Option<&str> {
    let quoted = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    if let Some(name) = quoted {
        let name = name.trim();
        return (!name.is_empty() && !name.contains('"')).then_some(name);
    }
    (name.starts_with(char::is_alphabetic) && is_name(name)).then_some(name)
}

fn priority(word: &str) -> Option<Priority> {
    Some(match word {
        "!urgent" | "!1" | "p1" => Priority::Urgent,
        "!high" | "!2" | "p2" => Priority::High,
        "!medium" | "!3" | "p3" => Priority::Medium,
        "!low" | "!4" | "p4" => Priority::Low,
        "!none" => Priority::None,
        _ => return None,
    })
}
