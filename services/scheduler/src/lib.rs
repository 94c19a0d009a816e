//! What has come due, and the occurrences that follow.
//!
//! A cron binding wakes [`due`], which asks the backend what has come due and puts triggers on
//! `tasks.scheduling`, one for each thing or for many tasks of a user. [`spawn`] takes those of
//! tasks that come again, and the completions, and asks the backend for the next occurrences.
//! Reminders and webhooks are the notifier's.
//!
//! Nothing is kept here and nothing depends on how often any of it happens: the backend knows what
//! is left to do. Two of these do no harm, and what a dead one held comes back.

pub mod backend;
pub mod config;
pub mod due;
mod measured;
mod run;
pub mod spawn;

pub use config::Config;
pub use run::{run, run_at};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
