//! The change-sets that a request asks to take back, and their events.

use std::collections::{BTreeMap, HashMap};

use events::{ChangeSetId, Event, Topic, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::undone::Set;
use crate::{
    error::ApiError,
    event::log::{self, EventRow},
};

/// What one change-set did to one aggregate in one go: nobody else did anything to it in between.
/// In order; never empty.
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

    /// Versions are gap-free: between two that do not follow each other somebody else did something.
    pub(super) fn is_followed_by(&self, next: &Self) -> bool {
        match (self.events.last(), next.events.first()) {
            (Some(last), Some(first)) => last.version + 1 == first.version,
            _ => false,
        }
    }
}

/// A change-set with what it did.
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

/// Rows in order of `seq`; that something was said or called cannot be taken back. What follows from
/// a change-set may join it later, after others.
fn group(rows: Vec<EventRow>) -> Result<Vec<Deeds>, ApiError> {
    let mut sets: HashMap<ChangeSetId, (Set, Vec<Event>)> = HashMap::new();
    let events = events(rows)?.into_iter();
    for event in events.filter(|event| event.payload.topic() != Some(Topic::Conversations)) {
        let (_, events) = sets.entry(event.change_set_id).or_insert_with(|| {
            let set = Set {
                id: event.change_set_id,
                seq: event.seq,
                actor: event.actor.clone(),
                cause: event.cause.clone(),
            };
            (set, Vec::new())
        });
        events.push(event);
    }
    let mut sets: Vec<_> = sets.into_values().collect();
    sets.sort_by_key(|(set, _)| std::cmp::Reverse(set.seq));
    Ok(sets
        .into_iter()
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
    by_aggregate
        .into_iter()
        .flat_map(|(aggregate_id, events)| in_one_go(aggregate_id, events))
        .collect()
}

fn in_one_go(aggregate_id: Uuid, events: Vec<Event>) -> Vec<Deed> {
    let mut deeds: Vec<Deed> = Vec::new();
    for event in events {
        let next = Deed {
            aggregate_id,
            events: vec![event],
        };
        match deeds.last_mut() {
            Some(deed) if deed.is_followed_by(&next) => deed.events.extend(next.events),
            _ => deeds.push(next),
        }
    }
    deeds
}

fn events(rows: Vec<EventRow>) -> Result<Vec<Event>, ApiError> {
    rows.into_iter()
        .map(|row| Event::try_from(row).map_err(|error| ApiError::Internal(error.into())))
        .collect()
}
