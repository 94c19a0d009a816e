//! Reminders: values of a task (`reminder` in its events), what becomes of each time one fires,
//! and the answer to "why did I not get it?".

pub(crate) mod claim;
mod destination;
pub(crate) mod endpoints;
pub(crate) mod input;
pub(crate) mod ledger;
pub(crate) mod outcome;
mod plan;
pub(crate) mod progress;
pub(crate) mod snooze;
pub(crate) mod why;

pub(crate) use plan::FIRED;
