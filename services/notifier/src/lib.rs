//! Reminders and events out into the world: e-mail, web push, webhooks.
//!
//! [`consumer`] takes triggers and events off their topics. A trigger makes [`reminder`] ask the
//! backend what to send and [`channel`] send it; [`wake`] tells the backend of events, and
//! [`drain`] brings the webhooks that want them up to date. [`lanes`] keeps a destination that
//! hangs from delaying the others, [`reach`] keeps people's URLs out of our own network.
//!
//! Nothing here outlives the process, and nothing is tried twice: the backend keeps the ledger,
//! and decides what is due again.

pub mod attempt;
pub mod backend;
pub mod channel;
pub mod config;
pub mod consumer;
pub mod drain;
pub mod lanes;
mod measured;
pub mod outbound;
pub mod reach;
pub mod reminder;
mod run;
mod secrets;
pub mod wake;

pub use config::Config;
pub use run::{run, run_at};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
