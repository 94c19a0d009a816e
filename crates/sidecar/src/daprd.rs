//! The sidecar beside this process: what it is asked, and what it asks.

mod callback;
mod connection;
mod publish;
mod server;
mod sessions;
mod state;
pub(crate) mod token;
mod version;

pub(crate) use connection::{Connection, LOOKUP_DEADLINE};
pub(crate) use server::serve;
