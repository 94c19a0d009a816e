//! The whole product, proven from outside: real services, real sidecars, a real broker and a
//! real database; and again as one process, with a broker and without. Each file is named by what
//! it proves.

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
use tokio::runtime::Runtime;

use crate::stage::{Mode, Stage};

/// Of each product: shared trials mostly wait, so more of them than there are cores run side by
/// side.
const THREADS: usize = 4;

/// As test programs say it.
const FAILED: u8 = 101;

fn main() -> Result<ExitCode> {
    let args = Arguments::from_args();
    let by_name = args.filter.is_some();
    let runtime = Runtime::new()?;
    let mut failed = false;
    for modes in Mode::SIDE_BY_SIDE {
        let stages = modes.iter().map(|mode| Stage::new(*mode, &runtime));
        let stages = stages.collect::<Result<Vec<_>>>()?;
        let chosen = stages
            .iter()
            .map(|stage| stage.mode.choose(trials(stage), by_name));
        let chosen = in_turn(chosen.collect::<Result<_>>()?);
        // What is asked for by name may be of one product alone.
        let busy = if by_name { 1 } else { stages.len() };
        let args = Arguments {
            test_threads: args.test_threads.or(Some(THREADS * busy)),
            ..args.clone()
        };
        let watching = runtime.spawn(Stage::watch_for_interruption(stages.clone()));
        let conclusion = libtest_mimic::run(&args, chosen);
        for stage in stages {
            stage.tear_down(conclusion.has_failed())?;
        }
        watching.abort();
        failed |= conclusion.has_failed();
    }
    Ok(if failed {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// The first of each, the second of each, and so on: no product waits until another is done.
fn in_turn(trials: Vec<Vec<Trial>>) -> Vec<Trial> {
    let mut each: Vec<_> = trials.into_iter().map(Vec::into_iter).collect();
    let rounds = std::iter::from_fn(|| {
        let round: Vec<_> = each.iter_mut().filter_map(Iterator::next).collect();
        (!round.is_empty()).then_some(round)
    });
    rounds.flatten().collect()
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
