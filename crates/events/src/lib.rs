//! The one definition of TaskFlow's events and topics.
//!
//! [`Event`] is the envelope that every consumer reads, [`Payload`] what
//! happened, [`Topic`] where it travels and [`Notice`] the form without text
//! that sockets carry. `schema()` describes the wire form for other languages,
//! `asyncapi()` where it can be heard;
//! `tests/golden/` holds one serialised event of every type and schema number,
//! which every later version must still read.

mod asyncapi;
mod complaint;
mod conversation;
mod due;
mod envelope;
mod ids;
mod notice;
mod notification;
mod payload;
mod recurrence;
mod reminder;
mod schema;
mod topic;
mod trigger;
mod upcast;

pub use asyncapi::asyncapi;
pub use complaint::{complaint, named_field};
pub use conversation::{
    ConversationChanged, ConversationChanges, ConversationState, MessageState, Role, ToolCallState,
};
pub use due::{Due, UnknownZone, find_zone};
pub use envelope::{Actor, Cause, DecodeError, Event, MAX_EVENT_BYTES, SCHEMA, current_schema};
pub use ids::{
    ChangeSetId, ConversationId, EventId, MessageId, NotificationId, ProjectId, ReminderId,
    SeriesId, TaskId, TokenId, ToolCallId, UserId, WebhookId,
};
pub use notice::{Notice, NoticeData};
pub use notification::{
    NotificationChanged, NotificationChanges, NotificationKind, NotificationState,
};
pub use payload::{
    Change, Payload, Priority, ProjectChanged, ProjectChanges, ProjectState, TagChanges,
    TagDeleted, TagState, TagUpdated, TaskChanged, TaskChanges, TaskState, UserChanged,
    UserChanges, UserState, tag_aggregate,
};
pub use recurrence::{CatchUp, Moment, NoMoment, OpenPolicy, Recurrence, RecurrenceMode};
pub use reminder::{Channel, Reminder, ReminderTime};
pub use schema::schema;
pub use topic::Topic;
pub use trigger::{Trigger, TriggerType};
