//! The crate from outside: called as daprd calls it, by a real daprd, and without any.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on panics"
)]

mod app;
mod as_daprd;
mod bulk;
mod contract;
mod daprd;
#[cfg(feature = "planted-faults")]
mod faults;
mod origin;
mod outgoing;
mod pubsub;
mod sdk;
mod security;
mod triggers;
