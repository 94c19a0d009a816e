//! Taking back what was done: a change-set, or everything an agent did in one run, at any age.
//!
//! Undo is a three-way merge, field by field: what a change-set left is the base, what it found
//! is where to go, and what there is now is kept wherever somebody has changed it since. It is
//! written like any other change ([`crate::write`]), so that it can be undone in turn.

pub(crate) mod endpoint;
mod merge;
mod order;
mod profile;
mod project;
mod report;
mod sets;
mod tag;
mod task;
pub(crate) mod undone;
