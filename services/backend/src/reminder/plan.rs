//! Where a firing goes, decided when it is looked at for the first time.

use events::{Channel, NotificationId, NotificationKind, NotificationState, Reminder};
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ledger::Firing, progress::Delivery};
use crate::{error::ApiError, notification, push, webhook, write::Write};

/// The event that a webhook gets; it is in no log.
pub(crate) const FIRED: &str = "reminder.fired";

/// One delivery for each destination, and the notification if it goes into the app, however late
/// it is.
pub(super) async fn make(
    write: &mut Write,
    firing: &Firing,
    reminder: &Reminder,
) -> Result<Vec<Delivery>, ApiError> {
    let now = write.clock;
    let channels = if reminder.channels.is_empty() {
        write.home.alerts.channels.clone()
    } else {
        reminder.channels.clone()
    };
    let mut deliveries: Vec<Delivery> = Vec::new();
    for channel in channels {
        if deliveries.iter().any(|other| other.channel == channel) {
            continue;
        }
        match channel {
            Channel::InApp => deliveries.push(in_app(write, firing).await?),
            Channel::Email => deliveries.push(Delivery::new(channel, None, now)),
            Channel::Push | Channel::Webhook => {
                deliveries.extend(to_each(write, channel).await?);
            }
        }
    }
    Ok(deliveries)
}

/// Tells that a reminder reached nobody.
pub(super) async fn tell_of_failure(write: &mut Write, firing: &Firing) -> Result<(), ApiError> {
    tell(write, firing, NotificationKind::ReminderFailed)
        .await
        .map(drop)
}

async fn in_app(write: &mut Write, firing: &Firing) -> Result<Delivery, ApiError> {
    let id = tell(write, firing, NotificationKind::Reminder).await?;
    Ok(Delivery::in_app(id.0, write.clock))
}

async fn tell(
    write: &mut Write,
    firing: &Firing,
    kind: NotificationKind,
) -> Result<NotificationId, ApiError> {
    let id = NotificationId::generate();
    let state = NotificationState {
        kind,
        task_id: Some(firing.task),
        reminder_id: Some(firing.reminder),
        webhook_id: None,
        at: firing.due_at,
    };
    notification::change::create(write, id, state).await?;
    Ok(id)
}

async fn to_each(write: &mut Write, channel: Channel) -> Result<Vec<Delivery>, ApiError> {
    let (user, now) = (write.ctx.user, write.clock);
    let db: &mut PgConnection = write.tx();
    let (destinations, none): (Vec<Uuid>, _) = if channel == Channel::Push {
        let browsers = push::store::ids(db, user).await?;
        (browsers, "no browser has subscribed")
    } else {
        let webhooks = webhook::store::that_want(db, user, FIRED).await?;
        (webhooks, "no webhook wants `reminder.fired`")
    };
    if destinations.is_empty() {
        return Ok(vec![failed(channel, none, now)]);
    }
    let to = |destination| Delivery::new(channel, Some(destination), now);
    Ok(destinations.into_iter().map(to).collect())
}

fn failed(channel: Channel, why: &str, now: Timestamp) -> Delivery {
    let mut delivery = Delivery::new(channel, None, now);
    delivery.fail(why, now);
    delivery
}
