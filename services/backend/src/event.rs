//! The event log: its hash chain ([`chain`]), reading it back ([`log`]), points in it
//! ([`moment`]) and `GET /events` ([`list`]).

pub(crate) mod chain;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod moment;
pub(crate) mod verify;
