//! Logs, correlation, trace context, metrics and health.
//!
//! A service calls [`init`] once in `main.rs`, layers [`http::track`] over its
//! router, and merges [`health::Health::router`] into it. gRPC servers use
//! [`grpc::request_span`], clients [`grpc::inject`], event consumers
//! [`trace::Received::span`].

#[cfg(test)]
mod captured;
pub mod clock;
pub mod correlation;
pub mod faults;
mod fields;
pub mod grpc;
pub mod health;
pub mod http;
mod log;
pub mod metrics;
mod otlp;
pub mod shutdown;
mod start;
pub mod trace;

pub use start::{Guard, InitError, TelemetryArgs, init, init_command};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
