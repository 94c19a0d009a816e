//! How a project changes, and what that does to its tasks.

use events::{Change, Payload, ProjectChanged, ProjectChanges, ProjectId};

use super::{
    model::{self, NewProject, Project, ProjectPatch},
    store,
};
use crate::{
    error::ApiError,
    http::precondition::IfMatch,
    task::{self, input},
    write::Write,
};

pub(crate) async fn create(write: &mut Write, new: NewProject) -> Result<Project, ApiError> {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 events")]
    let end = (write.seq + 1) as f64 + f64::from(u32::try_from(write.recorded()).unwrap_or(0));
    let project = Project {
        id: ProjectId::generate(),
        name: model::name(&new.name)?,
        color: model::color(new.color)?,
        position: new.position.map_or(Ok(end), input::position)?,
        created_at: write.ctx.now,
        updated_at: write.ctx.now,
        deleted_at: None,
        version: 1,
    };
    let user = write.ctx.user;
    store::insert(write.tx(), user, &project).await?;
    let payload = Payload::ProjectCreated(project.state());
    write.record(project.id.0, project.version, payload);
    Ok(project)
}

pub(super) async fn find(
    write: &mut Write,
    id: ProjectId,
    if_match: IfMatch,
) -> Result<Project, ApiError> {
    let user = write.ctx.user;
    let project = store::find(write.tx(), user, id)
        .await?
        .ok_or(ApiError::NotFound("Project"))?;
    if_match.check("project", project.version)?;
    Ok(project)
}

pub(super) async fn patch(
    write: &mut Write,
    before: Project,
    patch: ProjectPatch,
) -> Result<Project, ApiError> {
    let mut after = before.clone();
    after.name = model::name(&patch.name.over_required("name", after.name)?)?;
    after.color = model::color(patch.color.over(after.color))?;
    after.position = input::position(patch.position.over_required("position", after.position)?)?;
    save(write, before, after).await
}

/// Deletes a project. Its tasks are not lost: they leave the project.
pub(super) async fn delete(write: &mut Write, project: Project) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let tasks = task::store::of_project(write.tx(), user, project.id).await?;
    task::change::leave_project(write, tasks).await?;
    let gone = Project {
        deleted_at: Some(write.ctx.now),
        ..project.clone()
    };
    save(write, project, gone).await?;
    Ok(())
}

/// Writes the difference between two states of a project, if there is one.
pub(crate) async fn save(
    write: &mut Write,
    before: Project,
    mut after: Project,
) -> Result<Project, ApiError> {
    let changes = ProjectChanges {
        name: Change::between(before.name.clone(), after.name.clone()),
        color: Change::between(before.color.clone(), after.color.clone()),
        position: Change::between(before.position, after.position),
        deleted_at: Change::between(before.deleted_at, after.deleted_at),
    };
    if changes == ProjectChanges::default() {
        return Ok(before);
    }
    after.version += 1;
    after.updated_at = write.ctx.now;
    let kind = match (before.deleted_at, after.deleted_at) {
        (_, Some(_)) => Payload::ProjectDeleted,
        (Some(_), None) => Payload::ProjectRestored,
        (None, None) => Payload::ProjectUpdated,
    };
    let payload = kind(ProjectChanged { changes });
    write.record(after.id.0, after.version, payload);
    let user = write.ctx.user;
    store::update(write.tx(), user, &after).await?;
    Ok(after)
}
