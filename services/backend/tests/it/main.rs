//! The schema on a real Postgres, a database for each test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod accounts;
mod agency;
mod batches;
mod calendar;
mod calls;
mod clockwork;
mod consent;
mod conversations;
mod cut_off;
mod desk;
mod etags;
#[cfg(feature = "planted-faults")]
mod faults;
mod fresh;
mod grants;
mod migrations;
mod pages;
mod patches;
mod projects;
mod properties;
mod rebuilding;
mod reminders;
mod restore;
mod runs;
mod series;
mod simulation;
mod tampering;
mod transfer;
mod undo;
mod webhooks;
