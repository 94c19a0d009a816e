//! When a task is due, as the person meant it.

use std::ops::RangeInclusive;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{self, AmbiguousOffset, TimeZone},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A due date keeps its meaning when the person travels or the clocks change:
/// a *date* is a whole day wherever they are, a *floating* time follows them,
/// a *zoned* time stays with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Due {
    Date {
        date: Date,
    },
    Floating {
        #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11-21T09:00:00"))]
        local: DateTime,
    },
    /// `zone` is an IANA name.
    Zoned {
        #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11-21T09:00:00"))]
        local: DateTime,
        zone: String,
    },
}

/// The zone's name is not in the IANA database.
#[derive(Debug, thiserror::Error)]
#[error("unknown time zone `{0}`; use an IANA name such as Europe/Berlin")]
pub struct UnknownZone(pub String);

impl Due {
    /// Beyond these, no calendar or database of ours agrees on what a date means.
    pub const YEARS: RangeInclusive<i16> = 1900..=9000;

    /// The instant after which the task is overdue, to the microsecond.
    ///
    /// A date ends with the last microsecond of that day. A local time that the
    /// clocks skip becomes the first valid instant after the gap, one that
    /// happens twice the first of the two.
    pub fn instant(&self, home: &TimeZone) -> Result<Timestamp, UnknownZone> {
        match self {
            Self::Date { date } => {
                let midnight = date.saturating_add(1.day()).at(0, 0, 0, 0);
                Ok(first_valid(home, midnight) - 1.microsecond())
            }
            Self::Floating { local } => Ok(first_valid(home, *local)),
            Self::Zoned { local, zone } => Ok(first_valid(&find_zone(zone)?, *local)),
        }
    }

    /// Itself, if it means that instant to somebody at `home`. The second time that a local time
    /// happens it does not, so then it is the instant in UTC.
    #[must_use]
    pub fn or_in_utc(self, instant: Timestamp, home: &TimeZone) -> Self {
        if self.instant(home).is_ok_and(|own| own == instant) {
            return self;
        }
        Self::Zoned {
            local: instant.to_zoned(TimeZone::UTC).datetime(),
            zone: "UTC".to_owned(),
        }
    }
}

/// In the database of zones, but not the time of any place: whatever this machine is set to, or
/// nothing at all.
const NO_PLACES: [&str; 4] = ["localtime", "posixrules", "Factory", "Etc/Unknown"];

/// Looks up an IANA zone by name.
pub fn find_zone(name: &str) -> Result<TimeZone, UnknownZone> {
    let zone = tz::db().get(name).ok();
    let is_place = |zone: &TimeZone| {
        zone.iana_name()
            .is_some_and(|name| !NO_PLACES.contains(&name))
    };
    let zone = zone.filter(is_place);
    zone.ok_or_else(|| UnknownZone(name.to_owned()))
}

fn first_valid(zone: &TimeZone, local: DateTime) -> Timestamp {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let instant = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local),
        // With the offset of before the gap the local time lies at the transition or after
        // it; the first valid instant is the transition itself. `preceding` excludes its end.
        AmbiguousOffset::Gap { before, .. } => before.to_timestamp(local).map(|in_gap| {
            zone.preceding(in_gap.saturating_add(1.nanosecond()).unwrap_or(in_gap))
                .next()
                .map_or(in_gap, |transition| transition.timestamp())
        }),
    };
    instant.unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(due: &Due, home: &str) -> String {
        due.instant(&find_zone(home).unwrap()).unwrap().to_string()
    }

    fn floating(local: &str) -> Due {
        Due::Floating {
            local: local.parse().unwrap(),
        }
    }

    #[test]
    fn a_date_lasts_until_the_end_of_that_day_at_home() {
        let due = Due::Date {
            date: "2026-11-21".parse().unwrap(),
        };
        assert_eq!(at(&due, "Europe/Berlin"), "2026-11-21T22:59:59.999999Z");
        assert_eq!(at(&due, "America/New_York"), "2026-11-22T04:59:59.999999Z");
    }

    #[test]
    fn a_date_before_a_day_without_midnight_ends_at_the_transition() {
        // Santiago skips 00:00-01:00 on 6 September 2026.
        let due = Due::Date {
            date: "2026-09-05".parse().unwrap(),
        };
        assert_eq!(at(&due, "America/Santiago"), "2026-09-06T03:59:59.999999Z");
    }

    #[test]
    fn a_skipped_time_becomes_the_first_valid_instant() {
        assert_eq!(
            at(&floating("2026-03-29T02:30:00"), "Europe/Berlin"),
            "2026-03-29T01:00:00Z"
        );
    }

    #[test]
    fn a_repeated_time_means_the_first() {
        assert_eq!(
            at(&floating("2026-10-25T02:30:00"), "Europe/Berlin"),
            "2026-10-25T00:30:00Z"
        );
    }

    #[test]
    fn a_zoned_time_does_not_follow_the_person() {
        let due = Due::Zoned {
            local: "2026-07-01T09:00:00".parse().unwrap(),
            zone: "Asia/Tokyo".to_owned(),
        };
        assert_eq!(at(&due, "UTC"), at(&due, "America/New_York"));
    }

    #[test]
    fn an_unknown_zone_is_an_error() {
        let due = Due::Zoned {
            local: "2026-07-01T09:00:00".parse().unwrap(),
            zone: "Mars/Olympus".to_owned(),
        };
        assert!(due.instant(&TimeZone::UTC).is_err());
    }

    #[test]
    fn a_name_that_is_no_place_is_not_a_zone() {
        for name in [
            "localtime",
            "LocalTime",
            "posixrules",
            "Factory",
            "Etc/Unknown",
            "",
        ] {
            assert!(find_zone(name).is_err(), "{name}");
        }
        for name in ["UTC", "Etc/UTC", "europe/berlin", "EST5EDT"] {
            assert!(find_zone(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_wire_form_names_its_kind() {
        assert_eq!(
            serde_json::to_value(floating("2026-07-01T09:00:00")).unwrap(),
            serde_json::json!({"kind": "floating", "local": "2026-07-01T09:00:00"})
        );
    }
}
