//! Checks that cannot fail prove nothing. Each is run once more against a product in which
//! the bug was planted that it is there to find. Where several are planted in one product, each
//! lies in a part of it that the other checks do not use.

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::agent;
use crate::rest::{as_of, idempotency};
use crate::stage::Stage;
use crate::violation::must_be_found;
use crate::{
    account, admin, crashes, dead_letters, forgeries, isolation, poison, rebuild, reminders,
    replay, resume, routes, series, tokens, transfer, undo, writers,
};

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
            "planted: a write that forgets its event is found by the fold",
            &[("PLANTED_FAULT", "fold-forgets")],
            async |product| must_be_found(rebuild::told(product).await),
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
        stage.apart(
            "planted: an ignored scope is found by a token that may only read",
            &[("PLANTED_FAULT", "scope-ignored")],
            async |product| must_be_found(tokens::reads_only(product).await),
        ),
        stage.apart(
            "planted: an ignored grant is found by a token for one project",
            &[("PLANTED_FAULT", "grant-ignored")],
            async |product| must_be_found(tokens::granted(product).await),
        ),
        stage.apart(
            "planted: an undo that overwrites is found by the later change",
            &[("PLANTED_FAULT", "undo-overwrites")],
            async |product| must_be_found(undo::later_change_stays(product).await),
        ),
        stage.apart(
            "planted: as_of that is one event off is found by every change",
            &[("PLANTED_FAULT", "as-of-off-by-one")],
            async |product| must_be_found(as_of::every_change(product).await),
        ),
        stage.apart(
            "planted: a door of /admin that is open to everybody is found by the strangers",
            &[("PLANTED_FAULT", "admin-ignored")],
            async |product| must_be_found(admin::closed(product).await),
        ),
        stage.apart(
            "planted: a call that gets a new key is found by the agent that dies",
            &[("PLANTED_FAULT", "agent-acts-anew,agent-hangs-after-effect")],
            async |product| must_be_found(agent::crash::killed(product).await),
        ),
        stage.apart(
            "planted: a yes that nobody has to say is found by the attacks",
            &[("PLANTED_FAULT", "agent-asks-nobody")],
            async |product| must_be_found(agent::scenarios::attacks(product).await),
        ),
        stage.apart(
            "planted: a trusted user_id is found by strangers",
            &[("PLANTED_FAULT", "agent-trusts-user-id")],
            async |product| must_be_found(agent::isolation::strangers(product).await),
        ),
        stage.apart(
            "planted: a mark before sending is found by what was refused",
            &[("PLANTED_FAULT", "mark-before-send")],
            async |product| must_be_found(reminders::tried_again(product).await),
        ),
        stage.apart(
            "planted: an occurrence without its key is found by the series",
            &[("PLANTED_FAULT", "no-occurrence-key")],
            async |product| must_be_found(series::once(product).await),
        ),
        stage.apart(
            "planted: occurrences counted in UTC are found by the change of the clocks",
            &[("PLANTED_FAULT", "utc-arithmetic")],
            async |product| must_be_found(series::clocks_change(product).await),
        ),
        stage.apart(
            "planted: an import that trusts its file is found by the damaged ones, and an export \
             that leaves something out by the next export",
            // The hashes alone would show what is missing.
            &[("PLANTED_FAULT", "chain-unchecked,export-forgets")],
            async |product| {
                must_be_found(transfer::damaged(product).await)?;
                must_be_found(transfer::round_trip(product).await)
            },
        ),
        stage.apart(
            "planted: what a kill -9 leaves half done is found in imports, rebuilds and replays",
            &[(
                "PLANTED_FAULT",
                "import-in-parts,swap-in-parts,resume-too-late,nothing-missing",
            )],
            async |product| {
                must_be_found(transfer::crash(product).await)?;
                must_be_found(rebuild::killed(product).await)?;
                must_be_found(replay::killed(product).await)?;
                must_be_found(replay::only_missing(product).await)
            },
        ),
        stage.apart(
            "planted: a second undo, a letter without its past and an erasure that leaves \
             something are found",
            &[("PLANTED_FAULT", "undo-twice,letter-forgets,erasure-forgets")],
            async |product| {
                must_be_found(undo::race(product).await)?;
                must_be_found(dead_letters::fails_again(product).await)?;
                must_be_found(account::erased(product).await)
            },
        ),
        stage.apart(
            "planted: a forgotten key is found by what is sent again, and a write that needs the \
             broker without one",
            &[("PLANTED_FAULT", "key-forgotten,write-needs-broker")],
            async |product| {
                must_be_found(idempotency::replayed(product).await)?;
                must_be_found(crashes::broker(product).await)
            },
        ),
    ]
}
