//! A project on its way back.

use events::ProjectId;
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
    project::{change, model::Project, store},
    projection::at,
    task,
    write::Write,
};

pub(super) async fn undo(
    write: &mut Write,
    deed: &Deed,
    others: &Unsettled,
    undone: &Undone,
    report: &mut Report,
) -> Result<Attempt, ApiError> {
    let (user, id) = (write.ctx.user, ProjectId(deed.aggregate_id));
    let (start, end) = deed.span();
    let before = at::project(write.tx(), user, id, start).await?;
    let (Some(after), Some(now)) = (
        at::project(write.tx(), user, id, end).await?,
        store::find_any(write.tx(), user, id).await?,
    ) else {
        return Ok(Attempt::Settled);
    };
    let events = sets::since(write.tx(), user, deed.aggregate_id, end).await?;
    let since = Since::of(&events, undone);
    let subject = Subject {
        kind: Kind::Project,
        id: id.0,
        name: now.name.clone(),
    };
    let Some(before) = before else {
        return uncreate(write, now, others, &since, &subject, report).await;
    };
    if after.deleted_at.is_none() && now.deleted_at.is_some() {
        let by = since.touched("deleted_at").cloned();
        report.skip(&subject, Vec::new(), "it was deleted since", by);
        return Ok(Attempt::Settled);
    }
    let mut merge = Merge::new(&since);
    let mut back = now.clone();
    merge.field("name", &before.name, &after.name, &mut back.name);
    merge.field("color", &before.color, &after.color, &mut back.color);
    merge.field(
        "position",
        &before.position,
        &after.position,
        &mut back.position,
    );
    merge.field(
        "deleted_at",
        &before.deleted_at,
        &after.deleted_at,
        &mut back.deleted_at,
    );
    if back.deleted_at.is_some() && now.deleted_at.is_none() {
        let tasks = live_tasks(write, id).await?;
        if let Some(task) = others.any(&tasks) {
            return Ok(Attempt::WaitsFor(task));
        }
        if !tasks.is_empty() {
            report.skip(&subject, vec!["deleted_at"], "it has tasks now", None);
            merge.changes.retain(|change| change.field != "deleted_at");
            back.deleted_at = None;
        }
    }
    change::save(write, now, back).await?;
    merge.report_kept(&subject, report);
    report.undo(&subject, merge.changes);
    Ok(Attempt::Settled)
}

/// What was created goes, unless somebody has worked on it.
async fn uncreate(
    write: &mut Write,
    now: Project,
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
    let tasks = live_tasks(write, now.id).await?;
    if let Some(task) = others.any(&tasks) {
        return Ok(Attempt::WaitsFor(task));
    }
    if !tasks.is_empty() {
        report.skip(subject, Vec::new(), "it has tasks now", None);
        return Ok(Attempt::Settled);
    }
    let gone = Project {
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

/// The tasks of a project that are not deleted.
async fn live_tasks(write: &mut Write, id: ProjectId) -> Result<Vec<Uuid>, ApiError> {
    let user = write.ctx.user;
    let tasks = task::store::of_project(write.tx(), user, id).await?;
    let live = tasks.iter().filter(|task| task.deleted_at.is_none());
    Ok(live.map(|task| task.id.0).collect())
}
