//! Many deliveries at once, without breaking any user's order.

use std::collections::HashMap;

use futures::future::join_all;
use telemetry::health::Health;

use crate::{Outcome, handle::Job};

/// A job's CloudEvent id and what became of it, at the job's place in the batch.
pub(crate) type Answer = (usize, String, Outcome);

/// Handles the jobs of each user in order, those of different users side by side: no more than a
/// bulk has.
///
/// daprd redelivers only what was not taken. So when one is to be retried, the
/// later ones of its user are not handled but retried with it: otherwise they
/// would overtake it. When daprd gives up, all of them become dead letters,
/// each with its cause.
pub(crate) async fn handle_batch(jobs: Vec<Job>, health: &Health) -> Vec<Answer> {
    let of_users = by_user(jobs).into_iter();
    let answers = join_all(of_users.map(|jobs| handle_in_order(jobs, health))).await;
    answers.into_iter().flatten().collect()
}

type Placed = (usize, Job);

fn by_user(jobs: Vec<Job>) -> Vec<Vec<Placed>> {
    let mut of_users: HashMap<String, Vec<Placed>> = HashMap::new();
    let mut of_nobody = Vec::new();
    for (place, mut job) in jobs.into_iter().enumerate() {
        match job.user.take() {
            Some(user) => of_users.entry(user).or_default().push((place, job)),
            None => of_nobody.push(vec![(place, job)]),
        }
    }
    of_nobody.extend(of_users.into_values());
    of_nobody
}

async fn handle_in_order(jobs: Vec<Placed>, health: &Health) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(jobs.len());
    let mut stuck: Option<String> = None;
    for (place, job) in jobs {
        let id = job.id.clone();
        let outcome = match &stuck {
            Some(behind) => job.hold_back(behind),
            None => job.run(health).await,
        };
        if stuck.is_none() && matches!(outcome, Outcome::Retry(_)) {
            stuck = Some(id.clone());
        }
        answers.push((place, id, outcome));
    }
    answers
}
