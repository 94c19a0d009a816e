//! Turns of conversations, tool calls and confirmations, as the backend keeps them.

use proto::v1::{
    self, add_step_response, ask_confirmation_response, decide_confirmation_response,
    finish_turn_response, start_turn_response,
};
use tonic::Code;
use uuid::Uuid;

use super::{Backend, BackendError, Problem, unless_refused, within_deadline};
use crate::caller::Caller;

/// How long a turn stays ours when nothing is heard of it. Between two signs of life lies one
/// answer of the model or one tool call.
const LEASE_SECONDS: u32 = 90;

/// Messages of before that the model is told.
const HISTORY: u32 = 40;

/// A turn that is ours, or that was answered before.
#[derive(Debug)]
pub struct Turn {
    pub run_id: String,
    pub conversation: v1::Conversation,
    /// From before the turn, oldest first.
    pub history: Vec<v1::Message>,
    /// The user's message, then the steps; the answer last, when it is done.
    pub messages: Vec<v1::Message>,
    pub is_done: bool,
    pub claim: Claim,
}

/// Which turn is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// That of a request: a new one with the user's message, or the one that it has begun before.
    OfKey { key: &'a str, message: &'a str },
    /// One that is there.
    OfRun(Uuid),
}

/// By which a turn is held.
#[derive(Clone, Copy, Debug)]
pub struct Claim(Uuid);

impl Backend {
    /// Adds the user's message, unless it is there, and claims its turn.
    pub async fn start_turn(
        &self,
        caller: &Caller,
        conversation: Option<Uuid>,
        which: Which<'_>,
    ) -> Result<Turn, BackendError> {
        let claim = Claim(Uuid::new_v4());
        let (key, message, run) = match which {
            Which::OfKey { key, message } => (key, message, None),
            Which::OfRun(run) => ("", "", Some(run)),
        };
        let request = v1::StartTurnRequest {
            caller: Some(caller.on_wire("", "")),
            conversation_id: conversation.map(|id| id.to_string()).unwrap_or_default(),
            key: key.to_owned(),
            message: message.to_owned(),
            claim_id: claim.0.to_string(),
            lease_seconds: LEASE_SECONDS,
            history: HISTORY,
            task_ids: Vec::new(),
            run_id: run.map(|run| run.to_string()).unwrap_or_default(),
        };
        let mut client = self.conversations.clone();
        let started = self
            .call(client.start_turn(within_deadline(request)))
            .await?;
        match started.outcome.ok_or(BackendError::Malformed("outcome"))? {
            start_turn_response::Outcome::Refused(answer) => refused(&answer),
            start_turn_response::Outcome::Turn(turn) => Ok(Turn {
                run_id: turn.run_id,
                conversation: turn
                    .conversation
                    .ok_or(BackendError::Malformed("conversation"))?,
                history: turn.history,
                messages: turn.messages,
                is_done: turn.is_done,
                claim,
            }),
        }
    }

    /// Writes down what the model wants to do, before it is done; returns what stands there.
    pub async fn add_step(
        &self,
        caller: &Caller,
        turn: &Turn,
        step: u32,
        content: &str,
        planned: Vec<v1::PlannedCall>,
    ) -> Result<v1::Message, BackendError> {
        let request = v1::AddStepRequest {
            caller: Some(caller.on_wire(&turn.run_id, "")),
            run_id: turn.run_id.clone(),
            claim_id: turn.claim.0.to_string(),
            step,
            content: content.to_owned(),
            planned,
        };
        let mut client = self.conversations.clone();
        let added = self.call(client.add_step(within_deadline(request))).await?;
        match added.outcome.ok_or(BackendError::Malformed("outcome"))? {
            add_step_response::Outcome::Refused(answer) => refused(&answer),
            add_step_response::Outcome::Message(message) => Ok(message),
        }
    }

    /// Writes down tool calls outside of turns; says of each whether that was done.
    pub async fn record_gathered(
        &self,
        calls: &[(&Caller, &v1::ToolCall)],
    ) -> Vec<Result<(), BackendError>> {
        let gathered = calls.iter().map(|&(caller, call)| v1::GatheredCall {
            caller: Some(caller.on_wire("", "")),
            call: Some(call.clone()),
        });
        let request = v1::RecordGatheredCallsRequest {
            calls: gathered.collect(),
        };
        let mut client = self.conversations.clone();
        let recorded = self.call(client.record_gathered_calls(within_deadline(request)));
        match recorded.await {
            Ok(recorded) if recorded.outcomes.len() == calls.len() => {
                let outcomes = recorded.outcomes.into_iter();
                outcomes.map(|it| unless_refused(it.refused)).collect()
            }
            Ok(_) => vec![Err(BackendError::Malformed("outcomes")); calls.len()],
            // During an upgrade it may be one of before, which is told of them one by one. That it
            // does not know a method our services say as "not found" (`sidecar::serve`).
            Err(BackendError::Unreachable(status)) if status.code() == Code::NotFound => {
                let mut outcomes = Vec::with_capacity(calls.len());
                for &(caller, call) in calls {
                    outcomes.push(self.record_calls(caller, vec![call.clone()], None).await);
                }
                outcomes
            }
            Err(error) => vec![Err(error); calls.len()],
        }
    }

    /// Writes down what came of tool calls. Without a claim they are of no turn.
    pub async fn record_calls(
        &self,
        caller: &Caller,
        calls: Vec<v1::ToolCall>,
        claim: Option<Claim>,
    ) -> Result<(), BackendError> {
        let request = v1::RecordToolCallsRequest {
            caller: Some(caller.on_wire("", "")),
            calls,
            claim_id: claim.map(|claim| claim.0.to_string()).unwrap_or_default(),
        };
        let mut client = self.conversations.clone();
        let recorded = self.call(client.record_tool_calls(within_deadline(request)));
        unless_refused(recorded.await?.refused)
    }

    /// Adds the answer, which is about some tasks, and ends the turn.
    pub async fn finish_turn(
        &self,
        caller: &Caller,
        turn: &Turn,
        content: &str,
        task_ids: Vec<String>,
    ) -> Result<v1::Message, BackendError> {
        let request = v1::FinishTurnRequest {
            caller: Some(caller.on_wire(&turn.run_id, "")),
            run_id: turn.run_id.clone(),
            claim_id: turn.claim.0.to_string(),
            content: content.to_owned(),
            task_ids,
        };
        let mut client = self.conversations.clone();
        let finished = self
            .call(client.finish_turn(within_deadline(request)))
            .await?;
        match finished.outcome.ok_or(BackendError::Malformed("outcome"))? {
            finish_turn_response::Outcome::Refused(answer) => refused(&answer),
            finish_turn_response::Outcome::Message(message) => Ok(message),
        }
    }

    /// Lets go of a turn, so that whoever asks again need not wait for the lease to lapse.
    pub async fn release_turn(
        &self,
        caller: &Caller,
        run_id: &str,
        claim: Claim,
    ) -> Result<(), BackendError> {
        let request = v1::ReleaseTurnRequest {
            caller: Some(caller.on_wire(run_id, "")),
            run_id: run_id.to_owned(),
            claim_id: claim.0.to_string(),
        };
        let mut client = self.conversations.clone();
        let released = self.call(client.release_turn(within_deadline(request)));
        unless_refused(released.await?.refused)
    }

    /// Keeps a call until the user has decided about it.
    pub async fn ask_confirmation(
        &self,
        caller: &Caller,
        confirmation: v1::Confirmation,
    ) -> Result<v1::Confirmation, BackendError> {
        let request = v1::AskConfirmationRequest {
            caller: Some(caller.on_wire(&confirmation.run_id, &confirmation.tool)),
            confirmation: Some(confirmation),
        };
        let mut client = self.conversations.clone();
        let asked = self.call(client.ask_confirmation(within_deadline(request)));
        match asked
            .await?
            .outcome
            .ok_or(BackendError::Malformed("outcome"))?
        {
            ask_confirmation_response::Outcome::Refused(answer) => refused(&answer),
            ask_confirmation_response::Outcome::Confirmation(kept) => Ok(kept),
        }
    }

    /// The user's own decision, or the one that was made before.
    pub async fn decide(
        &self,
        caller: &Caller,
        id: Uuid,
        yes: bool,
    ) -> Result<v1::Confirmation, BackendError> {
        let request = v1::DecideConfirmationRequest {
            caller: Some(caller.on_wire("", "")),
            id: id.to_string(),
            yes,
        };
        let mut client = self.conversations.clone();
        let decided = self.call(client.decide_confirmation(within_deadline(request)));
        match decided
            .await?
            .outcome
            .ok_or(BackendError::Malformed("outcome"))?
        {
            decide_confirmation_response::Outcome::Refused(answer) => refused(&answer),
            decide_confirmation_response::Outcome::Confirmation(decided) => Ok(decided),
        }
    }
}

fn refused<T>(answer: &v1::Answer) -> Result<T, BackendError> {
    Err(Problem::read(answer).into())
}
