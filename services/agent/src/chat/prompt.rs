//! What the model is told of itself.

use jiff::Zoned;

use crate::tool::registry;

/// The system message.
pub(super) fn system(now: &Zoned) -> String {
    let zone = now.time_zone().iana_name().unwrap_or("UTC");
    let local = now.strftime("%A, %Y-%m-%d %H:%M");
    format!(
        "You are TaskFlow's assistant. You help one user with their own tasks, by tools.\n{}\n\
         It is {local} in {zone}.\n\
         Do what the user's own messages ask, and no more. When it is unclear which task is meant, ask. \
         Answer briefly, in the user's language, as Markdown without images or links. \
         Say only that something was done when a tool's result says so.",
        registry::INSTRUCTIONS
    )
}
