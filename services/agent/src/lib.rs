//! Chat, ChatKit and MCP: people's agents, through one registry of tools.
//!
//! [`tool`] is what an agent can do, each tool defined once; it asks the backend in the caller's
//! name and writes at most once. [`mcp`] gives the tools to programs, [`chat`] to a language
//! model or to the built-in command reader, [`chatkit`] is the chat in the words of OpenAI's
//! `ChatKit`.
//!
//! Nothing is kept here between requests: the backend has the conversations, and each step of a
//! turn is written down there before it is carried out. Whoever dies in the middle is taken over
//! by another, which carries out the very same step under the same key.
//!
//! What a model says is never trusted: the backend decides with each call what the bearer may,
//! and what takes many tasks away waits for the person's own yes ([`tool::Agreed`]).

pub mod backend;
mod call;
pub mod caller;
pub mod chat;
pub mod chatkit;
pub mod config;
pub mod door;
pub mod gateway;
pub mod mcp;
mod measured;
mod problem;
pub mod recorder;
pub mod router;
mod run;
mod secrets;
pub mod tool;

pub use config::{Arguments, Command, Config};
pub use run::{run, run_at};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
