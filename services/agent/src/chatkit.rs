//! The chat in the words of OpenAI's `ChatKit`: one endpoint, requests with a type, and items in a
//! thread. A thread is a conversation, its items are made from what the backend keeps.

pub mod endpoint;
mod item;
mod request;
mod stream;
mod thread;
