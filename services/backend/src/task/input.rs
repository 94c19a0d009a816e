//! What a client may say about a task, and the checks that make it safe to keep.

use events::{Due, Priority, ProjectId, TaskId, TaskState};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    fmt::temporal::{DateTimeParser, Pieces},
    tz::TimeZone,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::due::DuePatch;
use crate::{
    error::ApiError, http::patch::Patch, reminder::input::NewReminder, series::NewRecurrence,
};

const MAX_TITLE: usize = 200;
const MAX_DESCRIPTION: usize = 10_000;

/// A whole task: for `POST`, and for `PUT`, where what is absent becomes empty.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTask {
    /// 1 to 200 characters after trimming.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: String,
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) completed: Option<bool>,
    #[serde(default)]
    pub(crate) priority: Option<Priority>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(crate) tags: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) project_id: Option<ProjectId>,
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) parent_id: Option<TaskId>,
    /// Absent: after all that were created without one (`POST`), or where it is (`PUT`).
    #[serde(default)]
    pub(crate) position: Option<f64>,
    #[serde(default)]
    pub(crate) due: Option<Due>,
    /// `due` as ISO 8601 text: a date, a local time, or a time with an offset or zone.
    #[serde(default)]
    pub(crate) due_date: Option<String>,
    /// How it is to come again; only with `POST`.
    #[serde(default)]
    pub(crate) recurrence: Option<NewRecurrence>,
    /// Absent: none (`POST`), or those that it has (`PUT`).
    #[serde(default)]
    #[schema(max_items = 10)]
    pub(crate) reminders: Option<Vec<NewReminder>>,
}

/// JSON Merge Patch of a task: absent fields stay, null clears, `due` is merged with the one there
/// is, and a list takes the place of the list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(crate) title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    pub(crate) completed: Patch<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Priority>)]
    pub(crate) priority: Patch<Priority>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) tags: Patch<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) project_id: Patch<ProjectId>,
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) parent_id: Patch<TaskId>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, nullable = false)]
    pub(crate) position: Patch<f64>,
    #[serde(default)]
    #[schema(value_type = Option<DuePatch>)]
    pub(crate) due: Patch<DuePatch>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) due_date: Patch<String>,
    /// In the place of those that it has; one that is there already keeps its id.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewReminder>>)]
    pub(crate) reminders: Patch<Vec<NewReminder>>,
}

impl From<NewTask> for TaskPatch {
    /// `PUT`: what is absent becomes empty, but the position is the server's to keep, and how the
    /// task comes again has paths of its own.
    fn from(task: NewTask) -> Self {
        let (due, due_date) = match (task.due, task.due_date) {
            (None, None) => (Patch::Null, Patch::Absent),
            (due, due_date) => (
                due.map_or(Patch::Absent, |due| Patch::Value(due.into())),
                due_date.map_or(Patch::Absent, Patch::Value),
            ),
        };
        Self {
            title: Patch::Value(task.title),
            description: Patch::from_full(task.description),
            completed: Patch::Value(task.completed.unwrap_or(false)),
            priority: Patch::from_full(task.priority),
            tags: Patch::from_full(task.tags),
            project_id: Patch::from_full(task.project_id),
            parent_id: Patch::from_full(task.parent_id),
            position: task.position.map_or(Patch::Absent, Patch::Value),
            due,
            due_date,
            reminders: task.reminders.map_or(Patch::Absent, Patch::Value),
        }
    }
}

pub(crate) fn title(title: &str) -> Result<String, ApiError> {
    let title = line("title", title, MAX_TITLE)?;
    if title.is_empty() {
        return Err(ApiError::invalid("title", "The title must not be blank"));
    }
    Ok(title)
}

pub(crate) fn description(text: String) -> Result<String, ApiError> {
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(is_control) {
        return Err(ApiError::invalid(
            "description",
            "The description must not contain control characters",
        ));
    }
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(ApiError::invalid(
            "description",
            format!("The description must not be longer than {MAX_DESCRIPTION} characters"),
        ));
    }
    Ok(text)
}

pub(crate) fn tags(tags: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut tags = tags
        .into_iter()
        .enumerate()
        .map(|(index, name)| tag(&name).map_err(|error| error.within(&format!("tags[{index}]"))))
        .collect::<Result<Vec<_>, _>>()?;
    tags.sort_unstable();
    tags.dedup();
    let max = TaskState::MAX_TAGS;
    if tags.len() > max {
        let detail = format!("A task must not have more than {max} tags");
        return Err(ApiError::invalid("tags", detail));
    }
    Ok(tags)
}

pub(crate) fn tag(name: &str) -> Result<String, ApiError> {
    // Whatever follows a `#`, so that nothing changes when it is asked for once more.
    let name = name.trim_start_matches(|c: char| c == '#' || c.is_whitespace());
    let name = line("tag", name, TaskState::MAX_TAG_CHARS).map_err(|error| match error {
        // Where the name stood, the caller knows.
        ApiError::Invalid { detail, .. } => ApiError::invalid("", detail),
        other => other,
    })?;
    if name.is_empty() {
        return Err(ApiError::invalid("", "A tag must not be blank"));
    }
    Ok(name)
}

/// One trimmed line of text without control characters; empty if there is nothing to be seen.
pub(crate) fn line(field: &'static str, text: &str, max: usize) -> Result<String, ApiError> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(ApiError::invalid(
            field,
            format!("`{field}` must not contain control characters"),
        ));
    }
    if text.chars().count() > max {
        return Err(ApiError::invalid(
            field,
            format!("`{field}` must not be longer than {max} characters"),
        ));
    }
    if text.chars().all(is_invisible) {
        return Ok(String::new());
    }
    Ok(text.to_owned())
}

/// White space, and what Unicode calls default ignorable or draws as nothing.
const fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

pub(crate) fn position(position: f64) -> Result<f64, ApiError> {
    if position.is_finite() && position.abs() <= 1e15 {
        Ok(position)
    } else {
        Err(ApiError::invalid(
            "position",
            "`position` must lie between -1e15 and 1e15",
        ))
    }
}

/// The due that `due` and `due_date` together mean.
pub(crate) fn due(
    due: Patch<Due>,
    due_date: Patch<String>,
    current: Option<Due>,
    home: &TimeZone,
) -> Result<Option<Due>, ApiError> {
    let mut due = match (due, due_date) {
        (due, Patch::Absent) => due.over(current),
        (Patch::Absent, Patch::Null) => None,
        (Patch::Absent, Patch::Value(text)) => Some(due_from_text(&text, home)?),
        _ => {
            return Err(ApiError::invalid(
                "due_date",
                "Send either `due` or `due_date`, not both",
            ));
        }
    };
    if let Some(due) = &mut due {
        check_due(due)?;
    }
    Ok(due)
}

/// Spells the zone as the database of zones does.
fn check_due(due: &mut Due) -> Result<(), ApiError> {
    let year = match due {
        Due::Date { date } => date.year(),
        Due::Floating { local } => local.year(),
        Due::Zoned { local, zone } => {
            let found = events::find_zone(zone)
                .map_err(|error| ApiError::invalid("due.zone", error.to_string()))?;
            if let Some(name) = found.iana_name() {
                name.clone_into(zone);
            }
            local.year()
        }
    };
    if Due::YEARS.contains(&year) {
        Ok(())
    } else {
        Err(ApiError::invalid(
            "due",
            "A due date must lie between the years 1900 and 9000",
        ))
    }
}

/// The instant a due means, for a user at home in `home`.
pub(crate) fn due_at(due: Option<&Due>, home: &TimeZone) -> Result<Option<Timestamp>, ApiError> {
    let at = due
        .map(|due| due.instant(home))
        .transpose()
        .map_err(|error| ApiError::invalid("due.zone", error.to_string()))?;
    // As exact as Postgres keeps it, so that the answer to the write is what is read later.
    Ok(at.map(|at| at - SignedDuration::from_nanos(i64::from(at.subsec_nanosecond() % 1_000))))
}

/// A date; a local time; a time with an offset, which becomes a time in the user's own
/// zone, or in UTC where that would mean another; or a time with a zone in brackets (RFC 9557).
fn due_from_text(text: &str, home: &TimeZone) -> Result<Due, ApiError> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let wrong = || {
        ApiError::invalid(
            "due_date",
            "`due_date` must be ISO 8601, such as 2026-11-21, 2026-11-21T09:00 or 2026-11-21T09:00:00Z",
        )
    };
    let pieces = Pieces::parse(text).map_err(|_| wrong())?;
    if let Some(zone) = pieces.time_zone_annotation() {
        let name = zone.to_time_zone().map_err(|_| wrong())?;
        let name = name.iana_name().ok_or_else(wrong)?.to_owned();
        events::find_zone(&name).map_err(|_| wrong())?;
        let zoned = PARSER.parse_zoned(text).map_err(|_| wrong())?;
        return Ok(Due::Zoned {
            local: zoned.datetime(),
            zone: name,
        });
    }
    if pieces.offset().is_some() {
        let instant: Timestamp = text.parse().map_err(|_| wrong())?;
        let due = Due::Zoned {
            local: instant.to_zoned(home.clone()).datetime(),
            zone: home.iana_name().unwrap_or("UTC").to_owned(),
        };
        return Ok(due.or_in_utc(instant, home));
    }
    if pieces.time().is_some() {
        let local: DateTime = text.parse().map_err(|_| wrong())?;
        return Ok(Due::Floating { local });
    }
    let date: Date = text.parse().map_err(|_| wrong())?;
    Ok(Due::Date { date })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_kept_as_it_is_when_it_is_said_again() {
        for (said, is_kept) in [
            ("# #x", Some("x")),
            (" ##\u{a0}# home ", Some("home")),
            ("a#b", Some("a#b")),
            ("# #", None),
        ] {
            let once = tag(said).ok();
            assert_eq!(once.as_deref(), is_kept, "{said}");
            assert_eq!(once.as_deref().map(|name| tag(name).unwrap()), once);
        }
    }

    fn parsed(text: &str) -> serde_json::Value {
        let home = events::find_zone("Europe/Berlin").unwrap();
        serde_json::to_value(due_from_text(text, &home).unwrap()).unwrap()
    }

    #[test]
    fn iso_text_becomes_the_due_that_it_means() {
        use serde_json::json;
        assert_eq!(
            parsed("2026-11-21"),
            json!({"kind": "date", "date": "2026-11-21"})
        );
        assert_eq!(
            parsed("2026-11-21T09:00"),
            json!({"kind": "floating", "local": "2026-11-21T09:00:00"})
        );
        assert_eq!(
            parsed("2026-11-21T09:00:00Z"),
            json!({"kind": "zoned", "local": "2026-11-21T10:00:00", "zone": "Europe/Berlin"})
        );
        // The clocks there show half past two twice on that day.
        for (text, local, zone) in [
            (
                "2026-10-25T00:30:00Z",
                "2026-10-25T02:30:00",
                "Europe/Berlin",
            ),
            ("2026-10-25T01:30:00Z", "2026-10-25T01:30:00", "UTC"),
            ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00", "UTC"),
        ] {
            let due = json!({"kind": "zoned", "local": local, "zone": zone});
            assert_eq!(parsed(text), due, "{text}");
        }
        assert_eq!(
            parsed("2026-11-21T09:00:00-05:00[America/New_York]"),
            json!({"kind": "zoned", "local": "2026-11-21T09:00:00", "zone": "America/New_York"})
        );
    }

    #[test]
    fn nonsense_names_the_field() {
        for text in ["", "tomorrow", "2026-13-01", "2026-02-30", "25:00"] {
            let problem = due_from_text(text, &TimeZone::UTC).unwrap_err().problem();
            assert_eq!(problem.field.as_deref(), Some("due_date"), "{text}");
        }
    }

    #[test]
    fn text_is_trimmed_and_bounded() {
        assert_eq!(title("  a  ").unwrap(), "a");
        for bad in ["", " \t ", &"x".repeat(201), "a\u{0}b", "a\nb"] {
            assert!(title(bad).is_err(), "{bad:?}");
        }
        for invisible in ["\u{200b}", "\u{2800}\u{3164}", "\u{2060} \u{feff}"] {
            assert!(title(invisible).is_err(), "{invisible:?}");
            assert!(tag(invisible).is_err(), "{invisible:?}");
        }
        // Part of a sequence that is drawn.
        assert_eq!(title("👩\u{200d}💻").unwrap(), "👩\u{200d}💻");
        assert_eq!(title(&"é".repeat(200)).unwrap().chars().count(), 200);
        assert!(description("a\u{0}".to_owned()).is_err());
        assert!(description("x".repeat(10_001)).is_err());
        assert_eq!(
            tags(vec!["b".into(), "#a".into(), "b".into()]).unwrap(),
            ["a", "b"]
        );
    }
}
