//! The crate from outside: called as daprd calls it, and by a real daprd.

mod app;
mod as_daprd;
mod bulk;
mod daprd;
mod origin;
mod outgoing;
mod pubsub;
mod security;
mod kafka_tmp;
