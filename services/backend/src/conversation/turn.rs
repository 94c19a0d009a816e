//! A turn: what one message of the user's sets off, up to the answer.
//!
//! Whoever carries it out holds it by a claim, and writes each step down before it is done. So a
//! turn can be taken over at any point, and goes on where it stood.

use std::collections::HashSet;

use events::{Actor, ConversationId, Role};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    change::{self, NewMessage},
    model::{self, Called, Conversation, MAX_ANSWER, MAX_JSON_BYTES, MAX_MESSAGE, Planned, Said},
    store::{self, Titled},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::reply::Reply,
    write::{Begun, Write},
};

const LEASE_SECONDS: u32 = 60;
const MAX_LEASE_SECONDS: u32 = 300;

/// Messages from before a turn, and what they hold at most together.
const MAX_HISTORY: u32 = 100;
const MAX_HISTORY_BYTES: usize = 1 << 20;

const MAX_KEY_CHARS: usize = 255;

/// Calls of one step, and what they are given together.
const MAX_PLANNED: usize = 64;
const MAX_PLANNED_BYTES: usize = 256 * 1024;

const MAX_MODEL_CALL_ID: usize = 256;

/// What a turn begins with.
pub(crate) struct NewTurn {
    /// None: a new one.
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) key: String,
    pub(crate) message: String,
    pub(crate) claim: Uuid,
    /// 0: a minute.
    pub(crate) lease_seconds: u32,
    pub(crate) history: u32,
    pub(crate) tasks: Vec<Uuid>,
    /// The turn to go on with, whatever its key.
    pub(crate) run: Option<Uuid>,
}

/// A turn as far as it has come.
pub(crate) struct Turn {
    pub(crate) run_id: Uuid,
    pub(crate) conversation: Titled,
    /// From before the turn, oldest first.
    pub(crate) history: Vec<Said>,
    /// Its own, in order.
    pub(crate) messages: Vec<Said>,
    /// What was called in all of these.
    pub(crate) calls: Vec<Called>,
    pub(crate) is_done: bool,
}

/// The row of a turn.
struct Held {
    run_id: Uuid,
    conversation: ConversationId,
    request_hash: Vec<u8>,
    claim: Option<Uuid>,
    lease_until: Timestamp,
    is_done: bool,
}

/// The turn of a request: a new one with the user's message, or the one that its key has already.
pub(crate) async fn start(app: &App, ctx: Ctx, new: NewTurn) -> Result<Turn, ApiError> {
    if new.run.is_none() {
        check(&new)?;
    }
    let mut write = begin(app, ctx).await?;
    let history = i64::from(new.history.min(MAX_HISTORY));
    let hash: [u8; 32] = Sha256::new()
        .chain_update(
            new.conversation
                .map_or_else(Vec::new, |id| id.0.into_bytes().to_vec()),
        )
        .chain_update([0])
        .chain_update(&new.message)
        .finalize()
        .into();
    let known = match new.run {
        Some(run) => {
            let held = by_run(&mut write, run).await?;
            if Some(held.conversation) != new.conversation {
                return Err(ApiError::NotFound("Turn"));
            }
            Some(held)
        }
        None => by_key(&mut write, &new.key).await?,
    };
    let (run_id, conversation, is_done) = match known {
        Some(held) if new.run.is_none() && held.request_hash != hash => {
            return Err(ApiError::invalid(
                "Idempotency-Key",
                "This Idempotency-Key was used for a different message",
            ));
        }
        Some(held) => {
            if !held.is_done {
                is_free(&mut write, held.conversation, new.claim).await?;
                claim(&mut write, held.run_id, &new).await?;
            }
            (held.run_id, held.conversation, held.is_done)
        }
        None => {
            let (run_id, conversation) = open(&mut write, new, &hash).await?;
            (run_id, conversation, false)
        }
    };
    let turn = read(&mut write, run_id, conversation, history, is_done).await?;
    write.commit(Reply::no_content()).await?;
    Ok(turn)
}

/// Writes down what is to be done next. A step that stands already stays as it is.
pub(crate) async fn add_step(
    app: &App,
    ctx: Ctx,
    run_id: Uuid,
    claim: Uuid,
    step: u32,
    content: String,
    planned: Vec<Planned>,
) -> Result<Said, ApiError> {
    model::text("content", &content, MAX_ANSWER)?;
    check_planned(&planned)?;
    let mut write = begin(app, ctx).await?;
    let held = by_run(&mut write, run_id).await?;
    let mut steps = steps(&mut write, run_id).await?;
    let before = usize::try_from(step).unwrap_or(usize::MAX).checked_sub(1);
    let before = before.ok_or_else(|| ApiError::invalid("step", "`step` counts from 1"))?;
    if before < steps.len() {
        return Ok(steps.swap_remove(before));
    }
    if before > steps.len() {
        let detail = format!("Step {} comes next", steps.len() + 1);
        return Err(ApiError::invalid("step", detail));
    }
    renew_held(&mut write, &held, claim).await?;
    let said = say(&mut write, &held, content, planned, Vec::new()).await?;
    write.commit(Reply::no_content()).await?;
    Ok(said)
}

/// Adds the answer. A turn that is done has one already.
pub(crate) async fn finish(
    app: &App,
    ctx: Ctx,
    run_id: Uuid,
    claim: Uuid,
    content: String,
    tasks: Vec<Uuid>,
) -> Result<Said, ApiError> {
    model::text("content", &content, MAX_ANSWER)?;
    if content.is_empty() {
        return Err(ApiError::invalid("content", "The answer must not be empty"));
    }
    let mut write = begin(app, ctx).await?;
    let held = by_run(&mut write, run_id).await?;
    if held.is_done {
        let answer = steps(&mut write, run_id).await?.pop();
        return answer.ok_or_else(|| {
            ApiError::Internal(anyhow::anyhow!("turn {run_id} is done and has no answer"))
        });
    }
    renew_held(&mut write, &held, claim).await?;
    let said = say(&mut write, &held, content, Vec::new(), tasks).await?;
    let (user, now) = (write.ctx.user.0, write.ctx.now);
    sqlx::query!(
        "update taskflow.turns set done_at = $3, claim_id = null
         where user_id = $1 and run_id = $2",
        user,
        run_id,
        now.to_sqlx() as _,
    )
    .execute(write.tx())
    .await?;
    write.commit(Reply::no_content()).await?;
    Ok(said)
}

/// Lets go of a turn, if it is held by the claim.
pub(crate) async fn release(
    app: &App,
    ctx: Ctx,
    run_id: Uuid,
    claim: Uuid,
) -> Result<(), ApiError> {
    let mut write = begin(app, ctx).await?;
    let (user, now) = (write.ctx.user.0, write.ctx.now);
    sqlx::query!(
        "update taskflow.turns set claim_id = null, lease_until = $4
         where user_id = $1 and run_id = $2 and claim_id = $3",
        user,
        run_id,
        claim,
        now.to_sqlx() as _,
    )
    .execute(write.tx())
    .await?;
    write.commit(Reply::no_content()).await?;
    Ok(())
}

/// Begins the lease of a claim anew, if it holds a turn.
pub(super) async fn renew(write: &mut Write, claim: Uuid) -> sqlx::Result<()> {
    let (user, now) = (write.ctx.user.0, write.ctx.now);
    sqlx::query!(
        "update taskflow.turns
         set lease_until = $3::timestamptz + make_interval(secs => lease_seconds)
         where user_id = $1 and claim_id = $2",
        user,
        claim,
        now.to_sqlx() as _,
    )
    .execute(write.tx())
    .await?;
    Ok(())
}

async fn begin(app: &App, ctx: Ctx) -> Result<Box<Write>, ApiError> {
    match Write::begin(app, ctx, None).await? {
        Begun::Fresh(write) => Ok(write),
        Begun::Answered(_) => Err(ApiError::Internal(anyhow::anyhow!(
            "a request without a key was answered before"
        ))),
    }
}

fn check(new: &NewTurn) -> Result<(), ApiError> {
    let is_key = (1..=MAX_KEY_CHARS).contains(&new.key.len())
        && new.key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        return Err(ApiError::invalid(
            "Idempotency-Key",
            "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once",
        ));
    }
    model::text("message", &new.message, MAX_MESSAGE)?;
    if new.message.trim().is_empty() {
        return Err(ApiError::invalid(
            "message",
            "The message must not be blank",
        ));
    }
    Ok(())
}

pub(crate) fn check_planned(planned: &[Planned]) -> Result<(), ApiError> {
    let invalid = |detail: String| Err(ApiError::invalid("planned", detail));
    if !(1..=MAX_PLANNED).contains(&planned.len()) {
        return invalid(format!("A step has 1 to {MAX_PLANNED} calls"));
    }
    let ids: HashSet<_> = planned.iter().map(|call| call.id).collect();
    if ids.len() < planned.len() {
        return invalid("Each call needs an id of its own".to_owned());
    }
    for call in planned {
        model::tool(&call.tool)?;
        model::text("model_call_id", &call.model_call_id, MAX_MODEL_CALL_ID)?;
        model::text("input", &call.input, MAX_JSON_BYTES)?;
    }
    let bytes: usize = planned.iter().map(|call| call.input.len()).sum();
    if bytes > MAX_PLANNED_BYTES {
        return invalid(format!(
            "The calls hold more than {MAX_PLANNED_BYTES} bytes"
        ));
    }
    Ok(())
}

/// The user's message and its turn.
async fn open(
    write: &mut Write,
    new: NewTurn,
    hash: &[u8],
) -> Result<(Uuid, ConversationId), ApiError> {
    let mut conversation = match new.conversation {
        Some(id) => {
            let found = find(write, id).await?;
            is_free(write, id, new.claim).await?;
            found
        }
        None => change::create(write, &new.message).await?,
    };
    if conversation.archived_at.is_some() {
        change::update(write, &mut conversation, None, None).await?;
    }
    let run_id = Uuid::now_v7();
    let (user, now) = (write.ctx.user.0, write.ctx.now);
    let lease = lease(new.lease_seconds);
    sqlx::query!(
        "insert into taskflow.turns
            (user_id, run_id, conversation_id, key, request_hash, claim_id, lease_seconds,
             lease_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        user,
        run_id,
        conversation.id.0,
        new.key,
        hash,
        new.claim,
        lease,
        (now + SignedDuration::from_secs(lease.into())).to_sqlx() as _,
    )
    .execute(write.tx())
    .await?;
    let message = NewMessage {
        role: Role::User,
        run_id,
        content: new.message,
        planned: Vec::new(),
        tasks: new.tasks,
    };
    change::add(write, &mut conversation, message).await?;
    Ok((run_id, conversation.id))
}

fn lease(seconds: u32) -> i32 {
    let seconds = if seconds == 0 { LEASE_SECONDS } else { seconds };
    i32::try_from(seconds.min(MAX_LEASE_SECONDS)).unwrap_or_default()
}

async fn claim(write: &mut Write, run_id: Uuid, new: &NewTurn) -> sqlx::Result<()> {
    let (user, now) = (write.ctx.user.0, write.ctx.now);
    let lease = lease(new.lease_seconds);
    sqlx::query!(
        "update taskflow.turns set claim_id = $3, lease_seconds = $4, lease_until = $5
         where user_id = $1 and run_id = $2",
        user,
        run_id,
        new.claim,
        lease,
        (now + SignedDuration::from_secs(lease.into())).to_sqlx() as _,
    )
    .execute(write.tx())
    .await?;
    Ok(())
}

/// Whether nobody else is busy with any turn of the conversation.
async fn is_free(
    write: &mut Write,
    conversation: ConversationId,
    claim: Uuid,
) -> Result<(), ApiError> {
    let (user, now) = (write.ctx.user.0, write.ctx.now);
    let busy = sqlx::query_scalar!(
        r#"select max(lease_until) as "until: jiff_sqlx::Timestamp" from taskflow.turns
           where user_id = $1 and conversation_id = $2 and done_at is null
             and claim_id <> $3 and lease_until > $4"#,
        user,
        conversation.0,
        claim,
        now.to_sqlx() as _,
    )
    .fetch_one(write.tx())
    .await?;
    match busy {
        Some(until) => Err(held_until(until.to_jiff(), now)),
        None => Ok(()),
    }
}

fn held_until(until: Timestamp, now: Timestamp) -> ApiError {
    let seconds = until.duration_since(now).as_secs();
    ApiError::TurnHeld {
        retry_after: u64::try_from(seconds).unwrap_or_default() + 1,
    }
}

/// Renews the lease of whoever asks, if the turn is theirs still. A claim that has lapsed holds as
/// long as nobody else has claimed.
async fn renew_held(write: &mut Write, held: &Held, claim: Uuid) -> Result<(), ApiError> {
    if held.is_done {
        return Err(ApiError::Conflict("This turn is done".to_owned()));
    }
    if held.claim != Some(claim) {
        return Err(held_until(held.lease_until, write.ctx.now));
    }
    renew(write, claim).await?;
    Ok(())
}

/// What the agent says in the turn.
async fn say(
    write: &mut Write,
    held: &Held,
    content: String,
    planned: Vec<Planned>,
    tasks: Vec<Uuid>,
) -> Result<Said, ApiError> {
    write.ctx.actor = Actor::AgentRun {
        run_id: held.run_id.to_string(),
        token_id: write.ctx.token,
    };
    let mut conversation = find(write, held.conversation).await?;
    let message = NewMessage {
        role: Role::Assistant,
        run_id: held.run_id,
        content,
        planned,
        tasks,
    };
    change::add(write, &mut conversation, message).await
}

async fn find(write: &mut Write, id: ConversationId) -> Result<Conversation, ApiError> {
    let user = write.ctx.user;
    let found = store::find(write.tx(), user, id).await?;
    let found = found.ok_or(ApiError::NotFound("Conversation"))?;
    Ok(found.conversation)
}

/// What the agent has said in the turn so far.
async fn steps(write: &mut Write, run_id: Uuid) -> sqlx::Result<Vec<Said>> {
    let user = write.ctx.user;
    let mut said = store::of_run(write.tx(), user, run_id).await?;
    said.retain(|said| said.message.role == Role::Assistant);
    Ok(said)
}

async fn read(
    write: &mut Write,
    run_id: Uuid,
    conversation: ConversationId,
    history: i64,
    is_done: bool,
) -> Result<Turn, ApiError> {
    let user = write.ctx.user;
    let messages = store::of_run(write.tx(), user, run_id).await?;
    let before = messages
        .first()
        .map_or(i64::MAX, |said| said.message.number);
    let before = store::newest(write.tx(), user, conversation, before, history).await?;
    let runs: HashSet<_> = before
        .iter()
        .chain(&messages)
        .map(|said| said.message.run_id)
        .collect();
    let runs: Vec<_> = runs.into_iter().map(|run| run.to_string()).collect();
    let calls = store::calls_of_runs(write.tx(), user, conversation, &runs).await?;
    let found = store::find(write.tx(), user, conversation).await?;
    Ok(Turn {
        run_id,
        conversation: found.ok_or(ApiError::NotFound("Conversation"))?,
        history: that_fit(before, &calls),
        messages,
        calls,
        is_done,
    })
}

/// The newest that hold no more than is allowed together, oldest first.
fn that_fit(newest_first: Vec<Said>, calls: &[Called]) -> Vec<Said> {
    let mut room = MAX_HISTORY_BYTES;
    let mut fit: Vec<Said> = newest_first
        .into_iter()
        .map_while(|said| {
            room = room.checked_sub(size(&said, calls))?;
            Some(said)
        })
        .collect();
    fit.reverse();
    fit
}

/// Of a message with its calls.
fn size(said: &Said, calls: &[Called]) -> usize {
    let planned: usize = said.planned.iter().map(|call| call.input.len()).sum();
    let called: usize = said
        .calls(calls)
        .map(|called| {
            let json = [&called.input, &called.result];
            json.into_iter()
                .flatten()
                .map(|json| json.get().len())
                .sum::<usize>()
        })
        .sum();
    said.content.as_ref().map_or(0, String::len) + planned + called
}

async fn by_key(write: &mut Write, key: &str) -> sqlx::Result<Option<Held>> {
    held(write, Some(key), None).await
}

async fn by_run(write: &mut Write, run_id: Uuid) -> Result<Held, ApiError> {
    let held = held(write, None, Some(run_id)).await?;
    held.ok_or(ApiError::NotFound("Turn"))
}

async fn held(
    write: &mut Write,
    key: Option<&str>,
    run_id: Option<Uuid>,
) -> sqlx::Result<Option<Held>> {
    let user = write.ctx.user.0;
    let row = sqlx::query!(
        r#"select run_id, conversation_id, request_hash, claim_id,
                  lease_until as "lease_until: jiff_sqlx::Timestamp",
                  done_at is not null as "is_done!"
           from taskflow.turns where user_id = $1 and (key = $2 or run_id = $3)"#,
        user,
        key,
        run_id,
    )
    .fetch_optional(write.tx())
    .await?;
    Ok(row.map(|row| Held {
        run_id: row.run_id,
        conversation: ConversationId(row.conversation_id),
        request_hash: row.request_hash,
        claim: row.claim_id,
        lease_until: row.lease_until.to_jiff(),
        is_done: row.is_done,
    }))
}
