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
mod due;
mod envelope;
mod ids;
mod notice;
mod payload;
mod schema;
mod topic;
mod upcast;

pub use asyncapi::asyncapi;
pub use complaint::complaint;
pub use due::{Due, UnknownZone, find_zone};
pub use envelope::{Actor, Cause, DecodeError, Event, MAX_EVENT_BYTES, SCHEMA, current_schema};
pub use ids::{ChangeSetId, EventId, ProjectId, TaskId, TokenId, UserId};
pub use notice::{Notice, NoticeData};
pub use payload::{
    Change, Payload, Priority, ProjectChanged, ProjectChanges, ProjectState, TagChanges,
    TagDeleted, TagState, TagUpdated, TaskChanged, TaskChanges, TaskState, UserChanged,
    UserChanges, UserState, tag_aggregate,
};
pub use schema::schema;
pub use topic::Topic;
