//! Webhooks: URLs to which a user's events are sent, in order. Each has a cursor in its user's
//! log; what lies behind the cursor and is wanted has still to be delivered, at least once.

pub(crate) mod claim;
pub(crate) mod deliveries;
pub(crate) mod due;
pub(crate) mod endpoints;
mod input;
pub(crate) mod off;
pub(crate) mod outcome;
pub(crate) mod replay;
pub(crate) mod store;
