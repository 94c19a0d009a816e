//! All of a user's tags, from their events.
//!
//! A tag is its name, and a name changes: so tags are folded together, in order of `seq`.

use std::collections::BTreeMap;

use events::{Event, Payload, TagUpdated};
use jiff::Timestamp;

use super::fold::Broken;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    /// `#rrggbb`.
    pub(crate) color: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// By name.
pub(crate) type Tags = BTreeMap<String, Tag>;

/// Before schema 2 a tag came to be without an event of its own: one that is missing is no sign
/// of damage.
pub(crate) fn apply(tags: &mut Tags, event: &Event) -> Result<(), Broken> {
    match &event.payload {
        Payload::TagCreated(state) => {
            let tag = Tag {
                color: state.color.clone(),
                created_at: event.timestamp,
            };
            tags.insert(state.name.clone(), tag);
        }
        Payload::TagUpdated(updated) => update(tags, event, updated),
        Payload::TagDeleted(deleted) => {
            tags.remove(&deleted.name);
        }
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => {}
        _ => return Err(Broken::new(event, "it is not about a tag")),
    }
    Ok(())
}

fn update(tags: &mut Tags, event: &Event, updated: &TagUpdated) {
    let changes = &updated.changes;
    let old_name = changes
        .name
        .as_ref()
        .map_or(&updated.name, |name| &name.before);
    let mut tag = tags.remove(old_name).unwrap_or(Tag {
        color: None,
        created_at: event.timestamp,
    });
    if let Some(color) = &changes.color {
        tag.color.clone_from(&color.after);
    }
    if changes.name.is_some() {
        // It is the other tag that goes on, if there was one; in the look that was given.
        let there = tags.get(&updated.name);
        tag.created_at = there.map_or(event.timestamp, |other| other.created_at);
    }
    tags.insert(updated.name.clone(), tag);
}
