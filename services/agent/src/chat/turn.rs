//! A turn: what one message sets off, up to the answer.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::Stream;
use jiff::{Zoned, tz::TimeZone};
use proto::v1::{self, confirmation::Decision};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{select, sync::mpsc};
use uuid::Uuid;

use super::{
    confirmation::{self, Asked as Question, Decided},
    history,
    model::{Asked, ModelError, Prompt, Reply, Said},
    place::Place,
    plain::Plain,
    step::Steps,
};
use crate::{
    backend::{Ask, BackendError, Problem, Turn, Which},
    call::{self, MAX_MENTIONED, sentence},
    door::Guest,
    gateway::Gateway,
    problem,
    tool::registry,
};

/// What a person says, and where.
#[derive(Clone, Debug)]
pub struct Message {
    /// None: a new conversation.
    pub conversation: Option<Uuid>,
    /// The same for a request that is sent again.
    pub key: String,
    pub text: String,
}

/// What a person wants of the chat.
#[derive(Clone, Debug)]
pub enum Wish {
    Say(Message),
    /// To have a message of before answered: its turn goes on where it stands, and one that is
    /// done is told again in a turn of its own.
    Retry {
        run: Uuid,
        again: Message,
    },
    /// To let a call go ahead that waits for it, or not.
    Decide {
        id: Uuid,
        yes: bool,
    },
}

/// What happens in a turn, as it happens.
#[derive(Debug)]
pub enum Event {
    /// A decision stands. After a yes to a call of a conversation, a turn follows.
    Decided(Decided),
    /// The message is kept, and the turn is ours.
    Started {
        conversation: v1::Conversation,
        run_id: String,
        message: v1::Message,
        is_new: bool,
    },
    /// Calls are about to be carried out.
    Step(v1::Message),
    Calling(v1::PlannedCall),
    Called(v1::ToolCall),
    /// All calls of the step are done.
    Stepped(v1::Message),
    Confirmation(Question),
    /// A piece of what the model says.
    Delta(String),
    Answered(Box<Answer>),
    Failed(Problem),
}

/// A turn that has come to its end.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    pub id: String,
    pub conversation_id: String,
    pub run_id: String,
    pub user_id: String,
    pub role: &'static str,
    pub content: String,
    pub created_at: String,
    /// `model`, or `commands` without one.
    pub mode: &'static str,
    pub tool_calls: Vec<Value>,
    pub confirmations: Vec<Question>,
    pub change_set_ids: Vec<String>,
}

/// How the keys of turns begin that follow a yes; no message of a client's has such a key.
pub(crate) const CONFIRMS: &str = "confirm:";

/// Why a turn has no answer now. The same request again goes on with it.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("a step was interrupted: {0}")]
    Interrupted(String),
    #[error("what was written down of this turn cannot be read")]
    Damaged,
}

/// What happens in a turn, as it is told.
pub struct Told {
    events: mpsc::UnboundedReceiver<Event>,
    /// What was told and is not sent yet needs room as well.
    _place: Option<Arc<Place>>,
}

impl Stream for Told {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.events.poll_recv(context)
    }
}

/// Fulfils a wish beside the request, and tells what happens. Whoever stops listening ends it: a
/// turn is let go of, and the same request can have it again. Where there is no place for it, that
/// is all that is told.
pub fn start(gateway: &Arc<Gateway>, guest: Guest, wish: Wish) -> Told {
    let (tell, events) = mpsc::unbounded_channel();
    let place = match gateway.places.take(guest.identity.user) {
        Ok(place) => Arc::new(place),
        Err(full) => {
            let _ = tell.send(Event::Failed(*full));
            return Told {
                events,
                _place: None,
            };
        }
    };
    let told = Told {
        events,
        _place: Some(Arc::clone(&place)),
    };
    let gateway = Arc::clone(gateway);
    let turns = gateway.turns.clone();
    turns.spawn(async move {
        // Until the turn is let go of, however early its listener leaves.
        let _place = place;
        let outcome = match wish {
            Wish::Say(message) => Box::pin(run(&gateway, &guest, message, None, &tell)).await,
            Wish::Retry { run, again } => {
                Box::pin(retry(&gateway, &guest, run, again, &tell)).await
            }
            Wish::Decide { id, yes } => Box::pin(decide(&gateway, &guest, id, yes, &tell)).await,
        };
        if let Err(error) = outcome {
            // Nobody may be listening any more.
            let _ = tell.send(Event::Failed(as_problem(error)));
        }
    });
    told
}

/// Takes the person's decision. After a yes the call is carried out as it was written down: in a
/// turn of its conversation, so that it stands there what was agreed to and what came of it.
async fn decide(
    gateway: &Gateway,
    guest: &Guest,
    id: Uuid,
    yes: bool,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let decided = gateway.backend.decide(&guest.caller, id, yes).await?;
    let asked = read(&decided.preview);
    let summary = asked["sentence"].as_str().unwrap_or_default().to_owned();
    let is_yes = decided.decision() == Decision::Yes;
    let conversation = decided.conversation_id.parse().ok();
    let result = if is_yes && conversation.is_none() {
        Some(confirmation::carry_out(gateway, guest, &decided).await?)
    } else {
        None
    };
    let _ = tell.send(Event::Decided(Decided {
        id: decided.id.clone(),
        decision: confirmation::name(decided.decision()),
        summary: summary.clone(),
        result,
    }));
    if !is_yes || conversation.is_none() {
        return Ok(());
    }
    let message = Message {
        conversation,
        key: format!("{CONFIRMS}{}", decided.id),
        text: format!("Yes. {summary}"),
    };
    run(gateway, guest, message, Some(decided), tell).await
}

async fn run(
    gateway: &Gateway,
    guest: &Guest,
    message: Message,
    confirmed: Option<v1::Confirmation>,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let is_new = message.conversation.is_none();
    let which = Which::OfKey {
        key: &message.key,
        message: &message.text,
    };
    let backend = &gateway.backend;
    let turn = backend.start_turn(&guest.caller, message.conversation, which);
    let turn = turn.await?;
    go_through(gateway, guest, turn, is_new, confirmed, tell).await
}

/// Whoever asks for an answer again has not seen it: what was done is not done a second time.
async fn retry(
    gateway: &Gateway,
    guest: &Guest,
    run_id: Uuid,
    again: Message,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let backend = &gateway.backend;
    let turn = backend.start_turn(&guest.caller, again.conversation, Which::OfRun(run_id));
    let turn = turn.await?;
    if turn.is_done {
        return run(gateway, guest, again, None, tell).await;
    }
    go_through(gateway, guest, turn, false, None, tell).await
}

/// Takes a turn from where it stands to its end, or lets go of it.
async fn go_through(
    gateway: &Gateway,
    guest: &Guest,
    mut turn: Turn,
    is_new: bool,
    confirmed: Option<v1::Confirmation>,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let backend = &gateway.backend;
    let first = turn.messages.first().ok_or(TurnError::Damaged)?;
    let _ = tell.send(Event::Started {
        conversation: turn.conversation.clone(),
        run_id: turn.run_id.clone(),
        message: first.clone(),
        is_new,
    });
    if turn.is_done {
        return retell(gateway, guest, &turn, tell);
    }
    let earlier = std::mem::take(&mut turn.history);
    let going_on = async {
        match confirmed {
            Some(confirmed) => {
                Box::pin(carry_out_confirmed(gateway, guest, &turn, confirmed, tell)).await
            }
            None => Box::pin(go_on(gateway, guest, &turn, earlier, tell)).await,
        }
    };
    let outcome = select! {
        outcome = going_on => outcome.map(Some),
        () = tell.closed() => Ok(None),
        () = gateway.shutdown.cancelled() => Ok(None),
    };
    if !matches!(outcome, Ok(Some(()))) {
        let released = backend.release_turn(&guest.caller, &turn.run_id, turn.claim);
        if let Err(error) = released.await {
            tracing::warn!(%error, "A turn was not let go of");
        }
    }
    match outcome {
        Ok(Some(())) => Ok(()),
        Ok(None) => Err(TurnError::Interrupted("nobody waits for it".to_owned())),
        Err(error) => Err(error),
    }
}

/// The one step of a turn that follows a yes: no model has a say in it.
async fn carry_out_confirmed(
    gateway: &Gateway,
    guest: &Guest,
    turn: &Turn,
    confirmed: v1::Confirmation,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let told = |event| {
        let _ = tell.send(event);
    };
    let planned = v1::PlannedCall {
        model_call_id: confirmed.id.clone(),
        id: confirmed.id.clone(),
        tool: confirmed.tool.clone(),
        input: confirmed.input.clone(),
    };
    let mut step = gateway
        .backend
        .add_step(&guest.caller, turn, 1, "", vec![planned])
        .await?;
    let mut steps = Steps {
        gateway,
        guest,
        turn,
        asked: 0,
        confirmed: Some(confirmed),
    };
    carry_out(&mut steps, &mut step, &told).await?;
    let result = step.calls.first().map(|call| read(&call.result));
    let result = result.unwrap_or_default();
    let text = Plain::default().take(sentence(&result).unwrap_or("Done."));
    let _ = tell.send(Event::Delta(text.clone()));
    finish(gateway, guest, turn, &[step], &text, tell).await
}

/// Takes the turn from where it is to its answer.
async fn go_on(
    gateway: &Gateway,
    guest: &Guest,
    turn: &Turn,
    earlier: Vec<v1::Message>,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let now = local_time(gateway, guest).await?;
    let told = |event| {
        let _ = tell.send(event);
    };
    let mut steps = Steps {
        gateway,
        guest,
        turn,
        asked: 0,
        confirmed: None,
    };
    // Megabytes, maybe; what a model has room for is all that is held while it takes its time.
    let earlier = earlier.into_iter();
    let mut said: Vec<Said> = earlier
        .flat_map(|message| history::said(&message))
        .collect();
    let mut before = said.len();
    let (mut taken, mut done) = (Vec::new(), 0);
    for message in &turn.messages {
        let mut message = message.clone();
        if message.role() == v1::Role::Assistant {
            carry_out(&mut steps, &mut message, &told).await?;
            done += message.planned.len();
            taken.push(message.clone());
        }
        said.extend(history::said(&message));
    }

    let tools: Vec<_> = registry::of(&guest.identity).collect();
    let limits = gateway.model.limits();
    // Of a turn that was taken over nobody knows what it has cost; no less than what was said.
    let mut tokens = match taken[..] {
        [] => 0,
        _ => history::tokens(&said[before..]),
    };
    loop {
        history::fit(&mut said, &mut before, limits.tokens / 2);
        let must_answer =
            taken.len() + 1 >= limits.steps || done >= limits.calls || tokens >= limits.tokens;
        let prompt = Prompt {
            said: &said,
            before,
            tools: &tools,
            now: &now,
            must_answer,
        };
        let reply = ask(gateway, &prompt, tell).await?;
        tokens += reply.tokens;
        if reply.calls.is_empty() || must_answer {
            return finish(gateway, guest, turn, &taken, &reply.text, tell).await;
        }
        let room = limits.calls.saturating_sub(done);
        let planned = plan(reply.calls, room);
        let number = u32::try_from(taken.len() + 1).unwrap_or(u32::MAX);
        let mut step = gateway
            .backend
            .add_step(&guest.caller, turn, number, &reply.text, planned)
            .await?;
        carry_out(&mut steps, &mut step, &told).await?;
        done += step.planned.len();
        said.extend(history::said(&step));
        taken.push(step);
    }
}

async fn carry_out(
    steps: &mut Steps<'_>,
    step: &mut v1::Message,
    tell: &impl Fn(Event),
) -> Result<(), TurnError> {
    tell(Event::Step(step.clone()));
    steps.carry_out(step, tell).await?;
    tell(Event::Stepped(step.clone()));
    Ok(())
}

/// Asks the model, and passes on what it says while it says it.
async fn ask(
    gateway: &Gateway,
    prompt: &Prompt<'_>,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<Reply, ModelError> {
    let (deltas, mut arriving) = mpsc::unbounded_channel::<String>();
    let pass_on = async {
        let mut plain = Plain::default();
        while let Some(text) = arriving.recv().await {
            let _ = tell.send(Event::Delta(plain.take(&text)));
        }
    };
    let reply = async {
        let reply = gateway.model.ask(prompt, &deltas).await;
        drop(deltas);
        reply
    };
    let (reply, ()) = tokio::join!(reply, pass_on);
    let mut reply = reply?;
    reply.text = Plain::default().take(&reply.text);
    Ok(reply)
}

/// What the model wants to do, with ids of our own.
fn plan(calls: Vec<Asked>, room: usize) -> Vec<v1::PlannedCall> {
    let calls = calls.into_iter().take(room.max(1));
    calls
        .map(|call| {
            let id = Uuid::now_v7().to_string();
            v1::PlannedCall {
                model_call_id: if call.id.is_empty() {
                    id.clone()
                } else {
                    call.id
                },
                id,
                tool: call::name(&call.tool),
                input: call.input.replace('\0', ""),
            }
        })
        .collect()
}

/// What ends a turn whose model says nothing more.
const OUT_OF_STEPS: &str =
    "I have stopped here: this took more steps than one message may. Tell me to go on.";

async fn finish(
    gateway: &Gateway,
    guest: &Guest,
    turn: &Turn,
    steps: &[v1::Message],
    text: &str,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let text = if text.trim().is_empty() {
        let _ = tell.send(Event::Delta(OUT_OF_STEPS.to_owned()));
        OUT_OF_STEPS
    } else {
        text
    };
    // What was called in the turn is what the answer is about.
    let about = steps.iter().flat_map(|step| &step.calls);
    let about: BTreeSet<&String> = about.flat_map(|call| &call.task_ids).collect();
    let about = about.into_iter().take(MAX_MENTIONED).cloned().collect();
    let message = gateway
        .backend
        .finish_turn(&guest.caller, turn, text, about)
        .await?;
    let answer = answer(gateway, guest, turn, steps, &message);
    let _ = tell.send(Event::Answered(Box::new(answer)));
    Ok(())
}

/// Tells a turn that was answered before, again.
fn retell(
    gateway: &Gateway,
    guest: &Guest,
    turn: &Turn,
    tell: &mpsc::UnboundedSender<Event>,
) -> Result<(), TurnError> {
    let [_, steps @ .., last] = &turn.messages[..] else {
        return Err(TurnError::Damaged);
    };
    for step in steps {
        let _ = tell.send(Event::Step(step.clone()));
        for (planned, call) in step.planned.iter().zip(&step.calls) {
            let _ = tell.send(Event::Calling(planned.clone()));
            let _ = tell.send(Event::Called(call.clone()));
            if let Some(question) = question(call) {
                let _ = tell.send(Event::Confirmation(question));
            }
        }
        let _ = tell.send(Event::Stepped(step.clone()));
    }
    let _ = tell.send(Event::Delta(last.content.clone()));
    let answer = answer(gateway, guest, turn, steps, last);
    let _ = tell.send(Event::Answered(Box::new(answer)));
    Ok(())
}

fn answer(
    gateway: &Gateway,
    guest: &Guest,
    turn: &Turn,
    steps: &[v1::Message],
    message: &v1::Message,
) -> Answer {
    let calls = || steps.iter().flat_map(|step| &step.calls);
    let tool_calls = calls().map(|call| {
        json!({
            "id": call.id,
            "tool_name": call.tool,
            "input": read(&call.input),
            "result": read(&call.result),
            "is_error": call.is_error,
        })
    });
    let change_sets = calls().map(|call| &call.change_set_id);
    Answer {
        id: message.id.clone(),
        conversation_id: turn.conversation.id.clone(),
        run_id: turn.run_id.clone(),
        user_id: guest.identity.user.to_string(),
        role: "assistant",
        content: message.content.clone(),
        created_at: message.created_at.clone(),
        mode: gateway.model.mode(),
        tool_calls: tool_calls.collect(),
        confirmations: calls().filter_map(question).collect(),
        change_set_ids: change_sets.filter(|id| !id.is_empty()).cloned().collect(),
    }
}

/// What the person is asked because of a call.
pub(crate) fn question(call: &v1::ToolCall) -> Option<Question> {
    let result = read(&call.result);
    Some(Question {
        id: result["confirmation_id"].as_str()?.parse().ok()?,
        tool: call.tool.clone(),
        summary: sentence(&result)?.to_owned(),
        diff: result["results"].as_array().cloned().unwrap_or_default(),
        more: result["more"].as_u64().unwrap_or_default(),
    })
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| json.into())
}

#[derive(serde::Deserialize)]
struct Profile {
    time_zone: String,
}

async fn local_time(gateway: &Gateway, guest: &Guest) -> Result<Zoned, BackendError> {
    let ask = Ask {
        method: axum::http::Method::GET,
        path: format!("/api/{}/profile", guest.identity.user),
        body: None,
        idempotency_key: None,
        if_version: None,
        dry_run: false,
        run: "",
        tool: "",
        bound_to: None,
        agreed: None,
    };
    let profile: Profile = gateway.backend.ask(&guest.caller, ask).await?.json()?;
    let zone = events::find_zone(&profile.time_zone).unwrap_or(TimeZone::UTC);
    Ok(telemetry::clock::now().to_zoned(zone))
}

/// For whoever asked.
fn as_problem(error: TurnError) -> Problem {
    let unavailable = |detail: String| Problem {
        status: 503,
        code: "unavailable".to_owned(),
        detail,
        retry_after: Some(1),
        ..Problem::default()
    };
    match error {
        TurnError::Backend(error) => problem::of_backend(error),
        TurnError::Model(error) => {
            unavailable(format!("{error}; try again with the same Idempotency-Key"))
        }
        TurnError::Interrupted(why) => {
            tracing::warn!(why, "A turn was interrupted");
            unavailable("This was interrupted; try again with the same Idempotency-Key".to_owned())
        }
        TurnError::Damaged => {
            tracing::error!("A turn cannot be read");
            Problem {
                status: 500,
                code: "internal".to_owned(),
                detail: "Something went wrong on our side".to_owned(),
                ..Problem::default()
            }
        }
    }
}
