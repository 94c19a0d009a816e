//! The scheduler between a backend and a sidecar that do what a test tells them to, each behind
//! real gRPC.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's way to fail"
)]

mod backend;
mod daprd;
mod due;
mod spawn;
mod world;
