//! The whole product, proven from outside: real services, real sidecars, a real broker and a
//! real database. Each file is named by what it proves.

mod crashes;
mod doors;
mod drain;
mod forgeries;
mod isolation;
mod load;
mod planted;
mod poison;
mod relay;
mod rest;
mod resume;
mod routes;
mod secrets;
mod sidecars;
mod spine;
mod stage;
mod violation;
mod writers;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};

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
        relay::trials(stage),
        doors::trials(stage),
        forgeries::trials(stage),
        routes::trials(stage),
        poison::trials(stage),
        sidecars::trials(stage),
        drain::trials(stage),
        crashes::trials(stage),
        planted::trials(stage),
        secrets::trials(stage),
    ];
    trials.into_iter().flatten().collect()
}
