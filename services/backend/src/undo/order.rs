//! In which order things go back, so that none stands in another's way.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{
    profile, project,
    report::Report,
    sets::{Deed, Deeds},
    tag, task,
    undone::Undone,
};
use crate::{error::ApiError, write::Write};

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// It is settled, and what there is to say is in the report.
    Settled,
    /// Nothing is written: this thing is in the way, and may still go with a deed of its own.
    WaitsFor(Uuid),
}

/// The things that are not back yet, and where the deeds end that were done to each: the last
/// goes back first.
#[derive(Default)]
pub(super) struct Unsettled(HashMap<Uuid, Vec<i64>>);

impl Unsettled {
    fn of(turns: &BTreeMap<i64, Deed>) -> Self {
        let mut unsettled = Self::default();
        for (end, deed) in turns {
            unsettled.0.entry(deed.aggregate_id).or_default().push(*end);
        }
        unsettled
    }

    /// One of these things that may still move, if any may.
    pub(super) fn any(&self, things: &[Uuid]) -> Option<Uuid> {
        things.iter().copied().find(|thing| self.has(*thing))
    }

    fn has(&self, thing: Uuid) -> bool {
        self.0.contains_key(&thing)
    }

    /// Whether nothing was done to the thing later that is not settled.
    fn is_next(&self, deed: &Deed) -> bool {
        let ends = self.0.get(&deed.aggregate_id);
        ends.and_then(|ends| ends.last()) == Some(&deed.span().1)
    }

    fn settle(&mut self, deed: &Deed) {
        if let Some(ends) = self.0.get_mut(&deed.aggregate_id) {
            ends.pop();
            if ends.is_empty() {
                self.0.remove(&deed.aggregate_id);
            }
        }
    }
}

/// Takes back what change-sets did, the last first.
pub(super) async fn take_back(
    write: &mut Write,
    sets: Vec<Deeds>,
    undone: &Undone,
    report: &mut Report,
) -> Result<(), ApiError> {
    let deeds = sets.into_iter().flat_map(|set| set.deeds);
    let (tags, others): (Vec<_>, Vec<_>) = deeds.partition(|deed| kind(deed) == Some("tag"));
    let steps = tag::steps(write, tags).await?;
    tag::bring_back(write, &steps, report).await?;
    settle(write, others, undone, report).await?;
    tag::take_away(write, &steps, report).await
}

/// A deed whose way is blocked has its turn again when what blocks it has moved. When all that is
/// left waits for one another, the last goes back as far as it can. So each is tried about as often
/// as something moves out of its way, however many there are.
async fn settle(
    write: &mut Write,
    deeds: Vec<Deed>,
    undone: &Undone,
    report: &mut Report,
) -> Result<(), ApiError> {
    // A change-set may have parts that came after later change-sets.
    let mut turns: BTreeMap<i64, Deed> = deeds
        .into_iter()
        .map(|deed| (deed.span().1, deed))
        .collect();
    let mut unsettled = Unsettled::of(&turns);
    let mut waiting: BTreeMap<i64, (Uuid, Deed)> = BTreeMap::new();
    let nothing = Unsettled::default();
    loop {
        let (end, deed, others) = if let Some((end, deed)) = turns.pop_last() {
            (end, deed, &unsettled)
        } else if let Some((end, (_, deed))) = waiting.pop_last() {
            (end, deed, &nothing)
        } else {
            return Ok(());
        };
        let thing = deed.aggregate_id;
        if !unsettled.is_next(&deed) {
            waiting.insert(end, (thing, deed));
            continue;
        }
        let (said, recorded) = (report.skipped.len(), write.recorded());
        match attempt(write, &deed, others, undone, report).await? {
            Attempt::WaitsFor(other) => {
                // It will be said again.
                report.skipped.truncate(said);
                waiting.insert(end, (other, deed));
            }
            Attempt::Settled => {
                unsettled.settle(&deed);
                let has_moved = write.recorded() > recorded || !unsettled.has(thing);
                let woken = waiting.extract_if(.., |_, (other, deed)| {
                    *other == thing && (has_moved || deed.aggregate_id == thing)
                });
                turns.extend(woken.map(|(end, (_, deed))| (end, deed)));
            }
        }
    }
}

/// What the deed was done to.
fn kind(deed: &Deed) -> Option<&str> {
    deed.events.last()?.payload.event_type().split('.').next()
}

/// Takes back all of a deed that nobody has touched since. What is in its way is waited for, if it
/// is one of `others`; what else is stays, and so does what it is in the way of.
async fn attempt(
    write: &mut Write,
    deed: &Deed,
    others: &Unsettled,
    undone: &Undone,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    let Some(last) = deed.events.last() else {
        return Ok(Attempt::Settled);
    };
    write.causation = Some(last.id);
    match kind(deed) {
        Some("task") => task::undo(write, deed, others, undone, report).await,
        Some("project") => project::undo(write, deed, others, undone, report).await,
        Some("user") => {
            profile::undo(write, deed, undone, report).await?;
            Ok(Attempt::Settled)
        }
        // Of a later version, which has to take it back itself.
        _ => Ok(Attempt::Settled),
    }
}
