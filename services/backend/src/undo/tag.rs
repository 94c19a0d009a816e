//! The tags that a change-set made, changed or forgot, on their way back.
//!
//! That tasks carry them goes back with the tasks.

use std::collections::BTreeSet;

use events::{Payload, tag_aggregate};

use super::{
    merge::json,
    order::{Attempt, How},
    report::{FieldChange, Kind, Report, Subject},
    sets::Deed,
};
use crate::{
    error::ApiError,
    projection::{at, tag::Tags},
    tag::{
        change::{self, Look},
        store,
    },
    task::{self, model::Task},
    write::Write,
};

/// Tells the report which tags there were before the deed.
pub(super) async fn remember(
    write: &mut Write,
    deed: &Deed,
    report: &mut Report,
) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let (start, _) = deed.span();
    let before = at::tags(write.tx(), user, start).await?;
    for name in names(deed) {
        if before.contains_key(&name) {
            report.had_tag(name, start);
        }
    }
    Ok(())
}

pub(super) async fn undo(
    write: &mut Write,
    deed: &Deed,
    how: How,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    let user = write.ctx.user;
    let (start, end) = deed.span();
    let before = at::tags(write.tx(), user, start).await?;
    let after = at::tags(write.tx(), user, end).await?;
    let mut changed = Vec::new();
    for name in names(deed) {
        let (before, after) = (look(&before, &name), look(&after, &name));
        if before == after {
            continue;
        }
        // A deleted task may be about to come back, and to lose the tag by itself.
        if how == How::Whole && before.is_none() && !carriers(write, &name).await?.is_empty() {
            return Ok(Attempt::Waits);
        }
        changed.push((name, before, after));
    }
    for (name, before, after) in changed {
        // What was done to it earlier is undone as well: then it is there again.
        if before.is_none() && report.had_tag_before(&name, start) {
            continue;
        }
        go_back(write, &name, before, after, report).await?;
    }
    Ok(Attempt::Settled)
}

async fn go_back(
    write: &mut Write,
    name: &str,
    before: Option<Look>,
    after: Option<Look>,
    report: &mut Report,
) -> Result<(), ApiError> {
    let now = store::find(write, name).await?;
    let subject = Subject {
        kind: Kind::Tag,
        id: tag_aggregate(write.ctx.user, name),
        name: name.to_owned(),
    };
    match (before, now) {
        (Some(before), None) => {
            report.undo(&subject, vec![field("name", None, Some(name))]);
            change::create(write, name, before).await
        }
        // A task that went back may have brought the name back already, without a colour.
        (Some(before), Some(now)) if after.is_none() || after.as_ref() == Some(&now) => {
            if before != now {
                let change = field("color", now.color.as_deref(), before.color.as_deref());
                report.undo(&subject, vec![change]);
            }
            change::update(write, (name, &now), (name, &before)).await
        }
        (None, Some(now)) if after.as_ref() == Some(&now) => {
            let carriers = carriers(write, name).await?;
            if carriers.iter().any(|task| task.deleted_at.is_none()) {
                report.skip(&subject, Vec::new(), "other tasks carry it now", None);
                return Ok(());
            }
            report.undo(&subject, vec![field("name", Some(name), None)]);
            change::delete(write, name).await
        }
        (_, Some(_)) => {
            report.skip(&subject, vec!["color"], "color changed since", None);
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// Those that the events are about.
fn names(deed: &Deed) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for event in &deed.events {
        match &event.payload {
            Payload::TagCreated(tag) => {
                names.insert(tag.name.clone());
            }
            Payload::TagDeleted(tag) => {
                names.insert(tag.name.clone());
            }
            Payload::TagUpdated(tag) => {
                names.extend(tag.changes.name.as_ref().map(|name| name.before.clone()));
                names.insert(tag.name.clone());
            }
            _ => {}
        }
    }
    names
}

fn look(tags: &Tags, name: &str) -> Option<Look> {
    tags.get(name).map(|tag| Look {
        color: tag.color.clone(),
    })
}

/// The tasks that carry a tag, deleted or not.
async fn carriers(write: &mut Write, name: &str) -> Result<Vec<Task>, ApiError> {
    let user = write.ctx.user;
    Ok(task::store::of_tag(write.tx(), user, name).await?)
}

fn field(name: &'static str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange {
        field: name,
        before: json(&before),
        after: json(&after),
    }
}
