//! What somebody was told in the app. A notification is an aggregate of the log, so it comes over
//! the socket like everything else.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod model;
pub(crate) mod read;
pub(crate) mod store;
