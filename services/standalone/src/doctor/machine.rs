//! The machine's own: its clock, and what it knows of time zones.

use jiff::{Timestamp, tz::TimeZone};
use jiff_sqlx::Timestamp as FromSql;
use sqlx::PgConnection;

use super::Finding;

/// Seconds that a clock may differ from the database's: tickets live for a minute.
const APART: f64 = 2.0;

/// Zones that people have, one of each kind: with and without summer time, and not of full hours.
const ZONES: [&str; 4] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
];

pub(super) async fn clock(connection: &mut PgConnection) -> Finding {
    let before = telemetry::clock::now();
    let theirs = sqlx::query_scalar::<_, FromSql>("select clock_timestamp()")
        .fetch_one(connection)
        .await;
    let after = telemetry::clock::now();
    match theirs {
        Ok(theirs) => compare(before, theirs.to_jiff(), after),
        Err(error) => Finding::doubtful(
            format!("could not be compared with the database's: {error}"),
            "look at the database first",
        ),
    }
}

/// The database's reading lies somewhere between ours before and after.
fn compare(before: Timestamp, theirs: Timestamp, after: Timestamp) -> Finding {
    let early = before.duration_since(theirs).as_secs_f64();
    let late = theirs.duration_since(after).as_secs_f64();
    let apart = early.max(late).max(0.0);
    if apart > APART {
        Finding::wrong(
            format!("{apart:.1} s apart from the database's"),
            "synchronise both machines' clocks (NTP): reminders and sessions depend on them",
        )
    } else {
        Finding::fine("agrees with the database's")
    }
}

pub(super) fn zones() -> Finding {
    let unknown: Vec<_> = ZONES
        .into_iter()
        .filter(|zone| TimeZone::get(zone).is_err())
        .collect();
    if unknown.is_empty() {
        Finding::fine("time zones are known")
    } else {
        Finding::wrong(
            format!("these time zones are unknown here: {}", unknown.join(", ")),
            "install the package tzdata: due dates and recurrences need it",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_either_way_is_found() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        for (theirs, is_fine) in [(0, true), (1, true), (3, true), (6, false), (-3, false)] {
            let found = compare(at(0), at(theirs), at(1));
            assert_eq!(matches!(found, Finding::Fine(_)), is_fine, "{theirs}");
        }
        assert!(matches!(zones(), Finding::Fine(_)));
    }
}
