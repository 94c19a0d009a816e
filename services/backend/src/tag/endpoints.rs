//! `/tags`

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    change::{self, Look},
    store,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        patch::Patch,
        path::TagPath,
        precondition::{RequestLine, Unversioned},
        reply::Reply,
    },
    project::model::color,
    task::{self, input},
    write::{Begun, Write},
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tag {
    name: String,
    /// `#rrggbb`.
    color: Option<String>,
    /// Tasks with this tag that are not deleted.
    tasks: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagList {
    items: Vec<Tag>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagPatch {
    /// A new name, on every task. If the name is taken, the tags become one, in the colour of that one.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false)]
    name: Patch<String>,
    /// `#rrggbb`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    color: Patch<String>,
}

/// All tags, by name.
#[utoipa::path(
    get, path = "/tags", tag = "tags", operation_id = "list_tags",
    responses((status = 200, body = TagList))
)]
pub(crate) async fn list_tags(State(app): State<App>, ctx: Ctx) -> Result<Json<TagList>, ApiError> {
    let items = sqlx::query_as!(
        Tag,
        r#"with used as (
               select name, count(*) as tasks
               from taskflow.tasks, unnest(tags) as name
               where user_id = $1 and deleted_at is null
               group by name
           )
           select t.name, t.color, coalesce(used.tasks, 0) as "tasks!"
           from taskflow.tags t left join used using (name)
           where t.user_id = $1
           order by t.name"#,
        ctx.user.0,
    )
    .fetch_all(&app.pool)
    .await?;
    Ok(Json(TagList { items }))
}

/// Renames or recolours a tag, on every task that carries it.
#[utoipa::path(
    patch, path = "/tags/{name}", tag = "tags", operation_id = "update_tag",
    params(TagPath, ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = TagPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Tag), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn update_tag(
    State(app): State<App>,
    ctx: Ctx,
    path: TagPath,
    _: Unversioned,
    line: RequestLine,
    body: Body<TagPatch>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = store::find(&mut write, &path.name)
        .await?
        .ok_or(ApiError::NotFound("Tag"))?;
    let name = body.value.name.over_required("name", path.name.clone())?;
    let name = input::tag(&name).map_err(|error| error.within("name"))?;
    // A tag that takes in another keeps its own colour.
    let kept = store::find(&mut write, &name).await?;
    let kept = kept.map_or_else(|| before.color.clone(), |look| look.color);
    let after = Look {
        color: color(body.value.color.over(kept))?,
    };
    change::update(&mut write, (&path.name, &before), (&name, &after)).await?;
    let user = write.ctx.user;
    let tasks = task::store::count_of_tag(write.tx(), user, &name).await?;
    let tag = Tag {
        name,
        color: after.color,
        tasks,
    };
    let reply = Reply::json(StatusCode::OK, &tag)?;
    write.commit(reply).await
}

/// Takes a tag off every task and forgets it.
#[utoipa::path(
    delete, path = "/tags/{name}", tag = "tags", operation_id = "delete_tag",
    params(TagPath, ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem))
)]
pub(crate) async fn delete_tag(
    State(app): State<App>,
    ctx: Ctx,
    path: TagPath,
    _: Unversioned,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    if store::find(&mut write, &path.name).await?.is_none() {
        return Err(ApiError::NotFound("Tag"));
    }
    change::delete(&mut write, &path.name).await?;
    write.commit(Reply::no_content()).await
}
