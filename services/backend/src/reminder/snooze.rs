//! `POST /reminders/{id}/snooze`

use axum::{extract::State, http::StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    endpoints::{ReminderView, find_task},
    input::check_ahead,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        path::ReminderPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    task::change,
    write::{Begun, Write},
};

/// A year.
const MAX_MINUTES: u32 = 366 * 24 * 60;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snooze {
    /// Until when.
    #[serde(default)]
    until: Option<Timestamp>,
    /// Or for how long from now, up to a year.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 527_040)]
    minutes: Option<u32>,
}

/// Asks to be reminded again, or later. Quiet hours do not move what was asked for; a task that
/// gets another due forgets it.
#[utoipa::path(
    post, path = "/reminders/{id}/snooze", tag = "reminders", operation_id = "snooze_reminder",
    params(ReminderPath, ("If-Match" = Option<String>, Header, description = "The task's ETag"), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Snooze,
    responses(
        (status = 200, body = ReminderView, headers(("ETag" = String, description = "The task's"))),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn snooze_reminder(
    State(app): State<App>,
    ctx: Ctx,
    path: ReminderPath,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<Snooze>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = find_task(&mut write, path, if_match).await?;
    let until = body.value.until(write.clock)?;
    if before.completed {
        return Err(ApiError::Conflict(
            "The task is completed; reopen it to be reminded of it".to_owned(),
        ));
    }
    let mut after = before.clone();
    for reminder in &mut after.reminders {
        if reminder.id == path.id {
            reminder.snoozed_until = Some(until);
        }
    }
    let task = change::save(&mut write, before, after).await?;
    let mut reminders = task.reminders.iter();
    let reminder = reminders.find(|reminder| reminder.id == path.id);
    let reminder = reminder.ok_or(ApiError::NotFound("Reminder"))?;
    let view = ReminderView::new(&task, reminder, &write.home);
    let reply = Reply::json(StatusCode::OK, &view)?.tagged(task.etag());
    write.commit(reply).await
}

impl Snooze {
    fn until(self, now: Timestamp) -> Result<Timestamp, ApiError> {
        match (self.until, self.minutes) {
            (Some(until), None) => {
                check_ahead("until", until, now)?;
                Ok(until)
            }
            (None, Some(minutes)) if (1..=MAX_MINUTES).contains(&minutes) => {
                Ok(now + SignedDuration::from_mins(i64::from(minutes)))
            }
            (None, Some(_)) => Err(ApiError::invalid(
                "minutes",
                format!("`minutes` must lie between 1 and {MAX_MINUTES}"),
            )),
            _ => Err(ApiError::invalid(
                "until",
                "Send either `until` or `minutes`",
            )),
        }
    }
}
