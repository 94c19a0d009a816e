//! A reminder came due: what has to be sent now is given to whoever asks first.

use events::{Channel, Due, ReminderId};
use jiff::{Timestamp, fmt::strtime, tz::TimeZone};
use proto::v1;
use uuid::Uuid;

use super::{
    destination,
    ledger::{self, Firing},
    plan,
    progress::{Delivery, State},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::reply::Reply,
    task::{model::Task, store},
    write::{Begun, Write},
};

/// Which firing, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) reminder: ReminderId,
    pub(crate) due_at: Timestamp,
    pub(crate) claim_id: Uuid,
}

/// What is to be sent, if anything is.
pub(crate) async fn claim(
    app: &App,
    ctx: Ctx,
    wanted: Wanted,
) -> Result<v1::ClaimReminderResponse, ApiError> {
    let nothing = v1::ClaimReminderResponse::default();
    let Begun::Fresh(mut write) = Write::begin(app, ctx, None).await? else {
        return Ok(nothing);
    };
    let (user, now) = (write.ctx.user, write.clock);
    // Clocks go back, too.
    if wanted.due_at > now {
        return Ok(nothing);
    }
    let Some(task) = store::with_reminder(write.tx(), user, wanted.reminder).await? else {
        return Ok(nothing);
    };
    let firing = Firing {
        reminder: wanted.reminder,
        task: task.id,
        due_at: wanted.due_at,
    };
    if !ledger::is_on_agenda(write.tx(), user, &firing).await? {
        return Ok(nothing);
    }
    let mut deliveries = ledger::of_firing(write.tx(), user, &firing).await?;
    let was_over = !deliveries.is_empty() && is_over(&deliveries);
    if deliveries.is_empty() {
        let reminder = task.reminders.iter().find(|one| one.id == firing.reminder);
        let reminder = reminder.ok_or(ApiError::NotFound("Reminder"))?;
        deliveries = plan::make(&mut write, &firing, reminder).await?;
    }
    let answer = take(&mut write, &firing, &mut deliveries, wanted.claim_id).await?;
    save(&mut write, &firing, &deliveries, was_over).await?;
    let home = write.home.zone.clone();
    write.commit(Reply::no_content()).await?;
    if answer.is_empty() {
        return Ok(nothing);
    }
    let mut entries = deliveries.iter();
    let in_app = entries.find(|delivery| delivery.channel == Channel::InApp);
    Ok(v1::ClaimReminderResponse {
        deliveries: answer,
        reminder: Some(v1::Reminder {
            task_id: task.id.to_string(),
            title: task.title.clone(),
            due_text: due_text(&task, &home),
            notification_id: in_app.map(|it| it.id.to_string()).unwrap_or_default(),
        }),
    })
}

/// Claims what is due and leads somewhere.
async fn take(
    write: &mut Write,
    firing: &Firing,
    deliveries: &mut [Delivery],
    claim_id: Uuid,
) -> Result<Vec<v1::Delivery>, ApiError> {
    let (user, now) = (write.ctx.user, write.clock);
    let mut answer = Vec::new();
    for delivery in deliveries {
        if !delivery.claim(claim_id, firing.due_at, now) {
            continue;
        }
        match destination::find(write.tx(), user, delivery).await? {
            Ok(destination) => answer.push(v1::Delivery {
                delivery_id: delivery.id.to_string(),
                attempt: delivery.attempts.unsigned_abs() + 1,
                may_be_twice: delivery.may_be_twice,
                destination: Some(destination),
            }),
            Err(why) => delivery.fail(why, now),
        }
    }
    Ok(answer)
}

/// Writes the ledger and the agenda; when the last has failed, and none before was accepted, the
/// person is told so in the app.
pub(super) async fn save(
    write: &mut Write,
    firing: &Firing,
    deliveries: &[Delivery],
    was_over: bool,
) -> Result<(), ApiError> {
    let user = write.ctx.user;
    for delivery in deliveries {
        ledger::put(write.tx(), user, firing, delivery).await?;
    }
    ledger::wake(write.tx(), user, firing, deliveries).await?;
    let mut states = deliveries.iter().map(|delivery| delivery.state);
    let has_failed = is_over(deliveries) && states.all(|state| state == State::Failed);
    // Who has chosen no channel does not want to be reached.
    let reached_nobody = has_failed && !deliveries.is_empty();
    if reached_nobody && !was_over {
        plan::tell_of_failure(write, firing).await?;
    }
    Ok(())
}

pub(super) fn is_over(deliveries: &[Delivery]) -> bool {
    deliveries.iter().all(Delivery::is_done)
}

/// When a task is due, as a person at home there says it; empty when it is not.
fn due_text(task: &Task, home: &TimeZone) -> String {
    let text = match (&task.due, task.due_at) {
        (Some(Due::Date { date }), _) => strtime::format("%A, %-d %B %Y", *date),
        (Some(_), Some(due_at)) => {
            let there = due_at.to_zoned(home.clone());
            strtime::format("%A, %-d %B %Y, %H:%M", &there)
        }
        _ => return String::new(),
    };
    text.unwrap_or_default()
}
