//! Real children and real servers.

mod infra;
mod process;
