//! A notification, from its events.

use events::{Event, NotificationId, Payload};

use super::fold::{Broken, follows, set};
use crate::notification::model::Notification;

pub(crate) fn apply(notification: &mut Option<Notification>, event: &Event) -> Result<(), Broken> {
    let Some(notification) = notification else {
        *notification = created(event)?;
        return Ok(());
    };
    let version = follows(event, notification.version)?;
    match &event.payload {
        Payload::NotificationRead(told) | Payload::NotificationDeleted(told) => {
            let changes = &told.changes;
            let read_at = changes.read_at.as_ref();
            set(event, "read_at", &mut notification.read_at, read_at)?;
            let deleted_at = changes.deleted_at.as_ref();
            set(
                event,
                "deleted_at",
                &mut notification.deleted_at,
                deleted_at,
            )?;
        }
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => {}
        _ => {
            return Err(Broken::new(
                event,
                "it is not about a notification that exists",
            ));
        }
    }
    notification.version = version;
    Ok(())
}

fn created(event: &Event) -> Result<Option<Notification>, Broken> {
    let state = match &event.payload {
        Payload::NotificationCreated(state) => state,
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => return Ok(None),
        _ => {
            return Err(Broken::new(
                event,
                "the notification was not created before",
            ));
        }
    };
    follows(event, 0)?;
    let id = NotificationId(event.aggregate_id);
    Ok(Some(Notification::new(id, state, event.timestamp)))
}
