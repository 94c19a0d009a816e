//! Conversations with the agent. The agent keeps nothing: what was said ([`change`]), what is under
//! way ([`turn`]) and what was called ([`call`]) is here, and people read it by REST.
//!
//! Text is in the rows alone. The log says that something was said or called, so the rows without
//! their text are a fold of it like all others ([`crate::projection::conversation`]).

pub(crate) mod call;
mod change;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod model;
pub(crate) mod of_task;
mod page;
pub(crate) mod search;
pub(crate) mod store;
pub(crate) mod turn;
pub(crate) mod update;
