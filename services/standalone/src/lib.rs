//! All services in one process, without Dapr (Option A of DEPLOYMENT.md).
//!
//! Each service is the very same as beside a sidecar; [`run`] gives it [`sidecar::InProcess`]
//! instead. Events go over Kafka, or over tables of the database where there is none. [`front`] is
//! the one port behind which all of them serve, and [`health`] what they say together.

pub mod config;
mod database;
mod doctor;
mod front;
mod health;
mod run;
mod services;

pub use run::run;

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
