//! What happened, for people: field by field, who, when and why.
//!
//! An event says it all but two things, which are asked for once a page: what the thing is
//! called ([`names`]), and whether the change was taken back, if anything ever was.

mod changes;
pub(crate) mod diff;
pub(crate) mod endpoints;
mod entry;
mod filter;
mod names;
