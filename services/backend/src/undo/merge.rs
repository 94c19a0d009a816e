//! One field on its way back.

use std::collections::HashMap;

use events::{ChangeSetId, Event};
use serde::Serialize;
use serde_json::Value;

use super::{
    report::{FieldChange, Later, Report, Subject},
    undone::{Set, Undone},
};

/// What happened to an aggregate after the change-set that is taken back, as far as it stands.
#[derive(Debug, Default)]
pub(super) struct Since {
    fields: HashMap<String, Later>,
    last: Option<Later>,
}

impl Since {
    /// Of the aggregate's later events, oldest first.
    pub(super) fn of(events: &[Event], undone: &Undone) -> Self {
        let mut since = Self::default();
        for event in events {
            let set = Set {
                id: event.change_set_id,
                seq: event.seq,
                actor: event.actor.clone(),
                cause: event.cause.clone(),
            };
            // An undo that stands has itself gone with what it took back.
            if undone.by(&set).is_some() || undone.stands(&set) {
                continue;
            }
            let later = Later {
                change_set_id: event.change_set_id,
                actor: event.actor.clone(),
                timestamp: event.timestamp,
            };
            for field in event.payload.changed_fields() {
                since.fields.insert(field, later.clone());
            }
            since.last = Some(later);
        }
        since
    }

    /// The newest change to a field.
    pub(super) fn touched(&self, field: &str) -> Option<&Later> {
        self.fields.get(field)
    }

    /// The newest change to anything of it.
    pub(super) fn last(&self) -> Option<&Later> {
        self.last.as_ref()
    }
}

/// Brings fields back one by one and remembers which went and which stayed.
pub(super) struct Merge<'a> {
    since: &'a Since,
    pub(super) changes: Vec<FieldChange>,
    kept: Vec<(&'static str, Option<Later>)>,
}

impl<'a> Merge<'a> {
    pub(super) const fn new(since: &'a Since) -> Self {
        Self {
            since,
            changes: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// `now` becomes what it was `before`, if it is still what the change-set left (`after`) and
    /// nobody has touched it since.
    pub(super) fn field<T: PartialEq + Clone + Serialize>(
        &mut self,
        name: &'static str,
        before: &T,
        after: &T,
        now: &mut T,
    ) {
        if before == after || before == now {
            return;
        }
        if name == "title" && telemetry::faults::enabled("undo-forgets") {
            return;
        }
        let touched = self.since.touched(name);
        let is_ours = touched.is_none() && now == after;
        if !is_ours && !telemetry::faults::enabled("undo-overwrites") {
            self.kept.push((name, touched.cloned()));
            return;
        }
        self.changes.push(FieldChange {
            field: name,
            before: json(now),
            after: json(before),
        });
        now.clone_from(before);
    }

    /// Says what stayed, one line for each change that is in the way.
    pub(super) fn report_kept(&self, subject: &Subject, report: &mut Report) {
        let mut by_change: Vec<(Option<Later>, Vec<&'static str>)> = Vec::new();
        for (field, later) in &self.kept {
            let change_set =
                |later: &Option<Later>| later.as_ref().map(|later| later.change_set_id);
            let wanted: Option<ChangeSetId> = change_set(later);
            match by_change
                .iter_mut()
                .find(|(other, _)| change_set(other) == wanted)
            {
                Some((_, fields)) => fields.push(field),
                None => by_change.push((later.clone(), vec![*field])),
            }
        }
        for (later, fields) in by_change {
            let reason = format!("{} changed since", fields.join(", "));
            report.skip(subject, fields, reason, later);
        }
    }
}

pub(super) fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
