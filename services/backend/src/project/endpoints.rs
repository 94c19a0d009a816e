//! `/projects`

use std::cmp::Ordering;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    change,
    model::{NewProject, Project, ProjectPatch},
    store,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    event::moment::Moment,
    http::{
        body::Body,
        path::ProjectPath,
        precondition::{IfMatch, RequestLine},
        query::Query,
        reply::Reply,
    },
    projection,
    write::{Begun, Write},
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectList {
    items: Vec<Project>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectParams {
    /// As it was at an instant, or after the event with this `seq`; without an ETag.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    as_of: Option<Moment>,
}

/// All projects, in the order the user gave them.
#[utoipa::path(
    get, path = "/projects", tag = "projects", operation_id = "list_projects",
    params(ProjectParams),
    responses((status = 200, body = ProjectList), (status = 422, body = Problem))
)]
pub(crate) async fn list_projects(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<ProjectParams>,
) -> Result<Json<ProjectList>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let items = match params.as_of {
        Some(moment) => {
            let past = moment.past(&mut db, &ctx, "as_of").await?;
            let mut projects = projection::at::projects(&mut db, ctx.user, past.seq).await?;
            projects.retain(|project| project.deleted_at.is_none());
            // Stable, and they come in order of id. A position is never NaN.
            let order = |one: &Project, other: &Project| one.position.partial_cmp(&other.position);
            projects.sort_by(|one, other| order(one, other).unwrap_or(Ordering::Equal));
            projects
        }
        None => store::list(&mut db, ctx.user).await?,
    };
    Ok(Json(ProjectList { items }))
}

/// One project.
#[utoipa::path(
    get, path = "/projects/{id}", tag = "projects", operation_id = "get_project",
    params(ProjectPath, ProjectParams),
    responses(
        (status = 200, body = Project, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn get_project(
    State(app): State<App>,
    ctx: Ctx,
    path: ProjectPath,
    Query(params): Query<ProjectParams>,
) -> Result<Reply, ApiError> {
    let mut db = app.pool.acquire().await?;
    let mut project = store::find_any(&mut db, ctx.user, path.id).await?;
    if let (Some(known), Some(moment)) = (&project, params.as_of) {
        let past = moment.past(&mut db, &ctx, "as_of").await?;
        project = projection::at::project(&mut db, ctx.user, known.id, past.seq).await?;
    }
    let project = project
        .filter(|project| project.deleted_at.is_none())
        .ok_or(ApiError::NotFound("Project"))?;
    let reply = Reply::json(StatusCode::OK, &project)?;
    // What was is no state that a write could begin from.
    Ok(match params.as_of {
        Some(_) => reply,
        None => reply.etag(project.version),
    })
}

/// Creates a project.
#[utoipa::path(
    post, path = "/projects", tag = "projects", operation_id = "create_project",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewProject,
    responses(
        (status = 201, body = Project, headers(("ETag" = String), ("Location" = String))),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn create_project(
    State(app): State<App>,
    ctx: Ctx,
    line: RequestLine,
    body: Body<NewProject>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let project = change::create(&mut write, body.value).await?;
    let location = format!("/api/{}/projects/{}", write.ctx.user, project.id);
    let reply = Reply::json(StatusCode::CREATED, &project)?
        .etag(project.version)
        .location(location);
    write.commit(reply).await
}

/// Changes some fields of a project (JSON Merge Patch, RFC 7396).
#[utoipa::path(
    patch, path = "/projects/{id}", tag = "projects", operation_id = "update_project",
    params(ProjectPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = ProjectPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, body = Project, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn update_project(
    State(app): State<App>,
    ctx: Ctx,
    path: ProjectPath,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<ProjectPatch>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let project = change::find(&mut write, path.id, if_match).await?;
    let project = change::patch(&mut write, project, body.value).await?;
    let reply = Reply::json(StatusCode::OK, &project)?.etag(project.version);
    write.commit(reply).await
}

/// Deletes a project; its tasks stay, without a project.
#[utoipa::path(
    delete, path = "/projects/{id}", tag = "projects", operation_id = "delete_project",
    params(ProjectPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem), (status = 412, body = Problem))
)]
pub(crate) async fn delete_project(
    State(app): State<App>,
    ctx: Ctx,
    path: ProjectPath,
    if_match: IfMatch,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let project = change::find(&mut write, path.id, if_match).await?;
    change::delete(&mut write, project).await?;
    write.commit(Reply::no_content()).await
}
