//! The notifier against real servers: SMTP, HTTP, and gRPC in the backend's place.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's way to fail"
)]

mod backend;
mod browser;
mod email;
mod ledger;
mod push;
mod reach;
mod receiver;
mod smtp;
mod wake;
mod webhook;
mod world;
