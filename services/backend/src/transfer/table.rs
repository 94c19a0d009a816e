//! Tasks as rows of a table, written in one change-set.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use events::{Actor, Cause, Priority, ProjectId, TaskId};

use super::{
    import::{Imported, Warning},
    refusal::in_line,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::{precondition::IdempotencyKey, reply::Reply},
    project,
    task::{self, input::NewTask},
    write::{Begun, Write},
};

#[derive(Debug, Default)]
pub(super) struct Row {
    /// In the file; the first is 1.
    pub(super) line: u64,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) priority: Priority,
    pub(super) tags: Vec<String>,
    /// By name; made if there is none.
    pub(super) project: Option<String>,
    /// As `due_date` of `POST /tasks`.
    pub(super) due_date: Option<String>,
    pub(super) completed: bool,
    /// A part of the last row that is not one.
    pub(super) is_part: bool,
}

/// Adds all rows or none; a wrong one is named by its line.
pub(super) async fn write(
    app: &App,
    mut ctx: Ctx,
    key: Option<IdempotencyKey>,
    format: &'static str,
    rows: Vec<Row>,
    warnings: Vec<Warning>,
) -> Result<Reply, ApiError> {
    ctx.actor = Actor::Import {
        import_id: ctx.change_set.to_string(),
    };
    ctx.cause = Some(Cause::Import {
        format: format.to_owned(),
    });
    let mut write = match Write::begin(app, ctx, key).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let mut projects = existing(&mut write).await?;
    let mut imported = Imported {
        warnings,
        ..Imported::default()
    };
    let mut whole: Option<TaskId> = None;
    for row in rows {
        let line = row.line;
        let is_part = row.is_part;
        let project_id = match &row.project {
            Some(name) => {
                Some(find_or_create(&mut write, name, &mut projects, &mut imported).await)
            }
            None => None,
        };
        let project_id = project_id
            .transpose()
            .map_err(|error| in_line(line, error))?;
        let task = NewTask {
            title: row.title,
            description: Some(row.description),
            completed: Some(row.completed),
            priority: Some(row.priority),
            tags: Some(row.tags),
            project_id,
            parent_id: whole.filter(|_| is_part),
            position: None,
            due: None,
            due_date: row.due_date,
            recurrence: None,
            reminders: None,
        };
        let task = task::change::create(&mut write, task)
            .await
            .map_err(|error| in_line(line, error))?;
        if !is_part {
            whole = Some(task.id);
        }
        imported.tasks += 1;
    }
    imported.events = write.recorded() as u64;
    let reply = Reply::json(StatusCode::OK, &imported)?;
    write.commit(reply).await
}

async fn existing(write: &mut Write) -> Result<BTreeMap<String, ProjectId>, ApiError> {
    let user = write.ctx.user;
    let projects = project::store::list(write.tx(), user).await?;
    Ok(projects
        .into_iter()
        .map(|project| (project.name, project.id))
        .collect())
}

async fn find_or_create(
    write: &mut Write,
    name: &str,
    projects: &mut BTreeMap<String, ProjectId>,
    imported: &mut Imported,
) -> Result<ProjectId, ApiError> {
    if let Some(id) = projects.get(name) {
        return Ok(*id);
    }
    let project = project::change::create(write, project::model::NewProject::named(name)).await?;
    projects.insert(name.to_owned(), project.id);
    imported.projects += 1;
    Ok(project.id)
}
