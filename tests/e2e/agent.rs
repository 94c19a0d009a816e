//! People's agents: the chat, ChatKit, and MCP by its official clients; what they can do for their
//! people, and what nobody can make them do.

mod chatkit;
mod clients;
mod conformance;
pub(crate) mod crash;
pub(crate) mod isolation;
pub(crate) mod scenarios;
pub(crate) mod talk;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::stage::Stage;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    let trials = [
        clients::trials(stage),
        conformance::trials(stage),
        chatkit::trials(stage),
        scenarios::trials(stage),
        isolation::trials(stage),
        crash::trials(stage),
    ];
    trials.into_iter().flatten().collect()
}
