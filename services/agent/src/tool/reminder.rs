//! When somebody wants to be told, as people and models write it.

use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use super::{Session, Trouble, due};

/// The reminder that a text means: so long before the due, or at a time.
pub(super) async fn meaning(session: &Session, field: &str, text: &str) -> Result<Value, Trouble> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(json!({"when": {"kind": "at", "at": at}}));
    }
    words(field, text, &session.now().await?)
}

/// As above, for those who say it in minutes.
pub(super) fn minutes_before(minutes: u32) -> Value {
    json!({"when": {"kind": "before", "minutes": minutes}})
}

fn words(field: &str, text: &str, now: &Zoned) -> Result<Value, Trouble> {
    let spoken = text.strip_suffix("before").unwrap_or(text).trim();
    let line = format!("task tomorrow remind me {spoken} before");
    if let Ok(understood) = quickadd::parse(&line, now)
        && let [minutes] = understood.reminders[..]
        && understood.title == "task"
    {
        return Ok(minutes_before(minutes));
    }
    let moment = if due::is_iso(text) {
        local(text)
    } else {
        quickadd::parse_due(text, now)
    };
    let at = moment.and_then(|due| due.instant(now.time_zone()).ok());
    at.map(|at| json!({"when": {"kind": "at", "at": at}}))
        .ok_or_else(|| {
            Trouble::argument(
                field,
                "write so long before as `30 minutes before`, or a time such as 2026-11-21T09:00 \
                 or `tomorrow 9am`",
            )
        })
}

fn local(text: &str) -> Option<events::Due> {
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Some(events::Due::Zoned {
            local: zoned.datetime(),
            zone: zoned.time_zone().iana_name()?.to_owned(),
        });
    }
    let local = text.parse().ok()?;
    Some(events::Due::Floating { local })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_so_long_before_or_a_time() {
        let now: Zoned = "2026-11-21T09:00[Europe/Berlin]".parse().unwrap();
        let read = |text| words("reminder", text, &now);
        assert_eq!(read("30 minutes before").unwrap(), minutes_before(30));
        assert_eq!(read("1 hour").unwrap(), minutes_before(60));
        assert_eq!(
            read("2026-11-22T09:00").unwrap(),
            json!({"when": {"kind": "at", "at": "2026-11-22T08:00:00Z"}})
        );
        assert_eq!(
            read("tomorrow 9am").unwrap(),
            json!({"when": {"kind": "at", "at": "2026-11-22T08:00:00Z"}})
        );
        assert!(read("soon").is_err());
    }
}
