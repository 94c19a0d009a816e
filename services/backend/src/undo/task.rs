//! A task on its way back.

use events::{Payload, TaskId};
use uuid::Uuid;

use super::{
    merge::{Merge, Since, json},
    order::{Attempt, Unsettled},
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
    others: &Unsettled,
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
        return uncreate(write, now, others, &since, &subject, report).await;
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
    go_back(write, now, merged, others, &subject, report).await
}

/// What was created goes, unless somebody has worked on it.
async fn uncreate(
    write: &mut Write,
    now: Task,
    others: &Unsettled,
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
    let parts = live_parts(write, &[now.id.0]).await?;
    if let Some(part) = others.any(&parts) {
        return Ok(Attempt::WaitsFor(part));
    }
    if !parts.is_empty() {
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
    others: &Unsettled,
    subject: &Subject,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    if back.deleted_at.is_some() && now.deleted_at.is_none() {
        let parts = live_parts(write, &[now.id.0]).await?;
        if let Some(part) = others.any(&parts) {
            return Ok(Attempt::WaitsFor(part));
        }
        if !parts.is_empty() {
            report.skip(subject, vec!["deleted_at"], "it has subtasks now", None);
            merge.changes.retain(|change| change.field != "deleted_at");
            back.deleted_at = None;
        }
    }
    let comes = now.deleted_at.is_some() && back.deleted_at.is_none();
    if comes && let Some(parent) = gone_parent(write, &back).await? {
        if let Some(parent) = others.any(&[parent]) {
            return Ok(Attempt::WaitsFor(parent));
        }
        let reason = "the task that it is a part of is deleted";
        report.skip(subject, Vec::new(), reason, None);
        return Ok(Attempt::Settled);
    }
    // A project or a parent may be gone, or another task the occurrence; the rest still goes back.
    loop {
        match change::save(write, now.clone(), back.clone()).await {
            Ok(_) => break,
            Err(ApiError::Invalid { field, detail }) => {
                let in_the_way = in_the_way(write, &field, &back).await?;
                if let Some(other) = others.any(&in_the_way) {
                    return Ok(Attempt::WaitsFor(other));
                }
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

/// What may keep a field from going back: what the field points at, and what that rules out.
async fn in_the_way(write: &mut Write, field: &str, back: &Task) -> Result<Vec<Uuid>, ApiError> {
    let user = write.ctx.user;
    let parent = back.parent_id.map(|parent| parent.0);
    let mut things: Vec<Uuid> = match field {
        "project_id" => back.project_id.iter().map(|project| project.0).collect(),
        "parent_id" => parent.into_iter().collect(),
        "recurrence" => {
            let recurrence = back.recurrence.iter();
            let keys = recurrence.map(|recurrence| (recurrence.series_id, recurrence.occurrence));
            let keys: Vec<_> = keys.collect();
            let taken = store::by_occurrence(write.tx(), user, &keys).await?;
            taken.iter().map(|task| task.id.0).collect()
        }
        _ => Vec::new(),
    };
    if matches!(field, "parent_id" | "recurrence") {
        let wholes: Vec<Uuid> = parent.into_iter().chain([back.id.0]).collect();
        things.extend(live_parts(write, &wholes).await?);
    }
    // It does not wait for itself.
    things.retain(|thing| *thing != back.id.0);
    Ok(things)
}

/// The parts of tasks that are not deleted.
async fn live_parts(write: &mut Write, wholes: &[Uuid]) -> Result<Vec<Uuid>, ApiError> {
    let user = write.ctx.user;
    let parts = store::live_parts(write.tx(), user, wholes).await?;
    Ok(parts.iter().map(|part| part.id.0).collect())
}

/// The task that this one is a part of, if that one is deleted.
async fn gone_parent(write: &mut Write, task: &Task) -> Result<Option<Uuid>, ApiError> {
    let Some(id) = task.parent_id else {
        return Ok(None);
    };
    let user = write.ctx.user;
    let parent = store::find(write.tx(), user, id).await?;
    let is_live = parent.is_some_and(|parent| parent.deleted_at.is_none());
    Ok((!is_live).then_some(id.0))
}
