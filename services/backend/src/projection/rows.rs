//! A user's rows, made anew from the log.

use events::UserId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, types::Json};

use super::at;
use crate::{agenda, conversation, error::ApiError, notification, project, task};

pub(crate) struct Written {
    pub(crate) tasks: u64,
    pub(crate) projects: u64,
}

/// Writes all rows of an account that has none; what was said in conversations is not in the log.
pub(crate) async fn write(
    db: &mut PgConnection,
    user: UserId,
    seq: i64,
    now: Timestamp,
) -> Result<Written, ApiError> {
    let profile = at::profile(db, user, seq).await?;
    sqlx::query!(
        "update taskflow.profiles set time_zone = $2, settings = $3, version = $4 where user_id = $1",
        user.0,
        profile.time_zone,
        Json(&profile.settings) as _,
        profile.version,
    )
    .execute(&mut *db)
    .await?;
    for (name, tag) in at::tags(db, user, seq).await? {
        sqlx::query!(
            "insert into taskflow.tags (user_id, name, color, created_at) values ($1, $2, $3, $4)",
            user.0,
            name,
            tag.color,
            tag.created_at.to_sqlx() as _,
        )
        .execute(&mut *db)
        .await?;
    }
    let projects = at::projects(db, user, seq).await?;
    for project in &projects {
        project::store::insert(db, user, project).await?;
        project::store::update(db, user, project).await?;
    }
    let mut tasks = at::tasks(db, user, seq).await?;
    // A part needs its whole.
    tasks.sort_by_key(|task| task.parent_id.is_some());
    for task in &tasks {
        task::store::insert(db, user, task).await?;
        task::store::update(db, user, task).await?;
    }
    agenda::remake(db, user, &tasks, &profile.settled().home).await?;
    // Where the log comes from they were sent.
    let reminders = tasks.iter().flat_map(|task| &task.reminders);
    let reminders: Vec<_> = reminders.map(|reminder| reminder.id.0).collect();
    agenda::pass_over_due(db, user, &reminders, now).await?;
    for notification in &at::notifications(db, user, seq).await? {
        notification::store::put(db, user, notification).await?;
    }
    for folded in at::conversations(db, user, seq).await? {
        if let Some(conversation) = &folded.conversation {
            conversation::store::put(db, user, conversation).await?;
        }
        for message in &folded.messages {
            conversation::store::insert_message(db, user, message, None, &[]).await?;
        }
    }
    for call in &at::tool_calls(db, user, seq).await? {
        conversation::store::insert_call(db, user, call, None, None).await?;
    }
    Ok(Written {
        tasks: tasks.len() as u64,
        projects: projects.len() as u64,
    })
}
