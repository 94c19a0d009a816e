//! `ConversationService`: what the agent keeps here.

use events::{ChangeSetId, ConversationId, Role, TokenId, ToolCallId};
use jiff::Timestamp;
use proto::v1::{
    self, AddStepRequest, AddStepResponse, AskConfirmationRequest, AskConfirmationResponse,
    DecideConfirmationRequest, DecideConfirmationResponse, FinishTurnRequest, FinishTurnResponse,
    RecordGatheredCallsRequest, RecordGatheredCallsResponse, RecordToolCallsRequest,
    RecordToolCallsResponse, ReleaseTurnRequest, ReleaseTurnResponse, StartTurnRequest,
    StartTurnResponse, add_step_response, ask_confirmation_response, confirmation::Decision,
    conversation_service_server::ConversationService, decide_confirmation_response,
    finish_turn_response, start_turn_response,
};
use serde_json::value::RawValue;
use telemetry::correlation::CorrelationId;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    AGENT, admit,
    caller::{Asking, refused},
    gathered, uuid,
};
use crate::{
    app::App,
    confirmation::store::{self as confirmations, Confirmation, Question},
    conversation::{
        call::{self, NewCall},
        model::{Called, Planned, Said},
        store::Titled,
        turn::{self, NewTurn, Turn},
    },
    ctx::Ctx,
    error::ApiError,
};

pub(crate) struct Conversations(pub(crate) App);

impl Conversations {
    /// The message of a call, and the context of whoever asks the agent, or why there is none.
    async fn read<T>(
        &self,
        request: Request<T>,
        caller: fn(&mut T) -> Option<v1::Caller>,
    ) -> Result<(T, Result<Ctx, ApiError>), Status> {
        admit(&request, AGENT)?;
        let correlation_id = sidecar::caller(&request).correlation_id;
        let mut message = request.into_inner();
        let asking = Asking::new(caller(&mut message))?;
        let ctx = asking.ctx(&self.0, correlation_id).await;
        Ok((message, ctx))
    }

    /// Writes down the calls of one caller; says why not, if it refuses.
    pub(super) async fn record(
        &self,
        message: RecordToolCallsRequest,
        correlation_id: CorrelationId,
    ) -> Result<Option<v1::Answer>, Status> {
        let asking = Asking::new(message.caller)?;
        let claim = optional(&message.claim_id)?;
        let calls = message.calls.into_iter().map(new_call);
        let calls = calls.collect::<Result<Vec<_>, Status>>()?;
        let ctx = asking.ctx_of_records(&self.0, calls.len(), correlation_id);
        let recorded = match ctx.await {
            Ok(ctx) => call::record(&self.0, ctx, calls, claim).await,
            Err(error) => Err(error),
        };
        Ok(refusal(recorded).await)
    }
}

#[tonic::async_trait]
impl ConversationService for Conversations {
    async fn start_turn(
        &self,
        request: Request<StartTurnRequest>,
    ) -> Result<Response<StartTurnResponse>, Status> {
        use start_turn_response::Outcome;
        let caller = |message: &mut StartTurnRequest| message.caller.take();
        let (message, ctx) = self.read(request, caller).await?;
        let new = NewTurn {
            conversation: optional(&message.conversation_id)?.map(ConversationId),
            key: message.key,
            message: message.message,
            claim: uuid(&message.claim_id)?,
            lease_seconds: message.lease_seconds,
            history: message.history,
            tasks: uuids(&message.task_ids)?,
            run: optional(&message.run_id)?,
        };
        let turn = match ctx {
            Ok(ctx) => turn::start(&self.0, ctx, new).await,
            Err(error) => Err(error),
        };
        let outcome = match turn {
            Ok(turn) => Outcome::Turn(described(turn)),
            Err(error) => Outcome::Refused(refused(error).await),
        };
        let outcome = Some(outcome);
        Ok(Response::new(StartTurnResponse { outcome }))
    }

    async fn add_step(
        &self,
        request: Request<AddStepRequest>,
    ) -> Result<Response<AddStepResponse>, Status> {
        use add_step_response::Outcome;
        let caller = |message: &mut AddStepRequest| message.caller.take();
        let (message, ctx) = self.read(request, caller).await?;
        let (run, claim) = (uuid(&message.run_id)?, uuid(&message.claim_id)?);
        let planned = message.planned.into_iter().map(planned);
        let planned = planned.collect::<Result<Vec<_>, Status>>()?;
        let (step, content) = (message.step, message.content);
        let said = match ctx {
            Ok(ctx) => turn::add_step(&self.0, ctx, run, claim, step, content, planned).await,
            Err(error) => Err(error),
        };
        let outcome = match said {
            Ok(said) => Outcome::Message(message_of(said, &[])),
            Err(error) => Outcome::Refused(refused(error).await),
        };
        let outcome = Some(outcome);
        Ok(Response::new(AddStepResponse { outcome }))
    }

    async fn record_tool_calls(
        &self,
        request: Request<RecordToolCallsRequest>,
    ) -> Result<Response<RecordToolCallsResponse>, Status> {
        admit(&request, AGENT)?;
        let correlation_id = sidecar::caller(&request).correlation_id;
        let refused = self.record(request.into_inner(), correlation_id).await?;
        Ok(Response::new(RecordToolCallsResponse { refused }))
    }

    async fn record_gathered_calls(
        &self,
        request: Request<RecordGatheredCallsRequest>,
    ) -> Result<Response<RecordGatheredCallsResponse>, Status> {
        admit(&request, AGENT)?;
        let correlation_id = sidecar::caller(&request).correlation_id;
        let calls = request.into_inner().calls;
        if !(1..=call::AT_ONCE).contains(&calls.len()) {
            return Err(Status::invalid_argument("not 1 to 100 calls"));
        }
        let outcomes = gathered::record(self, calls, &correlation_id).await;
        Ok(Response::new(RecordGatheredCallsResponse { outcomes }))
    }

    async fn finish_turn(
        &self,
        request: Request<FinishTurnRequest>,
    ) -> Result<Response<FinishTurnResponse>, Status> {
        use finish_turn_response::Outcome;
        let caller = |message: &mut FinishTurnRequest| message.caller.take();
        let (message, ctx) = self.read(request, caller).await?;
        let (run, claim) = (uuid(&message.run_id)?, uuid(&message.claim_id)?);
        let tasks = uuids(&message.task_ids)?;
        let said = match ctx {
            Ok(ctx) => turn::finish(&self.0, ctx, run, claim, message.content, tasks).await,
            Err(error) => Err(error),
        };
        let outcome = match said {
            Ok(said) => Outcome::Message(message_of(said, &[])),
            Err(error) => Outcome::Refused(refused(error).await),
        };
        let outcome = Some(outcome);
        Ok(Response::new(FinishTurnResponse { outcome }))
    }

    async fn release_turn(
        &self,
        request: Request<ReleaseTurnRequest>,
    ) -> Result<Response<ReleaseTurnResponse>, Status> {
        let caller = |message: &mut ReleaseTurnRequest| message.caller.take();
        let (message, ctx) = self.read(request, caller).await?;
        let (run, claim) = (uuid(&message.run_id)?, uuid(&message.claim_id)?);
        let released = match ctx {
            Ok(ctx) => turn::release(&self.0, ctx, run, claim).await,
            Err(error) => Err(error),
        };
        let refused = refusal(released).await;
        Ok(Response::new(ReleaseTurnResponse { refused }))
    }

    async fn ask_confirmation(
        &self,
        request: Request<AskConfirmationRequest>,
    ) -> Result<Response<AskConfirmationResponse>, Status> {
        use ask_confirmation_response::Outcome;
        let caller = |message: &mut AskConfirmationRequest| message.caller.take();
        let (message, ctx) = self.read(request, caller).await?;
        let wanted = message.confirmation;
        let wanted = wanted.ok_or_else(|| Status::invalid_argument("no confirmation"))?;
        let question = Question {
            id: uuid(&wanted.id)?,
            tool: wanted.tool,
            input: wanted.input,
            preview: wanted.preview,
            run_id: Some(wanted.run_id).filter(|run| !run.is_empty()),
            conversation_id: optional(&wanted.conversation_id)?.map(ConversationId),
            fingerprint: wanted.fingerprint,
            token: optional(&wanted.token_id)?.map(TokenId),
        };
        let asked = match ctx {
            Ok(ctx) => confirmations::ask(&self.0.pool, &ctx, question)
                .await
                .map(|asked| confirmation(asked, ctx.now)),
            Err(error) => Err(error),
        };
        let outcome = match asked {
            Ok(asked) => Outcome::Confirmation(asked),
            Err(error) => Outcome::Refused(refused(error).await),
        };
        let outcome = Some(outcome);
        Ok(Response::new(AskConfirmationResponse { outcome }))
    }

    async fn decide_confirmation(
        &self,
        request: Request<DecideConfirmationRequest>,
    ) -> Result<Response<DecideConfirmationResponse>, Status> {
        use decide_confirmation_response::Outcome;
        let caller = |message: &mut DecideConfirmationRequest| message.caller.take();
        let (message, ctx) = self.read(request, caller).await?;
        let id = uuid(&message.id)?;
        let decided = match ctx {
            Ok(ctx) => confirmations::decide(&self.0.pool, &ctx, id, message.yes)
                .await
                .map(|decided| confirmation(decided, ctx.now)),
            Err(error) => Err(error),
        };
        let outcome = match decided {
            Ok(decided) => Outcome::Confirmation(decided),
            Err(error) => Outcome::Refused(refused(error).await),
        };
        let outcome = Some(outcome);
        Ok(Response::new(DecideConfirmationResponse { outcome }))
    }
}

async fn refusal(done: Result<(), ApiError>) -> Option<v1::Answer> {
    match done {
        Ok(()) => None,
        Err(error) => Some(refused(error).await),
    }
}

fn optional(text: &str) -> Result<Option<Uuid>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    uuid(text).map(Some)
}

fn uuids(texts: &[String]) -> Result<Vec<Uuid>, Status> {
    texts.iter().map(|text| uuid(text)).collect()
}

fn planned(call: v1::PlannedCall) -> Result<Planned, Status> {
    Ok(Planned {
        id: ToolCallId(uuid(&call.id)?),
        tool: call.tool,
        input: call.input,
        model_call_id: call.model_call_id,
    })
}

fn new_call(call: v1::ToolCall) -> Result<NewCall, Status> {
    let called_at: Result<Timestamp, _> = call.at.parse();
    Ok(NewCall {
        id: ToolCallId(uuid(&call.id)?),
        tool: call.tool,
        input: call.input,
        result: call.result,
        is_error: call.is_error,
        change_set_id: optional(&call.change_set_id)?.map(ChangeSetId),
        tasks: uuids(&call.task_ids)?,
        called_at: called_at.map_err(|_| Status::invalid_argument("`at` is no time"))?,
        duration_ms: call.duration_ms,
        run_id: Some(call.run_id).filter(|run| !run.is_empty()),
        conversation_id: optional(&call.conversation_id)?.map(ConversationId),
    })
}

fn described(turn: Turn) -> v1::Turn {
    let calls = turn.calls;
    let messages = |said: Vec<Said>| {
        let said = said.into_iter();
        said.map(|said| message_of(said, &calls)).collect()
    };
    v1::Turn {
        run_id: turn.run_id.to_string(),
        history: messages(turn.history),
        messages: messages(turn.messages),
        conversation: Some(conversation(turn.conversation)),
        is_done: turn.is_done,
    }
}

fn conversation(titled: Titled) -> v1::Conversation {
    let conversation = titled.conversation;
    v1::Conversation {
        id: conversation.id.to_string(),
        title: titled.title,
        created_at: conversation.created_at.to_string(),
        updated_at: conversation.updated_at.to_string(),
        archived_at: text(conversation.archived_at),
    }
}

fn message_of(said: Said, calls: &[Called]) -> v1::Message {
    let calls = said.calls(calls).map(tool_call).collect();
    let message = said.message;
    let role = match message.role {
        Role::User => v1::Role::User,
        Role::Assistant => v1::Role::Assistant,
    };
    v1::Message {
        id: message.id.to_string(),
        role: role.into(),
        content: said.content.unwrap_or_default(),
        created_at: message.created_at.to_string(),
        run_id: message.run_id.to_string(),
        planned: said
            .planned
            .into_iter()
            .map(|call| v1::PlannedCall {
                id: call.id.to_string(),
                tool: call.tool,
                input: call.input,
                model_call_id: call.model_call_id,
            })
            .collect(),
        calls,
        task_ids: message.task_ids.iter().map(ToString::to_string).collect(),
    }
}

fn tool_call(called: &Called) -> v1::ToolCall {
    let json = |json: &Option<Box<RawValue>>| {
        json.as_deref()
            .map(RawValue::get)
            .unwrap_or_default()
            .to_owned()
    };
    let call = &called.call;
    v1::ToolCall {
        id: call.id.to_string(),
        tool: call.tool.clone(),
        input: json(&called.input),
        result: json(&called.result),
        is_error: call.is_error,
        change_set_id: text(call.change_set_id),
        task_ids: call.task_ids.iter().map(ToString::to_string).collect(),
        at: call.called_at.to_string(),
        duration_ms: call.duration_ms,
        run_id: call.run_id.clone().unwrap_or_default(),
        conversation_id: text(call.conversation_id),
    }
}

fn confirmation(confirmation: Confirmation, now: Timestamp) -> v1::Confirmation {
    let decision = match confirmation.said_yes {
        Some(true) => Decision::Yes,
        Some(false) => Decision::No,
        None if confirmation.expires_at <= now => Decision::Expired,
        None => Decision::Unspecified,
    };
    v1::Confirmation {
        id: confirmation.id.to_string(),
        tool: confirmation.tool,
        input: confirmation.input.get().to_owned(),
        preview: confirmation.preview.get().to_owned(),
        run_id: confirmation.run_id.unwrap_or_default(),
        conversation_id: text(confirmation.conversation_id),
        expires_at: confirmation.expires_at.to_string(),
        decision: decision.into(),
        fingerprint: confirmation.fingerprint,
        created_at: confirmation.created_at.to_string(),
        token_id: text(confirmation.token),
    }
}

/// Empty where there is none.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
