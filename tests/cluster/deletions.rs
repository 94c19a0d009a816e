//! Every pod is deleted, at random and again and again, while people work: what they were told was
//! done is done, and each hears of it once and in order.
//!
//! `TASKFLOW_DELETIONS` says for how many seconds instead of 300.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use testing::load::{Failure, Load};

use crate::kube::{OURS, items, json, kubectl, pods, text};
use crate::release::Release;
use crate::stage::Stage;
use crate::upgrade::PACE;

const USUALLY: Duration = Duration::from_mins(5);

/// Writes that are made before the next pod goes.
const MEANWHILE: u64 = 20;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "deletions: every pod at random, and nothing acknowledged is lost",
        every_pod,
    )]
}

async fn every_pod(release: &Release) -> Result<()> {
    let seed = rand::random();
    let limit = limit()?;
    eprintln!("deletions: the seed is {seed}, for {limit:?}");
    let mut dice = StdRng::seed_from_u64(seed);
    let load = Load::at_pace(release, PACE).await?;
    let (began, mut deleted) = (Instant::now(), BTreeSet::new());
    while began.elapsed() < limit {
        let mut all = pods(OURS).await?;
        all.shuffle(&mut dice);
        for pod in all {
            let mut delete = vec!["delete", "pod", &pod, "--wait=false", "--ignore-not-found"];
            // It has the time that an upgrade gives it, or a second.
            if dice.random_bool(0.5) {
                delete.push("--now");
            }
            kubectl(&delete).await?;
            load.writes(MEANWHILE).await?;
            let deployment = format!("deployment/{}", owner(&pod)?);
            // The next one goes when this is back, or sooner than it has settled.
            if dice.random_bool(0.5) {
                kubectl(&["rollout", "status", &deployment, "--timeout=3m"]).await?;
            }
            deleted.insert(owner(&pod)?.to_owned());
            if began.elapsed() >= limit {
                break;
            }
        }
    }
    let outcome = release.settled(load).await?;
    let dishonest = outcome.failures.iter().find(|failure| match failure {
        Failure::Unanswered => false,
        // Of the way in when nobody takes a request, of a database that does not answer, of a key
        // that the request before still holds.
        Failure::Status { status, .. } => !matches!(status, 502..=504 | 409),
    });
    ensure!(dishonest.is_none(), "{dishonest:?}");
    ensure!(outcome.reconnections > 0, "no socket had to come back");
    let found = json(&["get", "deployments", OURS]).await?;
    for deployment in items(&found["items"]) {
        let name = text(&deployment["metadata"]["name"]);
        ensure!(deleted.contains(name), "no pod of {name} was deleted");
    }
    Ok(())
}

/// `taskflow-backend` of `taskflow-backend-5c9f6d7b8-x2x9q`.
fn owner(pod: &str) -> Result<&str> {
    let name = pod.rsplitn(3, '-').nth(2);
    name.with_context(|| format!("{pod} is of no deployment"))
}

fn limit() -> Result<Duration> {
    let Some(seconds) = std::env::var_os("TASKFLOW_DELETIONS") else {
        return Ok(USUALLY);
    };
    let seconds = seconds.into_string().ok().and_then(|it| it.parse().ok());
    seconds
        .map(Duration::from_secs)
        .context("TASKFLOW_DELETIONS is a number of seconds")
}
