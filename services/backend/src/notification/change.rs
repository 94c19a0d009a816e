//! How notifications come, are read, and go.

use events::{
    Change, NotificationChanged, NotificationChanges, NotificationId, NotificationState, Payload,
};

use super::{model::Notification, store};
use crate::{error::ApiError, reminder::ledger, write::Write};

/// Tells somebody something.
pub(crate) async fn create(
    write: &mut Write,
    id: NotificationId,
    state: NotificationState,
) -> Result<(), ApiError> {
    let (user, now) = (write.ctx.user, write.ctx.now);
    let notification = Notification::new(id, &state, now);
    store::put(write.tx(), user, &notification).await?;
    write.record(
        id.0,
        notification.version,
        Payload::NotificationCreated(state),
    );
    Ok(())
}

/// What was read before stays as it is.
pub(super) async fn read(write: &mut Write, before: Notification) -> Result<(), ApiError> {
    if before.read_at.is_some() {
        return Ok(());
    }
    let (user, now) = (write.ctx.user, write.ctx.now);
    let after = Notification {
        read_at: Some(now),
        version: before.version + 1,
        ..before
    };
    store::put(write.tx(), user, &after).await?;
    ledger::seen(write.tx(), user, after.id, now).await?;
    let changes = NotificationChanges {
        read_at: Change::between(before.read_at, after.read_at),
        ..NotificationChanges::default()
    };
    let payload = Payload::NotificationRead(NotificationChanged { changes });
    write.record(after.id.0, after.version, payload);
    Ok(())
}

pub(super) async fn delete(write: &mut Write, before: Notification) -> Result<(), ApiError> {
    let (user, now) = (write.ctx.user, write.ctx.now);
    let after = Notification {
        deleted_at: Some(now),
        version: before.version + 1,
        ..before
    };
    store::put(write.tx(), user, &after).await?;
    let changes = NotificationChanges {
        deleted_at: Change::between(before.deleted_at, after.deleted_at),
        ..NotificationChanges::default()
    };
    let payload = Payload::NotificationDeleted(NotificationChanged { changes });
    write.record(after.id.0, after.version, payload);
    Ok(())
}
