//! One event, as people read it.

use events::{Cause, ChangeSetId, Event, EventId, TokenId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{changes::FieldChange, names::Names};
use crate::undo::undone::{Set, Undone};

/// A change: who, when, why, and what of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    seq: u64,
    #[schema(value_type = Uuid)]
    event_id: EventId,
    event_type: String,
    timestamp: Timestamp,
    /// What was changed together, and is undone together.
    #[schema(value_type = Uuid)]
    change_set_id: ChangeSetId,
    actor: Author,
    /// Why, where it was not simply asked for.
    #[schema(value_type = Option<Object>)]
    cause: Option<Cause>,
    /// The event that caused this one, if an event did.
    #[schema(value_type = Option<Uuid>)]
    causation_id: Option<EventId>,
    correlation_id: String,
    what: What,
    changes: Vec<FieldChange>,
    /// The change-set that took this one back; an undo that was itself undone does not count.
    #[schema(value_type = Option<Uuid>)]
    undone_by: Option<ChangeSetId>,
}

/// Who made a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Author {
    /// `user`, `agent_run`, `rule`, `import`, `token` or `system`.
    kind: &'static str,
    /// Which run, rule, import or token.
    id: Option<String>,
    /// Of a run: the API token by which it asked, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    token_id: Option<TokenId>,
}

/// What a change was made to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct What {
    /// `task`, `project`, `tag`, `profile`, or, when asked for, `notification`, `conversation`,
    /// `message` (of a conversation) or `tool`.
    kind: String,
    id: Uuid,
    /// Its title or name after the change; a profile has none.
    name: Option<String>,
}

impl HistoryEntry {
    pub(super) fn new(
        event: Event,
        changes: Vec<FieldChange>,
        names: &Names,
        undone: &Undone,
    ) -> Self {
        let event_type = event.payload.event_type();
        let kind = match event_type.split('.').next() {
            Some("user") | None => "profile",
            Some(kind) => kind,
        };
        let what = What {
            kind: kind.to_owned(),
            id: event.aggregate_id,
            name: names.after(&event).map(ToOwned::to_owned),
        };
        let event_type = event_type.to_owned();
        let set = Set {
            id: event.change_set_id,
            seq: event.seq,
            actor: event.actor,
            cause: event.cause,
        };
        Self {
            seq: event.seq,
            event_id: event.id,
            event_type,
            timestamp: event.timestamp,
            change_set_id: event.change_set_id,
            actor: Author {
                kind: set.actor.kind(),
                id: set.actor.id().map(ToOwned::to_owned),
                token_id: set.actor.token_of_run(),
            },
            undone_by: undone.by(&set),
            cause: set.cause,
            causation_id: event.causation_id,
            correlation_id: event.correlation_id,
            what,
            changes,
        }
    }
}
