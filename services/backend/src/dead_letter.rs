//! Dead letters: what no handler could take. Recorded with its cause ([`recorder`]), looked at
//! ([`store`]), and settled by hand: published again or dropped ([`settle`]), over HTTP
//! ([`endpoints`]) or from the command line ([`command`]).

pub(crate) mod command;
pub(crate) mod endpoints;
pub(crate) mod recorder;
mod settle;
mod store;
