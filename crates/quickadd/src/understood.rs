//! What a line was understood to mean.

use events::{Due, Priority};
use serde::Serialize;

/// The fields of a task, as far as the line gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuickAdd {
    /// Everything that was not understood, in its order; empty if nothing is left.
    pub title: String,
    pub due: Option<Due>,
    pub recurrence: Option<Recurrence>,
    /// In the order of the line, each once.
    pub tags: Vec<String>,
    /// The name as it was typed.
    pub project: Option<String>,
    pub priority: Option<Priority>,
    /// Minutes before the due, in the order of the line, each once.
    pub reminders: Vec<u32>,
    /// What was understood, in the order of the line; they do not overlap.
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = QuickAddRecurrence))]
pub struct Recurrence {
    /// An RFC 5545 RRULE without its name, such as `FREQ=MONTHLY;BYMONTHDAY=-1`.
    #[cfg_attr(feature = "openapi", schema(example = "FREQ=MONTHLY;BYMONTHDAY=-1"))]
    pub rule: String,
    /// Whether it counts from completion instead of from the due.
    pub after_completion: bool,
}

/// A stretch of the line that was understood.
///
/// Offsets count UTF-16 code units, as JavaScript's `slice` does. A phrase that a sign
/// interrupts ("every #home day") is two spans of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    pub start: usize,
    /// Exclusive.
    pub end: usize,
    pub kind: Kind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = SpanKind))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Due,
    Time,
    Zone,
    Recurrence,
    Reminder,
    Tag,
    Project,
    Priority,
}
