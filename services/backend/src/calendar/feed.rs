//! Tasks written as an iCalendar. Events instead of to-dos, which most calendars do not show.

use events::{Due, Moment};
use icalendar::{Calendar, Component, Event, EventLike, Property, ValueType};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{series, task::model::Task};

/// How far ahead the occurrences of a series are shown.
const AHEAD_DAYS: i64 = 92;

/// Of all series together, the soonest.
const MOST_AHEAD: usize = 4_000;

/// How often a program should ask again.
const REFRESH: &str = "PT1H";

pub(super) fn write(tasks: &[Task], now: Timestamp, home: &TimeZone) -> String {
    let mut calendar = Calendar::new();
    calendar
        .name("TaskFlow")
        .append_property(Property::new("METHOD", "PUBLISH"))
        .append_property(Property::new("X-PUBLISHED-TTL", REFRESH))
        .append_property(
            Property::new("REFRESH-INTERVAL", REFRESH)
                .append_parameter(ValueType::Duration)
                .done(),
        );
    for task in tasks {
        if let Some(due) = &task.due {
            let mut event = event(task, due, &task.id.to_string(), now);
            if !task.description.is_empty() {
                // No other line end is escaped, and a bare one would end the line.
                let text = task.description.replace("\r\n", "\n").replace('\r', "\n");
                event.description(&text);
            }
            calendar.push(event.done());
        }
    }
    // Without the description, which would be there again and again.
    for (occurrence, task, due) in ahead(tasks, now.to_zoned(home.clone()).date()) {
        let uid = format!("{}-{occurrence}", task.id);
        calendar.push(event(task, &due, &uid, now).done());
    }
    calendar.done().to_string()
}

/// What the series of these tasks will bring, in order.
fn ahead(tasks: &[Task], today: Date) -> Vec<(Moment, &Task, Due)> {
    let until = today.saturating_add(AHEAD_DAYS.days());
    let of = |task| {
        let dues = series::ahead(task, today, until).into_iter();
        dues.map(move |due| (Moment::from(&due), task, due))
    };
    let mut ahead: Vec<_> = tasks.iter().flat_map(of).collect();
    ahead.sort_by_key(|(occurrence, ..)| occurrence.date());
    ahead.truncate(MOST_AHEAD);
    ahead
}

fn event(task: &Task, due: &Due, uid: &str, now: Timestamp) -> Event {
    let mut event = Event::new();
    event
        .uid(&format!("{uid}@taskflow"))
        .summary(&task.title)
        .add_property("DTSTAMP", in_utc(now))
        .add_property("LAST-MODIFIED", in_utc(task.updated_at))
        .add_property("SEQUENCE", task.version.to_string())
        // Nobody is busy because something is due.
        .add_property("TRANSP", "TRANSPARENT");
    if !task.tags.is_empty() {
        event.categories(&task.tags);
    }
    match due {
        Due::Date { date } => {
            let next = date.saturating_add(1.day());
            event
                .append_property(day("DTSTART", date.strftime("%Y%m%d").to_string()))
                .append_property(day("DTEND", next.strftime("%Y%m%d").to_string()));
        }
        // Without a zone, it is that time wherever the person is.
        Due::Floating { local } => {
            event.add_property("DTSTART", in_local(*local));
        }
        Due::Zoned { .. } => {
            // An instant needs no description of the zone, which every program reads differently.
            if let Ok(at) = due.instant(&TimeZone::UTC) {
                event.add_property("DTSTART", in_utc(at));
            }
        }
    }
    event
}

fn day(name: &str, value: String) -> Property {
    Property::new(name, value)
        .append_parameter(ValueType::Date)
        .done()
}

fn in_utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn in_local(local: DateTime) -> String {
    local.strftime("%Y%m%dT%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use ical::{
        component::vevent::VEVENT,
        prop::{categories::CATEGORIES, description::DESCRIPTION},
        tree::cst::IcalCst,
    };

    use super::*;

    /// As another program reads it.
    #[test]
    fn what_is_a_sign_of_the_format_is_a_letter_in_a_text() {
        let tags = ["a,b", "c;d", r"e\f"];
        let task = Task {
            description: "Buy, or;\r\nborrow\rEND:VEVENT\r".to_owned(),
            tags: tags.map(str::to_owned).to_vec(),
            due: Some(Due::Date {
                date: Date::constant(2026, 11, 21),
            }),
            ..Task::blank()
        };
        let calendar = write(&[task], Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        assert!(!calendar.replace("\r\n", "").contains('\r'), "{calendar:?}");
        let calendar = IcalCst::parse(&calendar).unwrap();
        let event = calendar.component::<VEVENT>().unwrap();
        assert_eq!(event.prop::<CATEGORIES>().unwrap().0, tags);
        let description = event.prop::<DESCRIPTION>().unwrap();
        assert_eq!(description.0, "Buy, or;\nborrow\nEND:VEVENT\n");
    }
}
