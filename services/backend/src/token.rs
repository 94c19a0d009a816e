//! API tokens: `/tokens` ([`endpoints`]), what one is ([`model`]), its row ([`store`]) and what it
//! proves ([`verify`]).

pub(crate) mod endpoints;
pub(crate) mod model;
pub(crate) mod store;
pub(crate) mod verify;
