//! What the log says things are: events folded, in order, into the rows that they made.
//!
//! The live tables are this fold, kept up to date by the writes themselves. Here it is done
//! again: to see how things were ([`at`]), to take changes back, and to prove or repair the
//! tables.

pub(crate) mod at;
pub(crate) mod conversation;
mod fold;
pub(crate) mod notification;
pub(crate) mod profile;
pub(crate) mod project;
pub(crate) mod rows;
pub(crate) mod tag;
pub(crate) mod task;

pub(crate) use fold::Broken;
