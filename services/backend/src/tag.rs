//! Tags: the names that tasks carry, each with a colour. Which tasks carry them stands on the
//! tasks.

pub(crate) mod change;
pub(crate) mod endpoints;
pub(crate) mod store;
