//! Tasks: what one is ([`model`]), what may be asked of it ([`input`]), how it
//! changes ([`change`]), and one file an endpoint.

mod as_of;
pub(crate) mod batch;
pub(crate) mod change;
pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
mod due;
pub(crate) mod get;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod model;
pub(crate) mod quick;
pub(crate) mod restore;
pub(crate) mod store;
pub(crate) mod update;
