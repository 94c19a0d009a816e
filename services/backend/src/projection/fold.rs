//! One step of a fold, with the checks that make a damaged log show.

use events::{Change, Event};

/// An event that cannot follow what stands before it.
#[derive(Debug, thiserror::Error)]
#[error("event {seq} ({event_type}): {why}")]
pub(crate) struct Broken {
    pub(crate) seq: u64,
    pub(crate) event_type: String,
    pub(crate) why: String,
}

impl Broken {
    pub(super) fn new(event: &Event, why: impl Into<String>) -> Self {
        Self {
            seq: event.seq,
            event_type: event.payload.event_type().to_owned(),
            why: why.into(),
        }
    }
}

/// Versions of an aggregate are gap-free.
pub(super) fn follows(event: &Event, version: i64) -> Result<i64, Broken> {
    let next = i64::try_from(event.version).unwrap_or(i64::MAX);
    if next == version + 1 {
        Ok(next)
    } else {
        let why = format!("version {next} follows version {version}");
        Err(Broken::new(event, why))
    }
}

/// A field takes its new value, if it has the old one.
pub(super) fn set<T: PartialEq + Clone>(
    event: &Event,
    name: &'static str,
    field: &mut T,
    change: Option<&Change<T>>,
) -> Result<(), Broken> {
    let Some(change) = change else {
        return Ok(());
    };
    if *field != change.before {
        let why = format!("`{name}` is not what the event says it was before");
        return Err(Broken::new(event, why));
    }
    field.clone_from(&change.after);
    Ok(())
}
