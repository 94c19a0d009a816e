//! `GET /tasks`

use axum::{Json, extract::State};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use events::{Priority, ProjectId, TaskId};
use futures::TryStreamExt;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    as_of, input,
    model::Task,
    store::{COLUMNS, TaskRow, priority_number},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    event::moment::Moment,
    http::query::{self, Query},
    words::words,
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    #[default]
    CreatedAt,
    UpdatedAt,
    /// Tasks without a due date come last, or first when descending.
    Due,
    Priority,
    /// Without regard to case.
    Title,
    Position,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    #[default]
    Asc,
    Desc,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Open,
    Completed,
    All,
    Deleted,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// May be repeated: only these.
    #[serde(default)]
    #[param(value_type = Vec<Uuid>)]
    id: Vec<TaskId>,
    /// `open`, `completed` or `all`, the default; or `deleted`: what is in the trash, done or not.
    #[serde(default)]
    #[param(inline)]
    status: Option<Status>,
    /// May be repeated: any of them.
    #[serde(default)]
    priority: Vec<Priority>,
    /// May be repeated: all of them.
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    #[param(value_type = Option<Uuid>)]
    project_id: Option<ProjectId>,
    #[serde(default)]
    #[param(value_type = Option<Uuid>)]
    parent_id: Option<TaskId>,
    /// Due strictly before this instant.
    #[serde(default)]
    due_before: Option<Timestamp>,
    /// Due at this instant or later.
    #[serde(default)]
    due_after: Option<Timestamp>,
    /// Open and past due (`true`), or not (`false`).
    #[serde(default)]
    overdue: Option<bool>,
    /// Words, or beginnings of words, of the title or description: all of them.
    #[serde(default)]
    #[param(max_length = 200)]
    q: Option<String>,
    #[serde(default)]
    include_deleted: bool,
    /// The list as it was at an instant, or after the event with this `seq`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    as_of: Option<Moment>,
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskPage {
    items: Vec<Task>,
    /// Ask again with this for what follows; null at the end.
    next_cursor: Option<String>,
}

/// The last row of a page: the next one begins after it, whatever was added or removed.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    sort: Sort,
    order: Order,
    /// The `seq` of a list of the past.
    #[serde(default)]
    as_of: Option<i64>,
    key: Key,
    id: Uuid,
}

/// Tagged, because a title may look like any of the others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Key {
    Instant(Timestamp),
    Number(f64),
    Text(String),
    /// No due date.
    Never,
}

/// Tasks, filtered and sorted, a page at a time.
#[utoipa::path(
    get, path = "/tasks", tag = "tasks", operation_id = "list_tasks",
    params(ListParams),
    responses((status = 200, body = TaskPage), (status = 422, body = Problem))
)]
pub(crate) async fn list_tasks(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<ListParams>,
) -> Result<Json<TaskPage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let _place = match params.as_of {
        Some(_) => Some(app.look_backs.take(ctx.user).await?),
        None => None,
    };
    let mut db = app.pool.acquire().await?;
    let past = match params.as_of {
        Some(moment) => Some(moment.past(&mut db, &ctx, "as_of").await?),
        None => None,
    };
    let as_of = past.map(|past| past.seq);
    let mut query = QueryBuilder::new("select ");
    query.push(COLUMNS).push(" from ");
    match past {
        Some(past) => as_of::push_rows(&mut query, &mut db, ctx.user, past).await?,
        None => {
            query.push("taskflow.tasks");
        }
    }
    query.push(" where user_id = ").push_bind(ctx.user.0);
    filter(&mut query, &params, past.map_or(ctx.now, |past| past.at))?;
    if let Some(text) = &params.q {
        let words = words(&mut db, text).await?;
        query.push(" and search @@ to_tsquery('simple', lower(");
        query.push_bind(words).push("))");
    }
    if let Some(cursor) = &params.cursor {
        seek(&mut query, &params, as_of, cursor)?;
    }
    let (column, direction) = (column(params.sort), direction(params.order));
    query.push(format_args!(
        " order by {column} {direction}, id {direction} limit "
    ));
    // One more than asked for tells whether anything follows.
    query.push_bind(limit + 1);

    let rows = query.build_query_as::<TaskRow>().fetch(&mut *db);
    let mut items: Vec<Task> = rows.map_ok(Task::from).try_collect().await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > page;
    items.truncate(page);
    let next_cursor = match items.last() {
        Some(last) if more => Some(encode(&params, as_of, last)?),
        _ => None,
    };
    Ok(Json(TaskPage { items, next_cursor }))
}

fn filter(
    query: &mut QueryBuilder<Postgres>,
    params: &ListParams,
    now: Timestamp,
) -> Result<(), ApiError> {
    if !params.include_deleted && !matches!(params.status, Some(Status::Deleted)) {
        query.push(" and deleted_at is null");
    }
    match params.status {
        Some(Status::Open) => {
            query.push(" and completed_at is null");
        }
        Some(Status::Completed) => {
            query.push(" and completed_at is not null");
        }
        Some(Status::Deleted) => {
            query.push(" and deleted_at is not null");
        }
        Some(Status::All) | None => {}
    }
    if !params.id.is_empty() {
        let ids: Vec<Uuid> = params.id.iter().map(|id| id.0).collect();
        query.push(" and id = any(").push_bind(ids).push(")");
    }
    if !params.priority.is_empty() {
        let numbers: Vec<i16> = params
            .priority
            .iter()
            .copied()
            .map(priority_number)
            .collect();
        query
            .push(" and priority = any(")
            .push_bind(numbers)
            .push(")");
    }
    if !params.tag.is_empty() {
        let tags = params.tag.iter().map(|name| input::tag(name));
        let tags: Vec<String> = tags
            .collect::<Result<_, _>>()
            .map_err(|error| error.within("tag"))?;
        query.push(" and tags @> ").push_bind(tags);
    }
    if let Some(project) = params.project_id {
        query.push(" and project_id = ").push_bind(project.0);
    }
    if let Some(parent) = params.parent_id {
        query.push(" and parent_id = ").push_bind(parent.0);
    }
    if let Some(before) = params.due_before {
        query
            .push(" and due_at < ")
            .push_bind(storable(before).to_sqlx());
    }
    if let Some(after) = params.due_after {
        query
            .push(" and due_at >= ")
            .push_bind(storable(after).to_sqlx());
    }
    if let Some(overdue) = params.overdue {
        query.push(" and (completed_at is null and due_at is not null and due_at < ");
        query
            .push_bind(now.to_sqlx())
            .push(") = ")
            .push_bind(overdue);
    }
    Ok(())
}

/// The expression that is sorted by; each has an index.
const fn column(sort: Sort) -> &'static str {
    match sort {
        Sort::CreatedAt => "created_at",
        Sort::UpdatedAt => "updated_at",
        Sort::Due => "coalesce(due_at, 'infinity')",
        Sort::Priority => "priority",
        Sort::Title => "lower(title)",
        Sort::Position => "position",
    }
}

const fn direction(order: Order) -> &'static str {
    match order {
        Order::Asc => "asc",
        Order::Desc => "desc",
    }
}

fn seek(
    query: &mut QueryBuilder<Postgres>,
    params: &ListParams,
    as_of: Option<i64>,
    text: &str,
) -> Result<(), ApiError> {
    let wrong = || {
        ApiError::invalid(
            "cursor",
            "`cursor` must be the `next_cursor` of the same list",
        )
    };
    let cursor: Cursor = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(wrong)?;
    if (cursor.sort, cursor.order, cursor.as_of) != (params.sort, params.order, as_of) {
        return Err(wrong());
    }
    let (column, after) = match params.order {
        Order::Asc => (column(params.sort), " > ("),
        Order::Desc => (column(params.sort), " < ("),
    };
    query.push(format_args!(" and ({column}, id)")).push(after);
    match (params.sort, cursor.key) {
        (Sort::CreatedAt | Sort::UpdatedAt | Sort::Due, Key::Instant(at)) => {
            query.push_bind(storable(at).to_sqlx());
        }
        (Sort::Due, Key::Never) => {
            query.push("'infinity'::timestamptz");
        }
        #[expect(clippy::cast_possible_truncation, reason = "0 to 4")]
        (Sort::Priority, Key::Number(number)) => {
            query.push_bind(number as i16);
        }
        (Sort::Position, Key::Number(number)) => {
            query.push_bind(number);
        }
        // Postgres has no U+0000, so no title of ours has.
        (Sort::Title, Key::Text(title)) if !title.contains('\0') => {
            query.push("lower(").push_bind(title).push(")");
        }
        _ => return Err(wrong()),
    }
    query.push(", ").push_bind(cursor.id).push(")");
    Ok(())
}

/// Postgres begins in 4713 BC; nothing of ours is older than the year 1.
fn storable(at: Timestamp) -> Timestamp {
    const YEAR_ONE: Timestamp = Timestamp::constant(-62_135_596_800, 0);
    at.max(YEAR_ONE)
}

fn encode(params: &ListParams, as_of: Option<i64>, last: &Task) -> Result<String, ApiError> {
    let key = match params.sort {
        Sort::CreatedAt => Key::Instant(last.created_at),
        Sort::UpdatedAt => Key::Instant(last.updated_at),
        Sort::Due => last.due_at.map_or(Key::Never, Key::Instant),
        Sort::Priority => Key::Number(f64::from(priority_number(last.priority))),
        Sort::Title => Key::Text(last.title.clone()),
        Sort::Position => Key::Number(last.position),
    };
    let cursor = Cursor {
        sort: params.sort,
        order: params.order,
        as_of,
        key,
        id: last.id.0,
    };
    let json = serde_json::to_vec(&cursor).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}
