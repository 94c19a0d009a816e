//! `/tags`: the names that tasks carry. Which tasks carry them stands on the tasks.

use axum::{Json, extract::State, http::StatusCode};
use events::{Change, Payload, TagDeleted, TagUpdated, tag_aggregate};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{body::Body, patch::Patch, path::TagPath, precondition::RequestLine, reply::Reply},
    project::model::color,
    task::{self, input, model::Task},
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
    line: RequestLine,
    body: Body<TagPatch>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = find(&mut write, &path.name).await?;
    let name = body.value.name.over_required("name", path.name.clone())?;
    let name = input::tag(&name).map_err(|error| error.within("name"))?;
    // A tag that takes in another keeps its own colour.
    let kept = match find(&mut write, &name).await {
        Err(ApiError::NotFound(_)) => before.color.clone(),
        found => found?.color,
    };
    let after = color(body.value.color.over(kept))?;
    let tasks = if name == path.name {
        count(&mut write, &name).await?
    } else {
        rename(&mut write, &path.name, &name).await?
    };
    let update = TagUpdated {
        name: Change {
            before: path.name.clone(),
            after: name.clone(),
        },
        color: Change {
            before: before.color,
            after: after.clone(),
        },
    };
    if update.name.before != update.name.after || update.color.before != update.color.after {
        put(&mut write, &name, after.as_deref(), update).await?;
    }
    let tag = Tag {
        name,
        color: after,
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
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    find(&mut write, &path.name).await?;
    retag(&mut write, &path.name, None).await?;
    forget(&mut write, &path.name).await?;
    let aggregate = tag_aggregate(write.ctx.user, &path.name);
    let version = next_version(&mut write, aggregate).await?;
    write.record(
        aggregate,
        version,
        Payload::TagDeleted(TagDeleted { name: path.name }),
    );
    write.commit(Reply::no_content()).await
}

struct Row {
    color: Option<String>,
}

async fn find(write: &mut Write, name: &str) -> Result<Row, ApiError> {
    let user = write.ctx.user;
    sqlx::query_as!(
        Row,
        "select color from taskflow.tags where user_id = $1 and name = $2",
        user.0,
        name,
    )
    .fetch_optional(write.tx())
    .await?
    .ok_or(ApiError::NotFound("Tag"))
}

async fn count(write: &mut Write, name: &str) -> Result<i64, ApiError> {
    let user = write.ctx.user;
    let tasks = task::store::of_tag(write.tx(), user, name).await?;
    let live = tasks
        .iter()
        .filter(|task| task.deleted_at.is_none())
        .count();
    Ok(i64::try_from(live).unwrap_or(i64::MAX))
}

async fn rename(write: &mut Write, from: &str, to: &str) -> Result<i64, ApiError> {
    retag(write, from, Some(to)).await?;
    forget(write, from).await?;
    count(write, to).await
}

/// Replaces a tag on every task, deleted ones too, so that a restored task does not bring it back.
async fn retag(write: &mut Write, from: &str, to: Option<&str>) -> Result<(), ApiError> {
    let user = write.ctx.user;
    for task in task::store::of_tag(write.tx(), user, from).await? {
        let mut tags: Vec<String> = task
            .tags
            .iter()
            .filter(|tag| *tag != from)
            .cloned()
            .collect();
        tags.extend(to.map(ToOwned::to_owned));
        let after = Task {
            tags: input::tags(tags)?,
            ..task.clone()
        };
        task::change::save(write, task, after).await?;
    }
    Ok(())
}

async fn forget(write: &mut Write, name: &str) -> Result<(), ApiError> {
    let user = write.ctx.user;
    sqlx::query!(
        "delete from taskflow.tags where user_id = $1 and name = $2",
        user.0,
        name,
    )
    .execute(write.tx())
    .await?;
    Ok(())
}

async fn put(
    write: &mut Write,
    name: &str,
    color: Option<&str>,
    update: TagUpdated,
) -> Result<(), ApiError> {
    use jiff_sqlx::ToSqlx;

    let (user, now) = (write.ctx.user, write.ctx.now);
    let aggregate = tag_aggregate(user, name);
    let version = next_version(write, aggregate).await?;
    sqlx::query!(
        "insert into taskflow.tags (user_id, name, color, created_at, version)
         values ($1, $2, $3, $4, $5)
         on conflict (user_id, name) do update set color = excluded.color, version = excluded.version",
        user.0,
        name,
        color,
        now.to_sqlx(),
        version,
    )
    .execute(write.tx())
    .await?;
    write.record(aggregate, version, Payload::TagUpdated(update));
    Ok(())
}

/// A tag can be forgotten and come back; its versions go on where they ended.
async fn next_version(write: &mut Write, aggregate: uuid::Uuid) -> Result<i64, ApiError> {
    let db: &mut PgConnection = write.tx();
    let last = sqlx::query_scalar!(
        r#"select coalesce(max(version), 0) as "last!" from taskflow.events where aggregate_id = $1"#,
        aggregate,
    )
    .fetch_one(db)
    .await?;
    Ok(last + 1)
}
