//! What the standalone process speaks to instead of a sidecar: [`Kafka`], or [`Bus`] where there
//! is none, for events; [`States`] for what apps keep. It is the only code that knows `rdkafka`,
//! and only the standalone depends on it.
//!
//! [`Bus`] and [`States`] live in the schema `bus` of the product's own database, in tables that
//! nobody else touches.

mod bus;
mod database;
mod kafka;
mod states;

pub use bus::Bus;
pub use database::{MIGRATOR, OpenError, open};
pub use kafka::{Kafka, KafkaError};
pub use states::States;
