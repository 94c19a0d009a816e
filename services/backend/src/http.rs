//! What happens before a handler: who asks, how often, and with what body.

pub(crate) mod access;
pub(crate) mod admin;
pub(crate) mod body;
pub(crate) mod patch;
pub(crate) mod path;
pub(crate) mod place;
pub(crate) mod precondition;
pub(crate) mod query;
pub(crate) mod rate_limit;
pub(crate) mod reply;
pub(crate) mod session;
pub(crate) mod shape;
mod strict;
