//! How a tag comes to be, changes and goes, and what that does to the tasks that carry it.

use events::{Change, Payload, TagChanges, TagDeleted, TagState, TagUpdated, tag_aggregate};

use super::store;
use crate::{
    error::ApiError,
    task::{self, input, model::Task},
    write::Write,
};

/// What there is to know about a tag besides its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// `#rrggbb`.
    pub(crate) color: Option<String>,
}

/// Says that tags came to be by being put on a task.
pub(crate) async fn created(write: &mut Write, names: Vec<String>) -> Result<(), ApiError> {
    for name in names {
        let state = TagState {
            name: name.clone(),
            color: None,
        };
        record(write, &name, Payload::TagCreated(state)).await?;
    }
    Ok(())
}

/// A tag that no task carries yet.
pub(crate) async fn create(write: &mut Write, name: &str, look: Look) -> Result<(), ApiError> {
    store::put(write, name, &look).await?;
    let state = TagState {
        name: name.to_owned(),
        color: look.color,
    };
    record(write, name, Payload::TagCreated(state)).await
}

/// Gives a tag a new name, a new look, or both. If the name is taken, the tags become one, in
/// the look that is given.
pub(crate) async fn update(
    write: &mut Write,
    from: (&str, &Look),
    to: (&str, &Look),
) -> Result<(), ApiError> {
    let ((old_name, old), (name, new)) = (from, to);
    let changes = TagChanges {
        name: Change::between(old_name.to_owned(), name.to_owned()),
        color: Change::between(old.color.clone(), new.color.clone()),
    };
    if changes == TagChanges::default() {
        return Ok(());
    }
    let is_renamed = changes.name.is_some();
    store::put(write, name, new).await?;
    let updated = TagUpdated {
        name: name.to_owned(),
        changes,
    };
    record(write, name, Payload::TagUpdated(updated)).await?;
    if is_renamed {
        store::forget(write, old_name).await?;
        retag(write, old_name, name).await?;
    }
    Ok(())
}

/// Takes a tag off every task and forgets it.
pub(crate) async fn delete(write: &mut Write, name: &str) -> Result<(), ApiError> {
    let tasks = carriers(write, name).await?;
    take_off(write, tasks, |tag| tag == name).await?;
    forget(write, name).await
}

/// Takes tags off tasks.
pub(crate) async fn take_off(
    write: &mut Write,
    tasks: Vec<Task>,
    is_gone: impl Fn(&str) -> bool,
) -> Result<(), ApiError> {
    let bare = tasks.into_iter().map(|task| {
        let others = task.tags.iter().filter(|tag| !is_gone(tag));
        let others: Vec<String> = others.cloned().collect();
        (task, others)
    });
    let bare = bare.collect();
    task::change::save_tags(write, bare).await
}

/// Forgets a tag that no task carries.
pub(crate) async fn forget(write: &mut Write, name: &str) -> Result<(), ApiError> {
    store::forget(write, name).await?;
    let deleted = TagDeleted {
        name: name.to_owned(),
    };
    record(write, name, Payload::TagDeleted(deleted)).await
}

/// Replaces a tag on every task.
async fn retag(write: &mut Write, from: &str, to: &str) -> Result<(), ApiError> {
    let tasks = carriers(write, from).await?;
    let mut retagged = Vec::with_capacity(tasks.len());
    for task in tasks {
        let others = task.tags.iter().filter(|tag| *tag != from);
        let mut tags: Vec<String> = others.cloned().collect();
        tags.push(to.to_owned());
        retagged.push((task, input::tags(tags)?));
    }
    task::change::save_tags(write, retagged).await
}

/// The tasks that carry a tag, deleted ones too, so that a restored task does not bring it back.
async fn carriers(write: &mut Write, name: &str) -> Result<Vec<Task>, ApiError> {
    let user = write.ctx.user;
    Ok(task::store::of_tags(write.tx(), user, &[name.to_owned()]).await?)
}

/// A tag can be forgotten and come back; its versions go on where they ended.
async fn record(write: &mut Write, name: &str, payload: Payload) -> Result<(), ApiError> {
    let aggregate = tag_aggregate(write.ctx.user, name);
    let last = match write.last_version(aggregate) {
        Some(version) => version,
        None => store::last_version(write, aggregate).await?,
    };
    write.record(aggregate, last + 1, payload);
    Ok(())
}
