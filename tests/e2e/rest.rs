//! What every endpoint answers.

pub(crate) mod as_of;
mod batch;
mod complete;
mod correlation;
mod cors;
mod delete;
mod document;
mod due;
mod events;
mod filters;
mod health;
mod history;
pub(crate) mod idempotency;
mod invalid;
mod malformed;
mod merge_patch;
mod paging;
mod precondition;
mod profile;
mod projects;
mod rate_limit;
mod search;
mod stats;
pub(crate) mod steps;
mod subtasks;
mod tags;
mod tasks;
mod ticket;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::stage::Stage;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    let topics = [
        tasks::trials(stage),
        merge_patch::trials(stage),
        complete::trials(stage),
        delete::trials(stage),
        subtasks::trials(stage),
        due::trials(stage),
        batch::trials(stage),
        filters::trials(stage),
        search::trials(stage),
        paging::trials(stage),
        invalid::trials(stage),
        malformed::trials(stage),
        precondition::trials(stage),
        idempotency::trials(stage),
        projects::trials(stage),
        tags::trials(stage),
        profile::trials(stage),
        stats::trials(stage),
        events::trials(stage),
        history::trials(stage),
        as_of::trials(stage),
        ticket::trials(stage),
        correlation::trials(stage),
        cors::trials(stage),
        document::trials(stage),
        health::trials(stage),
        rate_limit::trials(stage),
    ];
    topics.into_iter().flatten().collect()
}
