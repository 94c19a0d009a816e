//! What `cargo xtask bench` measures: the whole product in its release build, against a peer
//! that runs beside it or a limit that was set before.
//!
//! [`stage`] starts the product, [`user`], [`http`], [`socket`] and [`load`] are its clients,
//! [`pgbench`] is its peer and [`topic`] the proof that nothing was lost. Each benchmark is one file
//! of [`bench`](mod@bench) and gives [`report::Finding`]s; [`cpu`] says what each process used
//! meanwhile, because everything shares one machine, and [`memory`] whether its container would have
//! had enough.

pub mod bench;
pub mod copies;
pub mod cpu;
pub mod http;
pub mod load;
pub mod machine;
pub mod memory;
pub mod pgbench;
pub mod report;
pub mod socket;
pub mod stage;
pub mod stats;
pub mod topic;
pub mod user;
