//! Real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod infra;
mod up;
