//! A project, from its events.

use events::{Event, Payload, ProjectChanges, ProjectId};

use super::fold::{Broken, follows, set};
use crate::project::model::Project;

pub(crate) fn apply(project: &mut Option<Project>, event: &Event) -> Result<(), Broken> {
    let Some(project) = project else {
        *project = created(event)?;
        return Ok(());
    };
    let version = follows(event, project.version)?;
    match &event.payload {
        Payload::ProjectUpdated(changed)
        | Payload::ProjectDeleted(changed)
        | Payload::ProjectRestored(changed) => change(project, event, &changed.changes)?,
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => {}
        _ => return Err(Broken::new(event, "it is not about a project that exists")),
    }
    project.version = version;
    project.updated_at = event.timestamp;
    Ok(())
}

fn created(event: &Event) -> Result<Option<Project>, Broken> {
    let state = match &event.payload {
        Payload::ProjectCreated(state) => state,
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => return Ok(None),
        _ => return Err(Broken::new(event, "the project was not created before")),
    };
    Ok(Some(Project {
        id: ProjectId(event.aggregate_id),
        name: state.name.clone(),
        color: state.color.clone(),
        position: state.position,
        created_at: event.timestamp,
        updated_at: event.timestamp,
        deleted_at: None,
        version: follows(event, 0)?,
    }))
}

fn change(project: &mut Project, event: &Event, changes: &ProjectChanges) -> Result<(), Broken> {
    set(event, "name", &mut project.name, changes.name.as_ref())?;
    set(event, "color", &mut project.color, changes.color.as_ref())?;
    set(
        event,
        "position",
        &mut project.position,
        changes.position.as_ref(),
    )?;
    set(
        event,
        "deleted_at",
        &mut project.deleted_at,
        changes.deleted_at.as_ref(),
    )
}
