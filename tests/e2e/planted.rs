//! Checks that cannot fail prove nothing. Each is run once more against a product in which
//! the bug was planted that it is there to find.

use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::Trial;

use crate::stage::{Product, Stage};
use crate::violation::must_be_found;
use crate::{forgeries, isolation, poison, resume, routes, writers};

/// A relay that passes events over does so when transactions end in another order than they
/// began, which is a matter of luck.
const ROUNDS: usize = 10;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.apart(
            "planted: an algorithm taken from the token is found by the forgeries",
            &[("PLANTED_FAULT", "jwt-alg-from-token")],
            async |product| must_be_found(forgeries::forged(product).await),
        ),
        stage.apart(
            "planted: a relay with a cursor is found by the writers",
            &[("PLANTED_FAULT", "relay-cursor")],
            relay_cursor,
        ),
        stage.apart(
            "planted: a missing user filter is found in tabs and routes",
            &[("PLANTED_FAULT", "missing-user-filter")],
            async |product| {
                must_be_found(isolation::tabs(product).await)?;
                must_be_found(routes::closed(product).await)
            },
        ),
        stage.apart(
            "planted: acknowledging before handling is found by the poison, and by a crash",
            &[("PLANTED_FAULT", "ack-before-handle")],
            async |product| {
                must_be_found(poison::unreadable(product).await)?;
                must_be_found(poison::while_away(product).await)
            },
        ),
        stage.apart(
            "planted: a client that is told twice is found by duplicates and on resume",
            &[("PLANTED_FAULT", "no-dedupe")],
            async |product| {
                must_be_found(poison::duplicates(product).await)?;
                must_be_found(resume::amid_changes(product).await)
            },
        ),
    ]
}

async fn relay_cursor(product: &Product) -> Result<()> {
    let mut outcome = Ok(());
    for _ in 0..ROUNDS {
        outcome = writers::hot_tasks(product).await;
        if outcome.is_err() {
            break;
        }
    }
    must_be_found(outcome)
}
