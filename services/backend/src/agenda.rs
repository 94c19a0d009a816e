//! What is to be done at some time: the next occurrences to be made, and the reminders to be
//! told of. A fold of the log, like the tasks it is derived from; only how far each entry was
//! looked after is not.

mod alerts;
mod claim;
mod entry;
mod store;

pub(crate) use alerts::Alerts;
pub(crate) use claim::{Claimed, claim, followed, put_off, try_later};
pub(crate) use entry::{Entry, Kind, firing, next_at, of};
pub(crate) use store::{follow, pass_over_due, put, remake};
