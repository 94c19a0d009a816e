//! The product on Kubernetes, as people install it: its real images, Dapr's injected sidecars, and
//! every command from the documents. Each file is named by what it proves.

mod confinement;
mod deletions;
mod door;
mod goodbye;
mod installation;
mod kube;
mod people;
mod recovery;
mod refusals;
mod release;
mod rotation;
mod scaling;
mod stage;
mod upgrade;
mod variants;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};

use crate::kube::Cluster;
use crate::stage::Stage;

fn main() -> Result<ExitCode> {
    let mut args = Arguments::from_args();
    // There is one cluster, and a trial leaves it to the next.
    args.test_threads = Some(1);
    let Some(cluster) = Cluster::named()? else {
        eprintln!("SKIPPED: these trials are run by `cargo xtask test cluster`, on a cluster");
        return Ok(ExitCode::SUCCESS);
    };
    let stage = Stage::new(cluster)?;
    let trials = trials(&stage);
    stage.watch_for_interruption();
    let conclusion = libtest_mimic::run(&args, trials);
    stage.tear_down(conclusion.has_failed())?;
    Ok(conclusion.exit_code())
}

/// What is installed is used, then replaced, then broken, and in the end it goes.
fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    let trials = [
        installation::trials(stage),
        people::trials(stage),
        confinement::trials(stage),
        variants::trials(stage),
        refusals::trials(stage),
        rotation::trials(stage),
        upgrade::trials(stage),
        recovery::trials(stage),
        scaling::trials(stage),
        deletions::trials(stage),
        goodbye::trials(stage),
    ];
    trials.into_iter().flatten().collect()
}
