//! The chat: a message sets off a turn, in which the model asks for tools until it answers.

mod commands;
pub mod confirmation;
pub mod endpoint;
mod history;
mod model;
mod openai;
mod place;
mod plain;
mod prompt;
mod step;
pub mod turn;

pub use model::{Model, ModelError};
pub use place::Places;
pub(crate) use plain::Plain;
