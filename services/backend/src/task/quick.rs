//! `POST /tasks/quick`: a task from one line of text.

use axum::{extract::State, http::StatusCode};
use events::{ProjectId, RecurrenceMode, ReminderTime, UserId};
use jiff::{SignedDuration, Timestamp, Zoned};
use quickadd::{Kind, QuickAdd};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::{change, input::NewTask, model::Task};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    home,
    http::{body::Body, precondition::RequestLine, reply::Reply},
    project,
    reminder::input::NewReminder,
    series::NewRecurrence,
    write::{Begun, Write},
};

/// How long a line may have waited for a network.
const MAX_WAIT: SignedDuration = SignedDuration::from_hours(366 * 24);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuickText {
    /// Such as `Pay rent every month on the last day #home !high at 9:00`.
    #[schema(max_length = 1000)]
    text: String,
    /// Only say what would be understood, and change nothing.
    #[serde(default)]
    preview: bool,
    /// When it was typed, if it could not be sent at once: dates count from then. At most a year
    /// ago; what lies ahead is taken for now.
    #[serde(default)]
    typed_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuickTask {
    understood: QuickAdd,
    /// The one of the user's projects that the text names.
    #[schema(value_type = Option<uuid::Uuid>)]
    project_id: Option<ProjectId>,
    /// None in a preview.
    task: Option<Task>,
}

/// Creates a task from one line of text.
///
/// Dates are those of the user's zone. Whatever is not understood stays in the title, and so does
/// a project that does not exist.
#[utoipa::path(
    post, path = "/tasks/quick", tag = "tasks", operation_id = "quick_task",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = QuickText,
    responses(
        (status = 200, body = QuickTask, description = "A preview"),
        (status = 201, body = QuickTask, headers(("ETag" = String), ("Location" = String))),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn quick_task(
    State(app): State<App>,
    ctx: Ctx,
    line: RequestLine,
    body: Body<QuickText>,
) -> Result<Reply, ApiError> {
    let QuickText {
        text,
        preview,
        typed_at,
    } = body.value;
    if preview {
        let mut db = app.pool.acquire().await?;
        let zone = home::zone(&mut db, ctx.user).await?;
        let now = moment(typed_at, ctx.now)?.to_zoned(zone);
        let (understood, project_id) = understand(&mut db, ctx.user, &text, &now).await?;
        let quick = QuickTask {
            understood,
            project_id,
            task: None,
        };
        return Reply::json(StatusCode::OK, &quick);
    }
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let now = moment(typed_at, write.clock)?.to_zoned(write.home.zone.clone());
    let (understood, project_id) = understand(write.tx(), user, &text, &now).await?;
    let new = new_task(understood.clone(), project_id);
    let task = change::create(&mut write, new).await.map_err(about_text)?;
    let location = format!("/api/{user}/tasks/{}", task.id);
    let etag = task.etag();
    let quick = QuickTask {
        understood,
        project_id,
        task: Some(task),
    };
    let reply = Reply::json(StatusCode::CREATED, &quick)?
        .tagged(etag)
        .location(location);
    write.commit(reply).await
}

/// From when dates count. A clock that is ahead of ours is no reason to lose a line.
fn moment(typed_at: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, ApiError> {
    let at = typed_at.unwrap_or(now).min(now);
    if now.duration_since(at) > MAX_WAIT {
        return Err(ApiError::invalid(
            "typed_at",
            "`typed_at` must not lie more than a year back",
        ));
    }
    Ok(at)
}

/// What the text means to this user: which project, only they know.
async fn understand(
    db: &mut PgConnection,
    user: UserId,
    text: &str,
    now: &Zoned,
) -> Result<(QuickAdd, Option<ProjectId>), ApiError> {
    let parse = |text: &str| {
        quickadd::parse(text, now).map_err(|error| ApiError::invalid("text", error.to_string()))
    };
    let understood = parse(text)?;
    let Some(name) = &understood.project else {
        return Ok((understood, None));
    };
    let projects = project::store::list(db, user).await?;
    let name = name.to_lowercase();
    let named = projects.iter().find(|it| it.name.to_lowercase() == name);
    if let Some(project) = named {
        return Ok((understood, Some(project.id)));
    }
    Ok((parse(&without_project(text, &understood))?, None))
}

/// The text with a backslash, which means "as it stands", before what names a project.
fn without_project(text: &str, understood: &QuickAdd) -> String {
    let starts: Vec<usize> = understood
        .spans
        .iter()
        .filter(|span| span.kind == Kind::Project)
        .map(|span| span.start)
        .collect();
    let mut plain = String::with_capacity(text.len() + starts.len());
    let mut at = 0;
    for c in text.chars() {
        if starts.contains(&at) {
            plain.push('\\');
        }
        plain.push(c);
        at += c.len_utf16();
    }
    plain
}

fn new_task(understood: QuickAdd, project_id: Option<ProjectId>) -> NewTask {
    let recurrence = understood.recurrence.map(|recurrence| NewRecurrence {
        rule: recurrence.rule,
        mode: if recurrence.after_completion {
            RecurrenceMode::AfterCompletion
        } else {
            RecurrenceMode::FromDue
        },
        ..NewRecurrence::default()
    });
    let reminders = understood.reminders.into_iter().map(|minutes| NewReminder {
        when: ReminderTime::Before { minutes },
        channels: None,
    });
    NewTask {
        title: understood.title,
        priority: understood.priority,
        tags: Some(understood.tags),
        due: understood.due,
        project_id,
        recurrence,
        reminders: Some(reminders.collect()),
        ..NewTask::default()
    }
}

/// The client sent no field but the text.
fn about_text(error: ApiError) -> ApiError {
    match error {
        ApiError::Invalid { detail, .. } => ApiError::invalid("text", detail),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_from_when_a_line_was_typed() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let ago = |hours| Some(now - SignedDuration::from_hours(hours));
        assert_eq!(moment(None, now).unwrap(), now);
        assert_eq!(Some(moment(ago(48), now).unwrap()), ago(48));
        assert_eq!(moment(ago(-1), now).unwrap(), now);
        assert!(moment(ago(366 * 24), now).is_ok());
        assert!(moment(ago(366 * 24 + 1), now).is_err());
    }
}
