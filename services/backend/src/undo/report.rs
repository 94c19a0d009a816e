//! What an undo did, and what it left alone.

use events::{Actor, ChangeSetId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer to an undo, and to its preview.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Report {
    /// The change-set of the undo itself, to undo it; absent when nothing was written.
    #[schema(value_type = Option<Uuid>)]
    pub(super) change_set_id: Option<ChangeSetId>,
    /// What went back to how it was.
    pub(super) undone: Vec<Item>,
    /// What stays as it is, and why.
    pub(super) skipped: Vec<Skipped>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Task,
    Project,
    Tag,
    Profile,
}

/// What an item is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Subject {
    pub(super) kind: Kind,
    pub(super) id: Uuid,
    /// A task's title, a project's or a tag's name.
    pub(super) name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    #[serde(flatten)]
    pub(super) subject: Subject,
    pub(super) changes: Vec<FieldChange>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    pub(super) field: &'static str,
    #[schema(value_type = Object, nullable)]
    pub(super) before: Value,
    #[schema(value_type = Object, nullable)]
    pub(super) after: Value,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Skipped {
    #[serde(flatten)]
    pub(super) subject: Subject,
    /// The fields that keep their value; empty when it is about the whole.
    pub(super) fields: Vec<&'static str>,
    /// For a person to read.
    pub(super) reason: String,
    /// The later change that is in the way, if one is.
    pub(super) by: Option<Later>,
}

/// A change that came after the one that is taken back.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Later {
    #[schema(value_type = Uuid)]
    pub(super) change_set_id: ChangeSetId,
    #[schema(value_type = Object)]
    pub(super) actor: Actor,
    pub(super) timestamp: jiff::Timestamp,
}

impl Report {
    pub(super) fn undo(&mut self, subject: &Subject, changes: Vec<FieldChange>) {
        if !changes.is_empty() {
            self.undone.push(Item {
                subject: subject.clone(),
                changes,
            });
        }
    }

    pub(super) fn skip(
        &mut self,
        subject: &Subject,
        fields: Vec<&'static str>,
        reason: impl Into<String>,
        by: Option<Later>,
    ) {
        self.skipped.push(Skipped {
            subject: subject.clone(),
            fields,
            reason: reason.into(),
            by,
        });
    }
}
