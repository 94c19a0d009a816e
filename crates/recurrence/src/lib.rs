//! What a recurrence rule means: its occurrences in local time, and its words.
//!
//! [`Rule`] is a subset of RFC 5545's RRULE: FREQ (DAILY to YEARLY), INTERVAL, BYMONTH,
//! BYMONTHDAY, BYDAY, BYSETPOS, WKST, and COUNT or UNTIL. The library `ical` walks the
//! calendar; ours is what it is asked to walk, and how far. Nothing here knows of zones or of
//! the present: an occurrence is a [`Moment`](events::Moment) that
//! [`Due::instant`](events::Due::instant) turns into an instant.
//!
//! # Where we differ from RFC 5545, and why
//!
//! - **Month end.** The 31st of every month means its last day, the 29th or 30th means that
//!   day or the last, and 29 February is 28 February in common years; the RFC leaves those
//!   months out. It holds for a BYMONTHDAY that stands alone and for the day of the start. The
//!   rule's text then says so in the RFC's own terms (`BYMONTHDAY=-1`, or `28,29,30` with
//!   BYSETPOS), so other calendars agree with us.
//! - **UNTIL is local.** The RFC wants UTC beside a zoned start; we keep the wall time that it
//!   is in the series' zone, so that the end moves with the series. A UNTIL in UTC is accepted
//!   and converted.
//! - **UNTIL with a date includes that day**, whatever the time of the start; the RFC forbids
//!   the pair. Beside a start that is a date, the date alone of a UNTIL counts.
//! - **A start that the rule does not yield is no occurrence**, and COUNT does not count it; the
//!   RFC leaves undefined what follows then, but counts it.
//! - **An excluded date excludes its whole day**; the RFC wants the start's kind.
//! - **BYSETPOS needs BYDAY or BYMONTHDAY**, where the RFC asks for any BY part.
//! - **Bounds.** INTERVAL up to 999, COUNT up to 1,000, 200 characters. An unknown part, a part
//!   given twice and a rule that never occurs are errors instead of being passed over.
//! - **Left out:** HOURLY and below, BYHOUR, BYMINUTE, BYSECOND (the time of day is that of the
//!   start), BYYEARDAY, BYWEEKNO, RSCALE and SKIP.

mod check;
mod error;
mod expand;
mod month_end;
mod parse;
mod rule;
mod text;
mod words;

pub use error::RuleError;
pub use rule::Rule;
