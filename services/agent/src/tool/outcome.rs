//! What a write answers: what it did, in a sentence and as data.

use events::ChangeSetId;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Done, Report, Trouble, consent::Question, row::Row};

/// The answer to a write.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Outcome {
    pub status: Status,
    pub summary: String,
    /// For `undo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub change_set_id: Option<ChangeSetId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<ItemResult>,
    /// Of a question: lines that are left out.
    #[serde(skip_serializing_if = "is_none")]
    #[schemars(skip)]
    pub more: u32,
    #[serde(skip)]
    #[schemars(skip)]
    pub question: Option<Question>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Status {
    Done,
    DryRun,
    /// Nothing has changed; the user is asked.
    NeedsConfirmation,
}

/// What became of one thing.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct ItemResult {
    /// As it is now.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub item: Option<Value>,
    /// Its fields that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub changed: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub error: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Outcome {
    /// Of something that was done, or tried out.
    pub(super) fn of(dry_run: bool, change_set_id: Option<ChangeSetId>, summary: String) -> Self {
        Self {
            status: if dry_run {
                Status::DryRun
            } else {
                Status::Done
            },
            summary: if dry_run {
                format!("Nothing changed yet. It would be: {summary}")
            } else {
                summary
            },
            change_set_id,
            results: Vec::new(),
            more: 0,
            question: None,
        }
    }

    pub(super) fn with_task(self, row: &Row, changed: Vec<String>) -> Self {
        self.with(ItemResult {
            item: Some(row.to_value()),
            changed,
            error: None,
        })
    }

    pub(super) fn with(mut self, result: ItemResult) -> Self {
        self.results.push(result);
        self
    }

    /// Of a call that was carried out before, and whose words mean nothing any more.
    pub(super) fn repeated(change_set_id: Option<ChangeSetId>) -> Self {
        Self::of(false, change_set_id, "This was done before.".to_owned())
    }

    /// Of a call that waits for the person's yes.
    pub(super) fn asking(question: Question) -> Self {
        let lines = question.diff.iter().map(|line| ItemResult {
            item: Some(line.clone()),
            ..ItemResult::default()
        });
        Self {
            status: Status::NeedsConfirmation,
            summary: format!(
                "{} Nothing has changed: the user must say yes first, and is asked by TaskFlow.",
                question.sentence
            ),
            change_set_id: None,
            results: lines.collect(),
            more: question.more,
            question: Some(question),
        }
    }

    pub(super) fn into_done(self) -> Result<Done, Trouble> {
        let value = serde_json::to_value(&self).map_err(|error| Trouble::unwritable(&error))?;
        Ok(self.done(value))
    }
}

impl Report for Outcome {
    fn done(&self, value: Value) -> Done {
        Done {
            value,
            sentence: self.summary.clone(),
            change_set_id: self.change_set_id,
            question: self.question.clone(),
        }
    }
}

/// What a tool that only reads has found.
pub(super) fn found(value: Value, sentence: String) -> Done {
    Done {
        value,
        sentence,
        change_set_id: None,
        question: None,
    }
}
