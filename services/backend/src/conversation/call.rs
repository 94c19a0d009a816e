//! What tools were called with, and what came of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use events::{Actor, ChangeSetId, ConversationId, Payload, TaskId, ToolCallId, ToolCallState};
use jiff::{Timestamp, Unit};
use serde_json::value::RawValue;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    change::MAX_TASKS,
    model::{self, ToolCall},
    store, turn,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::{access::is_run_id, reply::Reply},
    write::{Begun, Write},
};

/// Calls of one request.
pub(crate) const AT_ONCE: usize = 100;

/// Tasks that a call is linked with at most; a change-set may hold more.
const MAX_LINKS: usize = 1_000;

/// A call as the agent tells of it.
pub(crate) struct NewCall {
    pub(crate) id: ToolCallId,
    pub(crate) tool: String,
    pub(crate) input: String,
    pub(crate) result: String,
    pub(crate) is_error: bool,
    pub(crate) change_set_id: Option<ChangeSetId>,
    pub(crate) tasks: Vec<Uuid>,
    pub(crate) called_at: Timestamp,
    pub(crate) duration_ms: u32,
    /// None: the caller's.
    pub(crate) run_id: Option<String>,
    pub(crate) conversation_id: Option<ConversationId>,
}

/// Writes calls down; those that are known already stay as they are.
pub(crate) async fn record(
    app: &App,
    ctx: Ctx,
    calls: Vec<NewCall>,
    claim: Option<Uuid>,
) -> Result<(), ApiError> {
    if !(1..=AT_ONCE).contains(&calls.len()) {
        let detail = format!("Tell of 1 to {AT_ONCE} calls at once");
        return Err(ApiError::invalid("calls", detail));
    }
    if let Some(grant) = &ctx.grant {
        // A tool that it was refused it has not used.
        for call in calls.iter().filter(|call| !call.is_error) {
            grant.check_tool(Some(&call.tool))?;
        }
    }
    let Begun::Fresh(mut write) = Write::begin(app, ctx, None).await? else {
        return Ok(());
    };
    conversations(&mut write, &calls).await?;
    if let Some(claim) = claim {
        turn::renew(&mut write, claim).await?;
    }
    let mut links = links(&mut write, &calls).await?;
    for call in calls {
        let linked = links.remove(&call.id).unwrap_or_default();
        // They are told of together, and were not made together.
        write.ctx.change_set = ChangeSetId::generate();
        add(&mut write, call, linked).await?;
    }
    write.commit(Reply::no_content()).await?;
    Ok(())
}

/// Whether they are all there.
async fn conversations(write: &mut Write, calls: &[NewCall]) -> Result<(), ApiError> {
    let ids: BTreeSet<_> = calls
        .iter()
        .filter_map(|call| call.conversation_id)
        .collect();
    for id in ids {
        let user = write.ctx.user;
        let found = store::find(write.tx(), user, id).await?;
        found.ok_or(ApiError::NotFound("Conversation"))?;
    }
    Ok(())
}

/// The tasks of each call: those that its change-set changed, and those that it was about.
async fn links(
    write: &mut Write,
    calls: &[NewCall],
) -> Result<HashMap<ToolCallId, Vec<TaskId>>, ApiError> {
    let user = write.ctx.user;
    let sets: Vec<Uuid> = calls
        .iter()
        .filter_map(|call| Some(call.change_set_id?.0))
        .collect();
    let changed = changed(write.tx(), user.0, &sets).await?;
    // What was changed is the user's; mostly it is all that a call was about.
    let mut known: HashSet<Uuid> = changed.values().flatten().copied().collect();
    let mentioned = calls.iter().flat_map(|call| &call.tasks).copied();
    let others: BTreeSet<Uuid> = mentioned.filter(|task| !known.contains(task)).collect();
    let others: Vec<Uuid> = others.into_iter().collect();
    known.extend(store::known_tasks(write.tx(), user, &others).await?);
    let of_call = |call: &NewCall| {
        let of_set = call.change_set_id.and_then(|set| changed.get(&set.0));
        let about = call.tasks.iter().filter(|task| known.contains(task));
        let linked: BTreeSet<Uuid> = of_set.into_iter().flatten().chain(about).copied().collect();
        linked.into_iter().take(MAX_LINKS).map(TaskId).collect()
    };
    Ok(calls.iter().map(|call| (call.id, of_call(call))).collect())
}

/// The tasks that each of these change-sets changed.
async fn changed(
    db: &mut PgConnection,
    user: Uuid,
    sets: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, Vec<Uuid>>> {
    let mut changed: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    if sets.is_empty() {
        return Ok(changed);
    }
    let rows = sqlx::query!(
        "select distinct change_set_id, aggregate_id from taskflow.events
         where user_id = $1 and change_set_id = any($2) and event_type like 'task.%'",
        user,
        sets,
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        changed
            .entry(row.change_set_id)
            .or_default()
            .push(row.aggregate_id);
    }
    Ok(changed)
}

async fn add(write: &mut Write, call: NewCall, linked: Vec<TaskId>) -> Result<(), ApiError> {
    model::tool(&call.tool)?;
    if call.tasks.len() > MAX_TASKS {
        let detail = format!("A call is about at most {MAX_TASKS} tasks");
        return Err(ApiError::invalid("task_ids", detail));
    }
    if !call.run_id.as_deref().is_none_or(is_run_id) {
        return Err(ApiError::invalid("run_id", "`run_id` is none"));
    }
    let run_id = call.run_id.or_else(|| match &write.ctx.actor {
        Actor::AgentRun { run_id, .. } => Some(run_id.clone()),
        _ => None,
    });
    let called_at = call.called_at.round(Unit::Microsecond);
    let state = ToolCallState {
        tool: call.tool,
        conversation_id: call.conversation_id,
        run_id: run_id.clone(),
        is_error: call.is_error,
        change_set_id: call.change_set_id,
        task_ids: linked,
        at: called_at.map_err(|_| ApiError::invalid("at", "`at` is no time that there can be"))?,
        duration_ms: call.duration_ms,
    };
    let (input, result) = (model::json(&call.input)?, model::json(&call.result)?);
    let input: Option<&RawValue> = Some(&input);
    let user = write.ctx.user;
    let row = ToolCall::new(call.id, &state);
    if store::insert_call(write.tx(), user, &row, input, Some(&result)).await? {
        let caller = write.ctx.actor.clone();
        if let Some(run_id) = run_id {
            write.ctx.actor = Actor::AgentRun {
                run_id,
                token_id: write.ctx.token,
            };
        }
        write.record(call.id.0, 1, Payload::ToolCalled(state));
        write.ctx.actor = caller;
    }
    Ok(())
}
