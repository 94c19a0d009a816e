//! A webhook that leads nowhere is switched off, and its owner is told so.

use events::{NotificationId, NotificationKind, NotificationState};
use uuid::Uuid;

use super::{claim, store};
use crate::{error::ApiError, notification, write::Write};

pub(crate) const GONE: &str = "its server says that it is gone";

/// Of a webhook that is off or gone already there is nothing to tell.
pub(crate) async fn switch_off(
    write: &mut Write,
    id: Uuid,
    because: impl Into<String>,
) -> Result<(), ApiError> {
    let (user, now, clock) = (write.ctx.user, write.ctx.now, write.clock);
    let Some(mut webhook) = store::find(write.tx(), user, id).await? else {
        return Ok(());
    };
    if !webhook.active {
        return Ok(());
    }
    webhook.active = false;
    webhook.off_because = Some(because.into());
    claim::take_back(write.tx(), user, &mut webhook, clock).await?;
    store::update(write.tx(), user, &webhook, None).await?;
    let state = NotificationState {
        kind: NotificationKind::WebhookOff,
        task_id: None,
        reminder_id: None,
        webhook_id: Some(webhook.id),
        at: now,
    };
    notification::change::create(write, NotificationId::generate(), state).await
}
