//! API tokens: `/tokens` ([`endpoints`]), what one is ([`model`]), what it may be limited to
//! ([`grant`]), its row ([`store`]) and what it proves ([`verify`]).

pub(crate) mod endpoints;
pub(crate) mod grant;
pub(crate) mod model;
pub(crate) mod store;
pub(crate) mod verify;
