//! Browsers that somebody wants to be told through (Web Push, RFC 8030).

pub(crate) mod endpoints;
pub(crate) mod store;
