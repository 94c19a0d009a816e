//! The Model Context Protocol: the tools for programs.
//!
//! Over HTTP every request stands for itself, in the revision 2026-07-28 as in those before it:
//! no session, so any replica can answer. [`stdio`] carries the same to desktop clients.

pub mod http;
pub mod metadata;
mod reply;
pub mod server;
pub mod stdio;
