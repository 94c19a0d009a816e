//! The event log: its hash chain ([`chain`]), reading it back ([`log`]), points in it
//! ([`moment`]), `GET /events` ([`list`]) and what sockets are told of it ([`notices`]).

pub(crate) mod chain;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod moment;
pub(crate) mod notices;
pub(crate) mod verify;
