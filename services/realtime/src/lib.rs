//! Live events to browsers: WebSocket and SSE.
//!
//! Events come in through [`consumer`], which every replica runs for
//! everything, and [`hub`] hands each to the [`mailbox`]es of its user's
//! connections. What a connection is told, and when the log has to be read
//! instead, is decided by its [`position`] and driven by its [`feed`], for
//! [`socket`] and [`sse`] alike. [`sweep`] finds what the broadcast lost.
//!
//! A client is complete, or it is told that it is not. Nothing here outlives
//! the process: the cursor is the client's, the log is the backend's.

pub mod admission;
pub mod backend;
pub mod close;
pub mod config;
pub mod consumer;
pub mod feed;
pub mod flood;
pub mod frame;
pub mod gateway;
pub mod hub;
pub mod inbound;
pub mod mailbox;
pub mod measured;
pub mod position;
mod problem;
pub mod recent;
pub mod refused;
pub mod router;
mod run;
pub mod socket;
pub mod sse;
pub mod sweep;

pub use config::Config;
pub use run::{run, run_at};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
