//! The one definition of TaskFlow's events and topics.
//!
//! [`Event`] is the envelope that every consumer reads, [`Payload`] what
//! happened, [`Topic`] where it travels and [`Notice`] the form without text
//! that sockets carry. `schema()` describes the wire form for other languages;
//! `tests/golden/` holds one serialised event of every type and schema number,
//! which every later version must still read.

mod complaint;
mod due;
mod envelope;
mod ids;
mod notice;
mod payload;
mod schema;
mod topic;

pub use complaint::complaint;
pub use due::{Due, UnknownZone, find_zone};
pub use envelope::{Actor, DecodeError, Event, MAX_EVENT_BYTES, SCHEMA};
pub use ids::{ChangeSetId, EventId, ProjectId, TaskId, UserId};
pub use notice::{Notice, NoticeData};
pub use payload::{
    Change, Payload, Priority, ProjectChanged, ProjectChanges, ProjectState, TagDeleted,
    TagUpdated, TaskChanged, TaskChanges, TaskState, UserChanged, UserState, tag_aggregate,
};
pub use schema::schema;
pub use topic::Topic;
