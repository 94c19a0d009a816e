//! The agent between a scripted model, programs, and a backend that forgets everything at the end.

#![expect(clippy::unwrap_used, reason = "a test's way to fail")]

mod backend;
mod budgets;
mod chat;
mod chatkit;
mod doors;
mod mcp;
mod places;
mod tools;
mod world;
