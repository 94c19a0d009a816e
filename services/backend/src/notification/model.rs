//! A notification, as the log has it.

use events::{NotificationId, NotificationKind, NotificationState, ReminderId, TaskId, WebhookId};
use jiff::Timestamp;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notification {
    pub(crate) id: NotificationId,
    pub(crate) kind: NotificationKind,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) reminder_id: Option<ReminderId>,
    pub(crate) webhook_id: Option<WebhookId>,
    pub(crate) at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) read_at: Option<Timestamp>,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) version: i64,
}

impl Notification {
    /// As the event `notification.created` says.
    pub(crate) fn new(
        id: NotificationId,
        state: &NotificationState,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            kind: state.kind,
            task_id: state.task_id,
            reminder_id: state.reminder_id,
            webhook_id: state.webhook_id,
            at: state.at,
            created_at,
            read_at: None,
            deleted_at: None,
            version: 1,
        }
    }
}
