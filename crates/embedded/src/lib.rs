//! A PostgreSQL server of our own: its binaries, its data, its process.
//!
//! It is durable as any other, and never runs as root.

mod binaries;
mod postgres;

pub use binaries::{VERSION, download};
pub use postgres::{Postgres, address};
