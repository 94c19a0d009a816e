//! Rules against a hand-checked table of instants, against python-dateutil, and against
//! themselves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on panics"
)]

mod case;
mod differential;
mod errors;
mod oracle;
mod properties;
mod words;
mod zones;
