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
    let mut pending: Vec<Deed> = sets.into_iter().flat_map(|set| set.deeds).collect();
    // A change-set may have parts that came after later change-sets.
    pending.sort_by_key(|deed| std::cmp::Reverse(deed.span().1));
    for deed in pending.iter().filter(|deed| kind(deed) == Some("tag")) {
        tag::remember(write, deed, report).await?;
    }
    while !pending.is_empty() {
        let tried = pending.len();
        let mut waiting = Vec::new();
        let mut set = None;
        for deed in pending {
            // What is done to tasks before may stand in the way of what was done to them after.
            if set.replace(deed.change_set()) != Some(deed.change_set()) {
                for earlier in std::mem::take(&mut waiting) {
                    if kind(&earlier) == Some("task") {
                        advance(write, earlier, &mut waiting, undone, report).await?;
                    } else {
                        waiting.push(earlier);
                    }
                }
            }
            advance(write, deed, &mut waiting, undone, report).await?;
        }
        if waiting.len() == tried {
            attempt(write, &waiting.remove(0), How::InPart, undone, report).await?;
        }
        pending = waiting;
    }
    Ok(())
}

/// Takes back a deed as a whole, or has it wait behind those that wait.
async fn advance(
    write: &mut Write,
    deed: Deed,
    waiting: &mut Vec<Deed>,
    undone: &Undone,
    report: &mut Report,
) -> Result<(), ApiError> {
    // What was done to a thing earlier goes back after what was done to it later.
    let has_turn = waiting
        .iter()
        .all(|other| other.aggregate_id != deed.aggregate_id);
    if !has_turn || attempt(write, &deed, How::Whole, undone, report).await? == Attempt::Waits {
        waiting.push(deed);
    }
    Ok(())
}

/// What the deed was done to.
fn kind(deed: &Deed) -> Option<&str> {
    deed.events.last()?.payload.event_type().split('.').next()
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
