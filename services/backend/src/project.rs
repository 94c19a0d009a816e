//! Projects: lists that tasks can be in.

pub(crate) mod change;
pub(crate) mod endpoints;
pub(crate) mod model;
pub(crate) mod restore;
pub(crate) mod store;
