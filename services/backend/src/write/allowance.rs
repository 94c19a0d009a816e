//! Whether an API token may write what it is about to: the limits of its grant, where all events
//! pass.

use std::collections::BTreeSet;

use events::{Payload, ProjectId, TokenId, Topic, UserId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Draft;
use crate::{ctx::Ctx, error::ApiError};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

pub(super) async fn check(
    tx: &mut PgConnection,
    ctx: &Ctx,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let (Some(grant), Some(token)) = (&ctx.grant, ctx.token) else {
        return Ok(());
    };
    if telemetry::faults::enabled("grant-ignored") {
        return Ok(());
    }
    // That something was said or called is kept of every token: it changes nothing else, but that
    // a conversation comes out of the archive with what is said.
    let says = |draft: &Draft| matches!(draft.payload, Payload::MessageAdded(_));
    let is_said = drafts.iter().any(says);
    let is_counted = |draft: &&Draft| match &draft.payload {
        Payload::ConversationUpdated(_) => !is_said,
        payload => payload.topic() != Some(Topic::Conversations),
    };
    let counted = || drafts.iter().filter(is_counted);
    if let Some(projects) = &grant.project_ids {
        within(tx, ctx.user, projects, counted()).await?;
    }
    let changed: BTreeSet<Uuid> = counted().map(|draft| draft.aggregate_id).collect();
    if let Some(limit) = grant.writes_per_hour
        && !changed.is_empty()
    {
        let count = u32::try_from(changed.len()).unwrap_or(u32::MAX);
        spend(tx, ctx, token, limit.get(), count).await?;
    }
    Ok(())
}

/// Whether nothing is changed but tasks that were in these projects, and are still.
async fn within(
    tx: &mut PgConnection,
    user: UserId,
    projects: &BTreeSet<ProjectId>,
    drafts: impl Iterator<Item = &Draft>,
) -> Result<(), ApiError> {
    let mut tasks = Vec::new();
    for draft in drafts {
        match &draft.payload {
            Payload::TaskCreated(_) => {}
            Payload::TaskUpdated(task)
            | Payload::TaskDueChanged(task)
            | Payload::TaskCompleted(task)
            | Payload::TaskReopened(task)
            | Payload::TaskDeleted(task)
            | Payload::TaskRestored(task)
            | Payload::TaskRecurrenceChanged(task)
            | Payload::TaskRemindersChanged(task) => {
                let moved = task.changes.project_id.as_ref();
                let before = moved.and_then(|project| project.before);
                if moved.is_some() && !before.is_some_and(|project| projects.contains(&project)) {
                    return Err(outside());
                }
            }
            // Comes to be with the first task that carries it.
            Payload::TagCreated(_) => continue,
            _ => return Err(outside()),
        }
        tasks.push(draft.aggregate_id);
    }
    let projects: Vec<Uuid> = projects.iter().map(|project| project.0).collect();
    let strays = sqlx::query_scalar!(
        r#"select exists(
               select from taskflow.tasks
               where user_id = $1 and id = any($2)
                 and (project_id is null or project_id <> all($3))
           ) as "strays!""#,
        user.0,
        &tasks,
        &projects,
    )
    .fetch_one(tx)
    .await?;
    if strays { Err(outside()) } else { Ok(()) }
}

fn outside() -> ApiError {
    ApiError::OutsideGrant(
        "This token may only write tasks of the projects that it was granted, and leave them there"
            .to_owned(),
    )
}

/// Takes the changes from what is left of the hour's budget. The user's stream is locked, so
/// nobody else does at the same time.
async fn spend(
    tx: &mut PgConnection,
    ctx: &Ctx,
    token: TokenId,
    limit: u32,
    changes: u32,
) -> Result<(), ApiError> {
    let Some(rest) = limit.checked_sub(changes) else {
        return Err(ApiError::OutsideGrant(format!(
            "This token may make {limit} changes an hour, and these are {changes} at once"
        )));
    };
    let (user, since) = (ctx.user.0, ctx.now - HOUR);
    // The newest of what has to be an hour old before there is room.
    let in_the_way = sqlx::query_scalar!(
        r#"select max(at) as "at: jiff_sqlx::Timestamp" from (
               select at, sum(changes) over (order by at desc) as spent
               from taskflow.token_writes where user_id = $1 and token_id = $2 and at > $3
           ) as writes where spent > $4::bigint"#,
        user,
        token.0,
        since.to_sqlx() as _,
        i64::from(rest),
    )
    .fetch_one(&mut *tx)
    .await?;
    if let Some(at) = in_the_way {
        return Err(ApiError::GrantSpent {
            limit,
            retry_after: seconds_until(at.to_jiff() + HOUR, ctx.now),
        });
    }
    sqlx::query!(
        "insert into taskflow.token_writes as w (user_id, token_id, at, changes)
         values ($1, $2, $3, $4)
         on conflict (user_id, token_id, at) do update set changes = w.changes + excluded.changes",
        user,
        token.0,
        ctx.now.to_sqlx() as _,
        i64::from(changes),
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn seconds_until(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(then.duration_since(now).as_secs()).unwrap_or_default() + 1
}
