//! Everything a person types, and the library that tests and benchmarks start the very
//! same processes with.
//!
//! [`stack`] is what they need: an [`Infra`](stack::Infra) (Postgres, Kafka) and a
//! [`Stack`](stack::Stack) on it (every service of `dapr.yaml` with a real sidecar).
//! [`install`] gets the tools.

pub mod app;
pub mod bench;
pub mod browser;
mod cargo;
pub mod cluster;
pub mod deploy;
pub mod frontend;
pub mod generate;
pub mod infra;
pub mod install;
pub mod lint;
pub mod logs;
pub mod ports;
pub mod progress;
mod queries;
pub mod secrets;
pub mod stack;
pub mod template;
pub mod test;
pub mod token;
pub mod up;
pub mod workspace;
