//! `DELETE /account` ([`endpoint`]), and how every replica learns that one is gone ([`deleted`]).

pub(crate) mod deleted;
pub(crate) mod endpoint;
