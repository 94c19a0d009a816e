//! What end-to-end tests and benchmarks use to act on a running TaskFlow from outside.
//!
//! [`Site`] knows where everything is and signs people up. A person's [`Client`] speaks
//! REST, a [`Socket`] or an [`EventStream`] listens, [`Database`] looks at the rows, and
//! [`kafka`] reads and writes the topics without Dapr. Nothing of TaskFlow is mocked; only the
//! language model says what a test tells it to ([`FakeModel`]).
//! A [`load`](load::Load) is people at work, whatever becomes of the product meanwhile; what it
//! and others find is a [`Violation`](violation::Violation).

pub mod database;
mod event_stream;
pub mod kafka;
pub mod load;
mod model;
mod rest;
mod site;
mod socket;
mod token;
pub mod violation;
pub mod wait;

pub use database::Database;
pub use event_stream::{EventStream, StreamEvent};
pub use model::{FakeModel, MODEL_KEY, Turn};
pub use rest::{Answer, Client, send};
pub use site::{EMAIL_DOMAIN, Site};
pub use socket::{Heard, Socket};
pub use token::{Signer, from_now};
