//! `GET /reminders/{id}/why`: what became of a reminder, in words.

use axum::{Json, extract::State};
use events::{Channel, Reminder, ReminderId, TaskId};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ledger,
    progress::{Delivery, State as Progress, Step},
};
use crate::{
    agenda,
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    home::{self, Home},
    http::path::ReminderPath,
    task::{model::Task, store},
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Why {
    #[schema(value_type = Uuid)]
    reminder_id: ReminderId,
    #[schema(value_type = Uuid)]
    task_id: TaskId,
    /// When it fires next; null when it will not.
    fires_at: Option<Timestamp>,
    /// What holds now, in words.
    text: String,
    /// Each time that it fired, the newest first.
    firings: Vec<FiringView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FiringView {
    due_at: Timestamp,
    deliveries: Vec<DeliveryView>,
}

/// What became of a firing at one destination.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    channel: Channel,
    /// The push subscription or the webhook.
    destination: Option<Uuid>,
    state: Progress,
    attempts: i32,
    /// An attempt had an unknown outcome, so it may have arrived twice.
    may_be_twice: bool,
    steps: Vec<StepView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepView {
    at: Timestamp,
    what: Progress,
    /// In words.
    text: String,
    /// Of HTTP or SMTP.
    status: Option<u32>,
    latency_ms: Option<u32>,
}

/// Why a reminder came, or did not: all that happened to it, and what holds now.
#[utoipa::path(
    get, path = "/reminders/{id}/why", tag = "reminders", operation_id = "explain_reminder",
    params(ReminderPath),
    responses((status = 200, body = Why), (status = 404, body = Problem))
)]
pub(crate) async fn explain_reminder(
    State(app): State<App>,
    ctx: Ctx,
    path: ReminderPath,
) -> Result<Json<Why>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let home = home::of(&mut db, ctx.user).await?;
    let firings = ledger::of_reminder(&mut db, ctx.user, path.id).await?;
    let on_agenda = ledger::on_agenda(&mut db, ctx.user, path.id).await?;
    let task = store::with_reminder(&mut db, ctx.user, path.id).await?;
    let of_ledger = firings.first().map(|(firing, _)| firing.task);
    let task_id = task.as_ref().map(|task| task.id).or(of_ledger);
    let fired: Vec<Timestamp> = firings.iter().map(|(firing, _)| firing.due_at).collect();
    let waits = on_agenda.is_some_and(|(_, waits)| waits);
    let now = state(task.as_ref(), path.id, &fired, waits, &home, ctx.now);
    Ok(Json(Why {
        reminder_id: path.id,
        task_id: task_id.ok_or(ApiError::NotFound("Reminder"))?,
        fires_at: now.as_ref().ok().map(|(at, _)| *at),
        text: now.map_or_else(|text| text, |(_, text)| text),
        firings: firings
            .into_iter()
            .map(|(firing, deliveries)| {
                let goes_on = on_agenda.is_some_and(|(due_at, _)| due_at == firing.due_at);
                let view = |delivery| DeliveryView::new(delivery, goes_on, &home.zone);
                FiringView {
                    due_at: firing.due_at,
                    deliveries: deliveries.iter().map(view).collect(),
                }
            })
            .collect(),
    }))
}

/// When it fires next and why then, or why it does not.
fn state(
    task: Option<&Task>,
    id: ReminderId,
    fired: &[Timestamp],
    waits: bool,
    home: &Home,
    now: Timestamp,
) -> Result<(Timestamp, String), String> {
    let reminder = task.and_then(|task| task.reminders.iter().find(|one| one.id == id));
    let (Some(task), Some(reminder)) = (task, reminder) else {
        return Err("It was removed from its task.".to_owned());
    };
    if task.deleted_at.is_some() {
        return Err("It does not fire: its task is deleted.".to_owned());
    }
    if task.completed {
        return Err("It does not fire: its task is completed.".to_owned());
    }
    let Some(firing) = agenda::firing(task, reminder, home) else {
        return Err("It does not fire: its task has no due date.".to_owned());
    };
    let at = said(firing.at, &home.zone);
    if fired.contains(&firing.at) {
        return Err(format!("It fired for {at}."));
    }
    if firing.at <= now {
        let is_wanted = !(reminder.channels.is_empty() && home.alerts.channels.is_empty());
        return Err(match (is_wanted, waits) {
            (false, _) => format!("It came due at {at}, and went nowhere: no channel is chosen."),
            (true, true) => format!("It came due at {at}, and is about to be sent."),
            (true, false) => format!("It came due at {at}, before this account had it."),
        });
    }
    let text = if firing.asked_for == firing.at {
        format!("It is scheduled for {at}{}.", snoozed(reminder))
    } else {
        let asked_for = said(firing.asked_for, &home.zone);
        format!("Quiet hours moved it from {asked_for} to {at}.")
    };
    Ok((firing.at, text))
}

fn snoozed(reminder: &Reminder) -> &'static str {
    match reminder.snoozed_until {
        Some(_) => ", because it was snoozed",
        None => "",
    }
}

impl DeliveryView {
    fn new(delivery: &Delivery, goes_on: bool, zone: &TimeZone) -> Self {
        let channel = delivery.channel;
        // What was sent is not cancelled; how it ended may be told yet.
        let is_cancelled = !goes_on && !delivery.is_done() && delivery.state != Progress::Sent;
        let steps = delivery.steps.iter().map(|step| Step {
            next_at: step.next_at.filter(|_| !is_cancelled),
            ..step.clone()
        });
        Self {
            channel,
            destination: delivery.destination,
            state: if is_cancelled {
                Progress::Cancelled
            } else {
                delivery.state
            },
            attempts: delivery.attempts,
            may_be_twice: delivery.may_be_twice,
            steps: steps
                .map(|step| StepView::new(&step, channel, zone))
                .collect(),
        }
    }
}

impl StepView {
    fn new(step: &Step, channel: Channel, zone: &TimeZone) -> Self {
        Self {
            text: words(step, channel, zone),
            at: step.at,
            what: step.what,
            status: step.status,
            latency_ms: step.latency_ms,
        }
    }
}

fn words(step: &Step, channel: Channel, zone: &TimeZone) -> String {
    let why = step.why.as_deref().unwrap_or("no reason is known");
    let next = step.next_at.map(|at| said(at, zone));
    match (step.what, next) {
        (Progress::Scheduled, _) => "It came due.".to_owned(),
        (Progress::Claimed, _) => "It was taken to be sent.".to_owned(),
        (Progress::Sent, _) => "It was sent.".to_owned(),
        (Progress::Accepted, _) => match channel {
            Channel::InApp => "It was put into the app's list.",
            Channel::Email => "The mail server took it over.",
            Channel::Push => "The browser's push service took it over.",
            Channel::Webhook => "The webhook took it.",
        }
        .to_owned(),
        (Progress::Failed, None) => format!("It failed: {why}."),
        (Progress::Failed, Some(next)) => {
            format!("It failed: {why}. The next attempt is at {next}.")
        }
        (Progress::Unknown, None) => format!("Nobody knows what became of it: {why}."),
        (Progress::Unknown, Some(_)) => format!(
            "Nobody knows what became of it: {why}. It is sent once more, and may come twice."
        ),
        (Progress::Seen, _) => "It was read.".to_owned(),
        (Progress::Cancelled, _) => "It was cancelled.".to_owned(),
    }
}

/// A moment as a person there reads it.
fn said(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S %Z")
        .to_string()
}
