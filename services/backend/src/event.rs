//! The event log: reading it back ([`log`]) and `GET /events` ([`list`]).

pub(crate) mod list;
pub(crate) mod log;
