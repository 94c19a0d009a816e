//! The backend: REST under `/api/{user_id}`, `TaskService` for the other
//! services, the event log and its relay to Kafka. It is the only service that
//! touches Postgres, and the only one that changes tasks.
//!
//! [`router`] lists every route. A request passes [`http::access`] and becomes a
//! [`ctx::Ctx`]; a handler changes rows and says what happened within one
//! [`write::Write`]; [`relay`] carries it to Kafka. [`run`] starts all of it.

mod account;
mod agenda;
mod app;
mod calendar;
pub mod config;
mod confirmation;
mod conversation;
mod ctx;
mod database;
mod dead_letter;
mod error;
mod event;
mod history;
mod home;
mod housekeeping;
mod http;
mod kafka;
mod notification;
mod profile;
mod project;
mod projection;
mod push;
mod rebuild;
mod relay;
mod reminder;
mod replay;
mod router;
mod rpc;
mod run;
mod secrets;
mod series;
mod snapshot;
mod stats;
mod tag;
mod task;
mod ticket;
mod token;
mod transfer;
mod undo;
mod webhook;
mod words;
mod write;

pub use database::{MIGRATOR, connect_options};
pub use event::verify::{BrokenLink, Flaw, LogReport, verify_log};
pub use housekeeping::tidy;
pub use rebuild::{Difference, Report, What, rebuild};
pub use router::openapi;
pub use run::{agent_services, notification_service, rest, run, run_at, task_service};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
