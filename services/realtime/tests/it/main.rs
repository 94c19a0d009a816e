//! The gateway over real sockets, against a real gRPC server in the backend's place.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's way to fail"
)]

mod admission;
mod backend;
mod client;
mod clients;
mod resume;
mod stream;
mod tabs;
mod world;
