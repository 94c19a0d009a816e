//! What the log costs: a create's statements with the insert into it and without, on the same
//! server, while nobody publishes.

use anyhow::Result;

use super::Effort;
use crate::pgbench::{Pgbench, Script};
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::median;

pub(super) const NAME: &str = "log";

pub(super) const USERS: u32 = 64;

const CLIENTS: usize = 8;

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    // The relay would publish what one of the two writes.
    stage.backend()?.service.kill9().await?;
    let mut pgbench = Pgbench::find().await?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        for (script, rates) in [
            (Script::Create, &mut with),
            (Script::WithoutLog, &mut without),
        ] {
            let ran = pgbench.run(stage, script, CLIENTS, effort.duration).await?;
            rates.push(ran.per_second);
        }
    }
    let costs = with
        .iter()
        .zip(&without)
        .map(|(with, without)| 100.0 * (1.0 - with / without));
    Ok(vec![Finding {
        bench: NAME,
        what: "of creates a second lost to writing the log",
        unit: "%",
        rounds: costs.collect(),
        limit: Limit::AtMost(25.0),
        detail: format!(
            "{} creates a second with the log, {} without: pgbench at {CLIENTS} connections and \
             {USERS} users, the backend's statements with and without the insert into log and \
             outbox, no relay. No part of it are the requests around them, which both would have, \
             and the hash of the event.",
            figure(median(&with)),
            figure(median(&without)),
        ),
        cores: None,
    }])
}
