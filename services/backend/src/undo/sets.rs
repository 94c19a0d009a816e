//! The change-sets that a request asks to take back, and their events.

use std::collections::BTreeMap;

use events::{ChangeSetId, Event, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::undone::Set;
use crate::{
    error::ApiError,
    event::log::{self, EventRow},
};

/// All that one change-set did to one aggregate, in order; never empty.
pub(super) struct Deed {
    pub(super) aggregate_id: Uuid,
    pub(super) events: Vec<Event>,
}

impl Deed {
    /// The `seq` before the first and of the last of its events.
    pub(super) fn span(&self) -> (i64, i64) {
        let seq = |event: Option<&Event>| {
            event.map_or(0, |event| i64::try_from(event.seq).unwrap_or(i64::MAX))
        };
        (seq(self.events.first()) - 1, seq(self.events.last()))
    }
}

/// A change-set with what it did, in the order in which that is taken back: the last first.
pub(super) struct Deeds {
    pub(super) set: Set,
    pub(super) deeds: Vec<Deed>,
}

/// `None` when the user has no such change-set.
pub(super) async fn of_change_set(
    db: &mut PgConnection,
    user: UserId,
    id: ChangeSetId,
) -> Result<Option<Deeds>, ApiError> {
    Ok(group(log::of_change_set(db, user, id).await?)?.pop())
}

/// All change-sets of an agent's run, the newest first.
pub(super) async fn of_run(
    db: &mut PgConnection,
    user: UserId,
    run_id: &str,
) -> Result<Vec<Deeds>, ApiError> {
    group(log::of_run(db, user, run_id).await?)
}

/// What happened to an aggregate after `seq`.
pub(super) async fn since(
    db: &mut PgConnection,
    user: UserId,
    aggregate: Uuid,
    seq: i64,
) -> Result<Vec<Event>, ApiError> {
    events(log::of_aggregate_since(db, user, aggregate, seq).await?)
}

/// Rows in order of `seq`; a change-set's stand together, because they were written together.
fn group(rows: Vec<EventRow>) -> Result<Vec<Deeds>, ApiError> {
    let mut sets: Vec<(Set, Vec<Event>)> = Vec::new();
    for event in events(rows)? {
        match sets.last_mut() {
            Some((set, events)) if set.id == event.change_set_id => events.push(event),
            _ => {
                let set = Set {
                    id: event.change_set_id,
                    seq: event.seq,
                    actor: event.actor.clone(),
                    cause: event.cause.clone(),
                };
                sets.push((set, vec![event]));
            }
        }
    }
    let sets = sets.into_iter().rev();
    Ok(sets
        .map(|(set, events)| Deeds {
            set,
            deeds: deeds(events),
        })
        .collect())
}

fn deeds(events: Vec<Event>) -> Vec<Deed> {
    let mut by_aggregate: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    for event in events {
        by_aggregate
            .entry(event.aggregate_id)
            .or_default()
            .push(event);
    }
    let mut deeds: Vec<Deed> = by_aggregate
        .into_iter()
        .map(|(aggregate_id, events)| Deed {
            aggregate_id,
            events,
        })
        .collect();
    deeds.sort_by_key(|deed| std::cmp::Reverse(deed.span().1));
    deeds
}

fn events(rows: Vec<EventRow>) -> Result<Vec<Event>, ApiError> {
    rows.into_iter()
        .map(|row| Event::try_from(row).map_err(|error| ApiError::Internal(error.into())))
        .collect()
}
