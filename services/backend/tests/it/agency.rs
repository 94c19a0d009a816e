//! Somebody who asks the agent, and the agent that asks the backend for them, without a sidecar.

use backend::config::Config;
use events::UserId;
use proto::v1::{
    self, AddStepRequest, Answer, CallRequest, CallResponse, Caller, FinishTurnRequest, Message,
    PlannedCall, StartTurnRequest, ToolCall, Turn, add_step_response,
    api_service_server::ApiService, conversation_service_server::ConversationService,
    finish_turn_response, start_turn_response,
};
use serde_json::Value;
use sqlx::PgPool;
use testing::{Client, Site};
use tonic::Request;
use uuid::Uuid;

use crate::desk;

pub(crate) struct Agency<A, C> {
    pub(crate) api: A,
    pub(crate) conversations: C,
    pub(crate) site: Site,
}

pub(crate) async fn open(
    pool: &PgPool,
) -> Agency<impl ApiService + use<>, impl ConversationService + use<>> {
    with(pool, &desk::config()).await
}

pub(crate) async fn with(
    pool: &PgPool,
    config: &Config,
) -> Agency<impl ApiService + use<>, impl ConversationService + use<>> {
    let (api, conversations) = backend::agent_services(config, pool.clone()).unwrap();
    Agency {
        api,
        conversations,
        site: desk::open(pool).await,
    }
}

pub(crate) fn by<T>(app_id: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert("dapr-caller-app-id", app_id.parse().unwrap());
    metadata.insert("x-correlation-id", "asked-by-the-agent".parse().unwrap());
    request
}

pub(crate) fn as_agent<T>(message: T) -> Request<T> {
    by("taskflow-agent", message)
}

/// Whoever shows this client's token.
pub(crate) fn caller(client: &Client) -> Caller {
    let token = client.token.as_deref();
    Caller {
        authorization: token.map_or_else(String::new, |token| format!("Bearer {token}")),
        client_address: "192.0.2.7".to_owned(),
        run_id: String::new(),
        tool: String::new(),
    }
}

pub(crate) fn call(client: &Client, method: &str, path: &str, body: &Value) -> CallRequest {
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    CallRequest {
        caller: Some(caller(client)),
        method: method.to_owned(),
        path: format!("/api/{}{path}", client.user),
        headers: vec![header("content-type", "application/json")],
        body,
        ..CallRequest::default()
    }
}

/// The same by one of the agent's tools, in a run.
pub(crate) fn by_tool(
    client: &Client,
    run: &str,
    (method, path, body): (&str, &str, &Value),
) -> CallRequest {
    let mut call = call(client, method, path, body);
    if let Some(caller) = &mut call.caller {
        run.clone_into(&mut caller.run_id);
        "batch_tasks".clone_into(&mut caller.tool);
    }
    call
}

pub(crate) fn header(name: &str, value: &str) -> v1::Header {
    v1::Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub(crate) fn head<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut headers = answer.headers.iter();
    let header = headers.find(|header| header.name == name)?;
    Some(&header.value)
}

/// What is asked must be answered so.
pub(crate) fn json(answer: &Answer, status: u32) -> Value {
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{text}");
    if answer.body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(&answer.body).unwrap()
}

/// A problem with this status and code.
pub(crate) fn problem(answer: &Answer, status: u32, code: &str) -> Value {
    let problem = json(answer, status);
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(
        head(answer, "content-type"),
        Some("application/problem+json")
    );
    problem
}

impl<A: ApiService, C: ConversationService> Agency<A, C> {
    pub(crate) async fn send(&self, call: CallRequest) -> Answer {
        self.try_out(call).await.answer.unwrap()
    }

    /// The answer, and what the user is to be asked.
    pub(crate) async fn try_out(&self, call: CallRequest) -> CallResponse {
        self.api.call(as_agent(call)).await.unwrap().into_inner()
    }

    pub(crate) async fn ask(
        &self,
        client: &Client,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        self.send(call(client, method, path, body)).await
    }

    pub(crate) async fn start(&self, request: StartTurnRequest) -> Result<Turn, Answer> {
        let answer = self.conversations.start_turn(as_agent(request)).await;
        match answer.unwrap().into_inner().outcome.unwrap() {
            start_turn_response::Outcome::Turn(turn) => Ok(turn),
            start_turn_response::Outcome::Refused(answer) => Err(answer),
        }
    }

    pub(crate) async fn step(&self, request: AddStepRequest) -> Result<Message, Answer> {
        let answer = self.conversations.add_step(as_agent(request)).await;
        match answer.unwrap().into_inner().outcome.unwrap() {
            add_step_response::Outcome::Message(message) => Ok(message),
            add_step_response::Outcome::Refused(answer) => Err(answer),
        }
    }

    pub(crate) async fn record(
        &self,
        client: &Client,
        claim: &str,
        calls: Vec<ToolCall>,
    ) -> Result<(), Answer> {
        let request = v1::RecordToolCallsRequest {
            caller: Some(caller(client)),
            calls,
            claim_id: claim.to_owned(),
        };
        let answer = self
            .conversations
            .record_tool_calls(as_agent(request))
            .await;
        answer.unwrap().into_inner().refused.map_or(Ok(()), Err)
    }

    /// Why each of the calls, all outside of turns, was not written down, if it was not.
    pub(crate) async fn record_gathered(
        &self,
        calls: Vec<(&Client, ToolCall)>,
    ) -> Vec<Option<Answer>> {
        let calls = calls.into_iter().map(|(client, call)| v1::GatheredCall {
            caller: Some(caller(client)),
            call: Some(call),
        });
        let request = v1::RecordGatheredCallsRequest {
            calls: calls.collect(),
        };
        let answer = self
            .conversations
            .record_gathered_calls(as_agent(request))
            .await;
        let outcomes = answer.unwrap().into_inner().outcomes;
        outcomes.into_iter().map(|it| it.refused).collect()
    }

    pub(crate) async fn finish(&self, request: FinishTurnRequest) -> Result<Message, Answer> {
        let answer = self.conversations.finish_turn(as_agent(request)).await;
        match answer.unwrap().into_inner().outcome.unwrap() {
            finish_turn_response::Outcome::Message(message) => Ok(message),
            finish_turn_response::Outcome::Refused(answer) => Err(answer),
        }
    }

    /// A whole turn in which the agent carries out one request to REST.
    pub(crate) async fn converse(
        &self,
        client: &Client,
        conversation: &str,
        said: &str,
        (method, path, body): (&str, &str, Value),
        answer: &str,
    ) -> Turn {
        let request = new_turn(client, conversation, &Uuid::new_v4().to_string(), said);
        let claim = request.claim_id.clone();
        let turn = self.start(request).await.unwrap();
        let planned = planned("a_tool", &body.to_string());
        let step = step(client, &turn, &claim, 1, vec![planned.clone()]);
        self.step(step).await.unwrap();
        let mut call = call(client, method, path, &body);
        call.caller
            .as_mut()
            .unwrap()
            .run_id
            .clone_from(&turn.run_id);
        call.headers.push(header("idempotency-key", &planned.id));
        let done = self.send(call).await;
        assert!(done.status < 300, "{}", json(&done, 0));
        let called = ToolCall {
            change_set_id: head(&done, "x-change-set-id")
                .unwrap_or_default()
                .to_owned(),
            result: String::from_utf8(done.body.clone()).unwrap(),
            ..called(&turn, &planned)
        };
        self.record(client, &claim, vec![called]).await.unwrap();
        self.finish(finish(client, &turn, &claim, answer))
            .await
            .unwrap();
        turn
    }
}

pub(crate) fn new_turn(
    client: &Client,
    conversation: &str,
    key: &str,
    message: &str,
) -> StartTurnRequest {
    StartTurnRequest {
        caller: Some(caller(client)),
        conversation_id: conversation.to_owned(),
        key: key.to_owned(),
        message: message.to_owned(),
        claim_id: Uuid::new_v4().to_string(),
        lease_seconds: 60,
        history: 50,
        ..StartTurnRequest::default()
    }
}

pub(crate) fn planned(tool: &str, input: &str) -> PlannedCall {
    PlannedCall {
        id: Uuid::new_v4().to_string(),
        tool: tool.to_owned(),
        input: input.to_owned(),
        model_call_id: "call_1".to_owned(),
    }
}

pub(crate) fn step(
    client: &Client,
    turn: &Turn,
    claim: &str,
    step: u32,
    planned: Vec<PlannedCall>,
) -> AddStepRequest {
    AddStepRequest {
        caller: Some(caller(client)),
        run_id: turn.run_id.clone(),
        claim_id: claim.to_owned(),
        step,
        content: String::new(),
        planned,
    }
}

/// A call of the turn as it was planned, with an answer.
pub(crate) fn called(turn: &Turn, planned: &PlannedCall) -> ToolCall {
    ToolCall {
        id: planned.id.clone(),
        tool: planned.tool.clone(),
        input: planned.input.clone(),
        result: r#"{"ok":true}"#.to_owned(),
        is_error: false,
        change_set_id: String::new(),
        task_ids: Vec::new(),
        at: "2026-11-21T09:00:00.123456789Z".to_owned(),
        duration_ms: 7,
        run_id: turn.run_id.clone(),
        conversation_id: conversation_id(turn),
    }
}

pub(crate) fn finish(
    client: &Client,
    turn: &Turn,
    claim: &str,
    content: &str,
) -> FinishTurnRequest {
    FinishTurnRequest {
        caller: Some(caller(client)),
        run_id: turn.run_id.clone(),
        claim_id: claim.to_owned(),
        content: content.to_owned(),
        task_ids: Vec::new(),
    }
}

pub(crate) fn conversation_id(turn: &Turn) -> String {
    turn.conversation.as_ref().unwrap().id.clone()
}

/// The data of a user's events of a type, in order.
pub(crate) async fn told(pool: &PgPool, user: UserId, event_type: &str) -> Vec<Value> {
    sqlx::query_scalar(
        "select data::jsonb from taskflow.events where user_id = $1 and event_type = $2 order by seq",
    )
    .bind(user.0)
    .bind(event_type)
    .fetch_all(pool)
    .await
    .unwrap()
}
