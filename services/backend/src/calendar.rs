//! Open tasks with a due date as a calendar that other programs subscribe to.

pub(crate) mod endpoint;
mod feed;
mod store;
