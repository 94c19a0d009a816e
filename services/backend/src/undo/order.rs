//! In which order things go back, so that none stands in another's way.

use super::{
    profile, project,
    report::Report,
    sets::{Deed, Deeds},
    tag, task,
    undone::Undone,
};
use crate::{error::ApiError, write::Write};

/// How a deed is to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// All that nobody has touched since, or nothing as yet.
    Whole,
    /// What can go; the rest stays and is reported.
    InPart,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// It is settled, and what there is to say is in the report.
    Settled,
    /// Nothing is written or reported: something is in the way that may go with another deed.
    Waits,
}

/// Takes back what change-sets did, the last first. A deed whose way is blocked is tried again
/// after the others, until nothing moves any more.
pub(super) async fn take_back(
    write: &mut Write,
    sets: Vec<Deeds>,
    undone: &Undone,
    report: &mut Report,
) -> Result<(), ApiError> {
    let mut pending = join_tags(sets.into_iter().flat_map(|set| set.deeds).collect());
    // A change-set may have parts that came after later change-sets.
    pending.sort_by_key(|deed| std::cmp::Reverse(deed.span().1));
    while !pending.is_empty() {
        let tried = pending.len();
        let mut waiting: Vec<Deed> = Vec::new();
        for deed in pending {
            // What was done to a thing earlier goes back after what was done to it later.
            let has_turn = waiting
                .iter()
                .all(|other| other.aggregate_id != deed.aggregate_id);
            if !has_turn
                || attempt(write, &deed, How::Whole, undone, report).await? == Attempt::Waits
            {
                waiting.push(deed);
            }
        }
        if waiting.len() == tried {
            attempt(write, &waiting.remove(0), How::InPart, undone, report).await?;
        }
        pending = waiting;
    }
    Ok(())
}

/// A tag that is gone and made again by what is taken back, with nobody else in between, was there
/// all the time: tasks that carry it on their way back are not in the way.
fn join_tags(mut deeds: Vec<Deed>) -> Vec<Deed> {
    deeds.sort_by_key(|deed| deed.span().0);
    let mut joined: Vec<Deed> = Vec::new();
    for deed in deeds {
        if kind(&deed) != Some("tag") {
            joined.push(deed);
            continue;
        }
        let same = |earlier: &&mut Deed| earlier.aggregate_id == deed.aggregate_id;
        match joined.iter_mut().rev().find(same) {
            Some(earlier) if earlier.is_followed_by(&deed) => earlier.events.extend(deed.events),
            _ => joined.push(deed),
        }
    }
    joined
}

/// What the deed was done to.
fn kind(deed: &Deed) -> Option<&str> {
    let last = deed.events.last()?;
    last.payload.event_type().split('.').next()
}

async fn attempt(
    write: &mut Write,
    deed: &Deed,
    how: How,
    undone: &Undone,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    let Some(last) = deed.events.last() else {
        return Ok(Attempt::Settled);
    };
    write.causation = Some(last.id);
    match kind(deed) {
        Some("task") => task::undo(write, deed, how, undone, report).await,
        Some("project") => project::undo(write, deed, how, undone, report).await,
        Some("tag") => tag::undo(write, deed, how, report).await,
        Some("user") => {
            profile::undo(write, deed, undone, report).await?;
            Ok(Attempt::Settled)
        }
        // Of a later version, which has to take it back itself.
        _ => Ok(Attempt::Settled),
    }
}
