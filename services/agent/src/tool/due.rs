//! When something is due, as people and models write it.

use events::Due;
use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::{Session, Trouble};

/// As tools show a due, and take it again.
pub(super) fn text(due: &Due) -> String {
    match due {
        Due::Date { date } => date.to_string(),
        Due::Floating { local } => local.to_string(),
        Due::Zoned { local, zone } => format!("{local}[{zone}]"),
    }
}

/// Puts into the body what `text` means: ISO 8601 goes as it is, words are read as everywhere.
/// `none` clears.
pub(super) async fn put(
    session: &Session,
    body: &mut Map<String, Value>,
    field: &str,
    text: &str,
) -> Result<(), Trouble> {
    let text = text.trim();
    if is_none(text) {
        body.insert("due".to_owned(), Value::Null);
    } else if is_iso(text) {
        body.insert("due_date".to_owned(), text.into());
    } else {
        let due = words(field, text, &session.now().await?)?;
        body.insert("due".to_owned(), json!(due));
    }
    Ok(())
}

/// Whether a text says "not at all".
pub(super) fn is_none(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("none") || text.eq_ignore_ascii_case("null")
}

/// Begins as a date does. Whether it is one, the backend says.
pub(super) fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

pub(super) fn words(field: &str, text: &str, now: &Zoned) -> Result<Due, Trouble> {
    quickadd::parse_due(text, now).ok_or_else(|| {
        Trouble::argument(
            field,
            "write it as 2026-11-21, 2026-11-21T09:00, 2026-11-21T09:00[Europe/Berlin], or as \
             words such as `tomorrow 5pm` or `next friday`",
        )
    })
}
