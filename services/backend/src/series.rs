//! Tasks that come again: what a client may ask ([`set`], [`skip`], [`occurrences`], [`preview`]),
//! what follows an occurrence, when it appears ([`next`]), and how it is made ([`spawn`]).

mod ahead;
mod completion;
mod copy;
mod input;
mod next;
pub(crate) mod occurrences;
pub(crate) mod preview;
pub(crate) mod set;
pub(crate) mod skip;
pub(crate) mod spawn;

pub(crate) use ahead::ahead;
pub(crate) use input::NewRecurrence;
pub(crate) use next::next_at;
