//! How things were after one of the user's events.

use events::{Event, ProjectId, TaskId, UserId};
use futures::{TryStreamExt, stream::BoxStream};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    conversation, notification,
    profile::{self, Settled},
    project,
    tag::{self, Tags},
    task::Folded,
};
use crate::{
    conversation::model::ToolCall,
    error::ApiError,
    event::log::{self, EventRow, Kind},
    notification::model::Notification,
    project::model::Project,
    task::model::Task,
};

/// `None` if the task did not exist yet.
pub(crate) async fn task(
    db: &mut PgConnection,
    user: UserId,
    id: TaskId,
    seq: i64,
) -> Result<Option<Task>, ApiError> {
    let settled = settled(db, user, seq).await?;
    let mut folded = Folded::default();
    let mut events = log::of_aggregate(db, user, id.0, seq);
    while let Some(event) = next(&mut events).await? {
        folded.apply(&event)?;
    }
    Ok(folded.finish(&settled))
}

/// All tasks that existed, deleted or not, in order of id.
pub(crate) async fn tasks(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<Vec<Task>, ApiError> {
    let settled = settled(db, user, seq).await?;
    let mut tasks = Vec::new();
    let mut current: Option<(Uuid, Folded)> = None;
    let mut events = log::of_kind(db, user, Kind::Task, seq);
    while let Some(event) = next(&mut events).await? {
        if current
            .as_ref()
            .is_some_and(|(id, _)| *id != event.aggregate_id)
        {
            tasks.extend(
                current
                    .take()
                    .and_then(|(_, folded)| folded.finish(&settled)),
            );
        }
        let (_, folded) = current.get_or_insert_with(|| (event.aggregate_id, Folded::default()));
        folded.apply(&event)?;
    }
    tasks.extend(current.and_then(|(_, folded)| folded.finish(&settled)));
    Ok(tasks)
}

/// `None` if the project did not exist yet.
pub(crate) async fn project(
    db: &mut PgConnection,
    user: UserId,
    id: ProjectId,
    seq: i64,
) -> Result<Option<Project>, ApiError> {
    let mut folded = None;
    let mut events = log::of_aggregate(db, user, id.0, seq);
    while let Some(event) = next(&mut events).await? {
        project::apply(&mut folded, &event)?;
    }
    Ok(folded)
}

/// All projects that existed, deleted or not, in order of id.
pub(crate) async fn projects(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<Vec<Project>, ApiError> {
    let mut projects: Vec<Project> = Vec::new();
    let mut current: Option<Project> = None;
    let mut events = log::of_kind(db, user, Kind::Project, seq);
    while let Some(event) = next(&mut events).await? {
        if current
            .as_ref()
            .is_some_and(|project| project.id.0 != event.aggregate_id)
        {
            projects.extend(current.take());
        }
        project::apply(&mut current, &event)?;
    }
    projects.extend(current);
    Ok(projects)
}

/// All notifications that were made, deleted or not, in order of id.
pub(crate) async fn notifications(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<Vec<Notification>, ApiError> {
    let mut notifications: Vec<Notification> = Vec::new();
    let mut current: Option<Notification> = None;
    let mut events = log::of_kind(db, user, Kind::Notification, seq);
    while let Some(event) = next(&mut events).await? {
        if current
            .as_ref()
            .is_some_and(|notification| notification.id.0 != event.aggregate_id)
        {
            notifications.extend(current.take());
        }
        notification::apply(&mut current, &event)?;
    }
    notifications.extend(current);
    Ok(notifications)
}

/// All conversations with their messages, in order of id.
pub(crate) async fn conversations(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<Vec<conversation::Folded>, ApiError> {
    let mut conversations = Vec::new();
    let mut current: Option<(Uuid, conversation::Folded)> = None;
    let mut events = log::of_conversations(db, user, seq);
    while let Some(event) = next(&mut events).await? {
        if current
            .as_ref()
            .is_some_and(|(id, _)| *id != event.aggregate_id)
        {
            conversations.extend(current.take().map(|(_, folded)| folded));
        }
        let (_, folded) =
            current.get_or_insert_with(|| (event.aggregate_id, conversation::Folded::default()));
        folded.apply(&event)?;
    }
    conversations.extend(current.map(|(_, folded)| folded));
    Ok(conversations)
}

/// All tool calls, in order of id.
pub(crate) async fn tool_calls(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<Vec<ToolCall>, ApiError> {
    let mut calls: Vec<ToolCall> = Vec::new();
    let mut events = log::of_kind(db, user, Kind::ToolCall, seq);
    while let Some(event) = next(&mut events).await? {
        let mut call = calls.pop_if(|call| call.id.0 == event.aggregate_id);
        conversation::called(&mut call, &event)?;
        calls.extend(call);
    }
    Ok(calls)
}

pub(crate) async fn tags(db: &mut PgConnection, user: UserId, seq: i64) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for event in tag_events(db, user, seq).await? {
        tag::apply(&mut tags, &event)?;
    }
    Ok(tags)
}

/// All that happened to tags, in order of `seq`: a name passes from tag to tag.
pub(crate) async fn tag_events(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<Vec<Event>, ApiError> {
    let mut tag_events = Vec::new();
    let mut events = log::of_kind(db, user, Kind::Tag, seq);
    while let Some(event) = next(&mut events).await? {
        tag_events.push(event);
    }
    tag_events.sort_by_key(|event| event.seq);
    Ok(tag_events)
}

pub(crate) async fn profile(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
) -> Result<profile::Profile, ApiError> {
    let mut folded = None;
    let mut events = log::of_aggregate(db, user, user.0, seq);
    while let Some(event) = next(&mut events).await? {
        profile::apply(&mut folded, &event)?;
    }
    folded.ok_or_else(|| ApiError::Internal(anyhow::anyhow!("the log of {user} has no beginning")))
}

async fn settled(db: &mut PgConnection, user: UserId, seq: i64) -> Result<Settled, ApiError> {
    Ok(profile(db, user, seq).await?.settled())
}

async fn next(
    events: &mut BoxStream<'_, sqlx::Result<EventRow>>,
) -> Result<Option<Event>, ApiError> {
    let Some(row) = events.try_next().await? else {
        return Ok(None);
    };
    let event = Event::try_from(row).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Some(event))
}
