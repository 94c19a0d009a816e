//! A task on its way back.

use events::{Payload, TaskId};

use super::{
    merge::{Merge, Since, json},
    order::{Attempt, How},
    report::{FieldChange, Kind, Report, Subject},
    sets::{self, Deed},
    undone::Undone,
};
use crate::{
    error::ApiError,
    projection::at,
    task::{change, model::Task, store},
    write::Write,
};

pub(super) async fn undo(
    write: &mut Write,
    deed: &Deed,
    how: How,
    undone: &Undone,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    let (user, id) = (write.ctx.user, TaskId(deed.aggregate_id));
    let (start, end) = deed.span();
    let Some(now) = store::find(write.tx(), user, id).await? else {
        return Ok(Attempt::Settled);
    };
    let events = sets::since(write.tx(), user, deed.aggregate_id, end).await?;
    let since = Since::of(&events, undone);
    let subject = Subject {
        kind: Kind::Task,
        id: id.0,
        name: now.title.clone(),
    };
    // Nothing was before it, so the log need not be asked.
    let is_created = matches!(
        deed.events.first().map(|event| &event.payload),
        Some(Payload::TaskCreated(_))
    );
    if is_created {
        return uncreate(write, now, how, &since, &subject, report).await;
    }
    let (Some(before), Some(after)) = (
        at::task(write.tx(), user, id, start).await?,
        at::task(write.tx(), user, id, end).await?,
    ) else {
        return Ok(Attempt::Settled);
    };
    if after.deleted_at.is_none() && now.deleted_at.is_some() {
        let by = since.touched("deleted_at").cloned();
        report.skip(&subject, Vec::new(), "it was deleted since", by);
        return Ok(Attempt::Settled);
    }
    let merged = merge(&before, &after, &now, &since);
    go_back(write, now, merged, how, &subject, report).await
}

/// What was created goes, unless somebody has worked on it.
async fn uncreate(
    write: &mut Write,
    now: Task,
    how: How,
    since: &Since,
    subject: &Subject,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    if now.deleted_at.is_some() {
        return Ok(Attempt::Settled);
    }
    if let Some(later) = since.last() {
        report.skip(
            subject,
            Vec::new(),
            "it was changed since",
            Some(later.clone()),
        );
        return Ok(Attempt::Settled);
    }
    if change::has_live_parts(write, now.id).await? {
        if how == How::Whole {
            return Ok(Attempt::Waits);
        }
        report.skip(subject, Vec::new(), "it has subtasks now", None);
        return Ok(Attempt::Settled);
    }
    let gone = Task {
        deleted_at: Some(write.ctx.now),
        ..now.clone()
    };
    let changes = vec![FieldChange {
        field: "deleted_at",
        before: json(&now.deleted_at),
        after: json(&gone.deleted_at),
    }];
    change::save(write, now, gone).await?;
    report.undo(subject, changes);
    Ok(Attempt::Settled)
}

/// The task with every field back that nobody has touched since.
fn merge<'a>(before: &Task, after: &Task, now: &Task, since: &'a Since) -> (Merge<'a>, Task) {
    let mut merge = Merge::new(since);
    let mut back = now.clone();
    macro_rules! fields {
        ($($field:ident),*) => {
            $(merge.field(stringify!($field), &before.$field, &after.$field, &mut back.$field);)*
        };
    }
    fields!(
        title,
        description,
        priority,
        tags,
        project_id,
        parent_id,
        position,
        due,
        recurrence,
        reminders,
        completed_at,
        deleted_at
    );
    back.completed = back.completed_at.is_some();
    (merge, back)
}

async fn go_back(
    write: &mut Write,
    now: Task,
    (mut merge, mut back): (Merge<'_>, Task),
    how: How,
    subject: &Subject,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    let goes = back.deleted_at.is_some() && now.deleted_at.is_none();
    if goes && change::has_live_parts(write, now.id).await? {
        if how == How::Whole {
            return Ok(Attempt::Waits);
        }
        report.skip(subject, vec!["deleted_at"], "it has subtasks now", None);
        merge.changes.retain(|change| change.field != "deleted_at");
        back.deleted_at = None;
    }
    let comes = now.deleted_at.is_some() && back.deleted_at.is_none();
    if comes && !is_parent_live(write, &back).await? {
        if how == How::Whole {
            return Ok(Attempt::Waits);
        }
        let reason = "the task that it is a part of is deleted";
        report.skip(subject, Vec::new(), reason, None);
        return Ok(Attempt::Settled);
    }
    // A project or a parent may be gone, or another task the occurrence; the rest still goes back.
    loop {
        match change::save(write, now.clone(), back.clone()).await {
            Ok(_) => break,
            Err(ApiError::Invalid { field, .. }) if how == How::Whole && is_link(&field) => {
                return Ok(Attempt::Waits);
            }
            Err(ApiError::Invalid { field, detail }) => {
                let field = match field.as_str() {
                    // What comes back may have left behind a project that is gone itself.
                    "project_id" => {
                        back.project_id = now.project_id.filter(|_| !comes);
                        "project_id"
                    }
                    "parent_id" if comes => {
                        report.skip(subject, Vec::new(), detail, None);
                        return Ok(Attempt::Settled);
                    }
                    "parent_id" => {
                        back.parent_id = now.parent_id;
                        "parent_id"
                    }
                    "recurrence" => {
                        back.recurrence.clone_from(&now.recurrence);
                        "recurrence"
                    }
                    _ => return Err(ApiError::Invalid { field, detail }),
                };
                merge.changes.retain(|change| change.field != field);
                report.skip(subject, vec![field], detail, None);
                if field == "project_id" && back.project_id != now.project_id {
                    merge.changes.push(FieldChange {
                        field,
                        before: json(&now.project_id),
                        after: json(&back.project_id),
                    });
                }
            }
            Err(error) => return Err(error),
        }
    }
    merge.report_kept(subject, report);
    report.undo(subject, merge.changes);
    Ok(Attempt::Settled)
}

/// Whether a field is about something that may go back as well.
fn is_link(field: &str) -> bool {
    matches!(field, "project_id" | "parent_id" | "recurrence")
}

async fn is_parent_live(write: &mut Write, task: &Task) -> Result<bool, ApiError> {
    let Some(parent) = task.parent_id else {
        return Ok(true);
    };
    let user = write.ctx.user;
    let parent = store::find(write.tx(), user, parent).await?;
    Ok(parent.is_some_and(|parent| parent.deleted_at.is_none()))
}
