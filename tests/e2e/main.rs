//! The whole product, proven from outside: real services, real sidecars, a real broker and a
//! real database. Each file is named by what it proves.

mod account;
mod admin;
mod agent;
mod calendar;
mod crashes;
mod dead_letters;
mod documents;
mod doors;
mod drain;
mod forgeries;
mod isolation;
mod notifications;
mod outside;
mod planted;
mod poison;
mod quick;
mod rebuild;
mod refusals;
mod relay;
mod reminders;
mod replay;
mod rest;
mod restore;
mod resume;
mod rotation;
mod routes;
mod secrets;
mod series;
mod sidecars;
mod spine;
mod stage;
mod tokens;
mod transfer;
mod twins;
mod undo;
mod webhooks;
mod writers;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};
use testing::{load, violation};

use crate::stage::Stage;

/// Shared trials mostly wait, so more of them than there are cores run side by side.
const THREADS: usize = 4;

fn main() -> Result<ExitCode> {
    let mut args = Arguments::from_args();
    args.test_threads = args.test_threads.or(Some(THREADS));
    let stage = Stage::new()?;
    let trials = trials(&stage);
    stage.watch_for_interruption();
    let conclusion = libtest_mimic::run(&args, trials);
    stage.tear_down(conclusion.has_failed())?;
    Ok(conclusion.exit_code())
}

/// Those that share the product come first, then those that break it.
fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    let trials = [
        spine::trials(stage),
        rest::trials(stage),
        isolation::trials(stage),
        resume::trials(stage),
        writers::trials(stage),
        undo::trials(stage),
        restore::trials(stage),
        transfer::trials(stage),
        relay::trials(stage),
        quick::trials(stage),
        documents::trials(stage),
        series::trials(stage),
        calendar::trials(stage),
        reminders::trials(stage),
        notifications::trials(stage),
        webhooks::trials(stage),
        doors::trials(stage),
        forgeries::trials(stage),
        tokens::trials(stage),
        account::trials(stage),
        agent::trials(stage),
        routes::trials(stage),
        admin::trials(stage),
        rotation::trials(stage),
        poison::trials(stage),
        dead_letters::trials(stage),
        replay::trials(stage),
        sidecars::trials(stage),
        refusals::trials(stage),
        drain::trials(stage),
        crashes::trials(stage),
        twins::trials(stage),
        rebuild::trials(stage),
        planted::trials(stage),
        secrets::trials(stage),
    ];
    trials.into_iter().flatten().collect()
}
