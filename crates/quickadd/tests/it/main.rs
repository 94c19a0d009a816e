//! Lines and what they mean, at Wednesday 18 November 2026, 10:15:30 in Berlin.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod dates;
mod lines;
mod properties;
mod spans;

use jiff::Zoned;

fn now() -> Zoned {
    at("2026-11-18T10:15:30+01:00[Europe/Berlin]")
}

fn at(moment: &str) -> Zoned {
    moment.parse().unwrap()
}
