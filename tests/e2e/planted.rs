//! Checks that cannot fail prove nothing. Each is run once more against a product in which
//! the bug was planted that it is there to find.

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::stage::Stage;
use crate::violation::must_be_found;
use crate::{forgeries, isolation, poison, resume, routes, writers};

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
            async |product| must_be_found(writers::hot_tasks(product).await),
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
