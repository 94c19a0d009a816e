//! `/tasks/{id}/reminders` and `/reminders/{id}`

use axum::{Json, extract::State, http::StatusCode};
use events::Reminder;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::input::{self, NewReminder};
use crate::{
    agenda,
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    home::{self, Home},
    http::{
        body::Body,
        path::{ReminderPath, TaskPath},
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    task::{change, model::Task, store},
    write::{Begun, Write},
};

/// A reminder, and when it comes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReminderView {
    #[serde(flatten)]
    reminder: Reminder,
    /// When it fires, or did; null when it will not: the task is done, deleted, or not due.
    fires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReminderList {
    items: Vec<ReminderView>,
}

impl ReminderView {
    pub(super) fn new(task: &Task, reminder: &Reminder, home: &Home) -> Self {
        let is_open = !task.completed && task.deleted_at.is_none();
        let firing = agenda::firing(task, reminder, home).filter(|_| is_open);
        Self {
            reminder: reminder.clone(),
            fires_at: firing.map(|firing| firing.at),
        }
    }
}

/// A task's reminders.
#[utoipa::path(
    get, path = "/tasks/{id}/reminders", tag = "reminders", operation_id = "list_reminders",
    params(TaskPath),
    responses((status = 200, body = ReminderList), (status = 404, body = Problem))
)]
pub(crate) async fn list_reminders(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
) -> Result<Json<ReminderList>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let home = home::of(&mut db, ctx.user).await?;
    let task = store::find(&mut db, ctx.user, path.id).await?;
    let task = task.filter(|task| task.deleted_at.is_none());
    let task = task.ok_or(ApiError::NotFound("Task"))?;
    let view = |reminder| ReminderView::new(&task, reminder, &home);
    let items = task.reminders.iter().map(view).collect();
    Ok(Json(ReminderList { items }))
}

/// Adds a reminder to a task; at most 10. One whose time has passed already, while the task is
/// open, fires at once.
#[utoipa::path(
    post, path = "/tasks/{id}/reminders", tag = "reminders", operation_id = "add_reminder",
    params(TaskPath, ("If-Match" = Option<String>, Header, description = "The task's ETag"), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewReminder,
    responses(
        (status = 201, body = ReminderView, headers(("ETag" = String, description = "The task's"))),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn add_reminder(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<NewReminder>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = change::find_live(&mut write, path.id, if_match).await?;
    let reminder = input::added(body.value, &before.reminders, write.clock)?;
    let mut after = before.clone();
    after.reminders.push(reminder.clone());
    let task = change::save(&mut write, before, after).await?;
    let view = ReminderView::new(&task, &reminder, &write.home);
    let reply = Reply::json(StatusCode::CREATED, &view)?.tagged(task.etag());
    write.commit(reply).await
}

/// Removes a reminder.
#[utoipa::path(
    delete, path = "/reminders/{id}", tag = "reminders", operation_id = "delete_reminder",
    params(ReminderPath, ("If-Match" = Option<String>, Header, description = "The task's ETag"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem), (status = 412, body = Problem))
)]
pub(crate) async fn delete_reminder(
    State(app): State<App>,
    ctx: Ctx,
    path: ReminderPath,
    if_match: IfMatch,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = find_task(&mut write, path, if_match).await?;
    let mut after = before.clone();
    after.reminders.retain(|reminder| reminder.id != path.id);
    change::save(&mut write, before, after).await?;
    write.commit(Reply::no_content()).await
}

/// The task that has the reminder.
pub(super) async fn find_task(
    write: &mut Write,
    path: ReminderPath,
    if_match: IfMatch,
) -> Result<Task, ApiError> {
    let user = write.ctx.user;
    let task = store::with_reminder(write.tx(), user, path.id).await?;
    let task = task.filter(|task| task.deleted_at.is_none());
    let task = task.ok_or(ApiError::NotFound("Reminder"))?;
    if_match.check_either("task", task.version, &task.etag())?;
    Ok(task)
}
