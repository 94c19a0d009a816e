//! The tools as MCP offers them. Each request brings its own bearer, and nothing stays.

use std::{borrow::Cow, sync::Arc, time::Duration};

use proto::v1::{self, confirmation::Decision};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ElicitRequest,
        ElicitRequestParams, ElicitResult, ElicitationAction, Implementation, InputRequest,
        InputRequests, InputRequiredResult, JsonObject, ListToolsResult, PaginatedRequestParams,
        ProtocolVersion, SealOptions, ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::reply;
use crate::{
    backend::BackendError,
    call::{self, Called},
    door::Guest,
    gateway::Gateway,
    tool::{Agreed, Done, Question, Session, registry},
};

/// How long a client may keep the list of tools.
const LIST_KEPT: Duration = Duration::from_mins(5);

/// How long the person may think about a question.
const PATIENCE: Duration = Duration::from_mins(10);

/// The name of our one question.
const CONFIRM: &str = "confirm";

/// By which a client says that calls belong together, so that one undo takes all of them back.
const RUN: &str = "x-run-id";

/// Answers one request.
#[derive(Clone)]
pub struct Server {
    gateway: Arc<Gateway>,
}

impl Server {
    pub fn new(gateway: Arc<Gateway>) -> Self {
        Self { gateway }
    }

    async fn call(
        &self,
        params: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let guest = guest(context)?;
        let run = run(context)?;
        let arguments = params.arguments.unwrap_or_default();
        let tool = match registry::find(&guest.identity, &params.name) {
            Ok(tool) => tool,
            Err(trouble) => {
                let error = ErrorData::invalid_params(trouble.to_string(), None);
                return Err(self
                    .refuse(guest, &params.name, arguments, run, error)
                    .await);
            }
        };
        let bound = bound_to(&guest, tool.about.name, &arguments);
        let mut session = Session::new(
            self.gateway.backend.clone(),
            guest.caller.clone(),
            guest.identity.user,
            run,
        );
        if let Some(state) = &params.request_state {
            let answer = params.input_responses.as_ref();
            let answer = answer.and_then(|answers| answers.get(CONFIRM));
            let agreed = match self.agreed(state, answer, &bound) {
                Ok(agreed) => agreed,
                Err(error) => {
                    return Err(self
                        .refuse(guest, tool.about.name, arguments, session.run, error)
                        .await);
                }
            };
            let Some((fingerprint, key)) = agreed else {
                let result = declined();
                let record = v1::ToolCall {
                    id: Uuid::now_v7().to_string(),
                    tool: tool.about.name.to_owned(),
                    input: Value::Object(arguments).to_string(),
                    result: json!(result.structured_content).to_string(),
                    at: telemetry::clock::now().to_string(),
                    run_id: session.run,
                    ..v1::ToolCall::default()
                };
                self.gateway.recorder.keep(guest.caller, record).await;
                return Ok(result.into());
            };
            session.agreed = Some(Agreed::Question(fingerprint));
            // Its own, so that the same answer, sent again, does nothing again.
            if arguments.get("idempotency_key").is_none_or(Value::is_null) {
                session.key = Some(key);
            }
        }
        let id = Uuid::now_v7();
        let Called { result, mut record } =
            call::carry_out(tool, session, id, arguments, "mcp").await;
        let response = match result {
            Err(trouble) => reply::trouble(&trouble).into(),
            Ok(Done {
                question: Some(question),
                value,
                ..
            }) => {
                self.ask(&question, &mut record, value, &guest, &bound, context)
                    .await?
            }
            Ok(done) => reply::structured(done.value).into(),
        };
        self.gateway.recorder.keep(guest.caller, record).await;
        Ok(response)
    }

    /// Writes a call down that has not begun, and says why.
    async fn refuse(
        &self,
        guest: Guest,
        tool: &str,
        arguments: JsonObject,
        run: String,
        why: ErrorData,
    ) -> ErrorData {
        let input = Value::Object(arguments);
        let result = json!({"status": "error", "summary": why.message});
        let record = call::refused(Uuid::now_v7(), tool, &input, run, &result);
        self.gateway.recorder.keep(guest.caller, record).await;
        why
    }

    /// Has the person asked: by the client, if it can, and otherwise in the app.
    async fn ask(
        &self,
        question: &Question,
        record: &mut v1::ToolCall,
        mut value: Value,
        guest: &Guest,
        bound: &[u8],
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if can_ask(context) {
            let options = SealOptions::new().associated_data(bound).ttl(PATIENCE);
            let sealed = json!([question.fingerprint, Uuid::new_v4()]).to_string();
            let state = self.gateway.seal.seal_with(sealed.as_bytes(), &options);
            let mut requests = InputRequests::new();
            requests.insert(CONFIRM.to_owned(), elicitation(question)?);
            return Ok(InputRequiredResult::new(Some(requests), Some(state)).into());
        }
        let id = match self.keep(question, record, guest, bound).await {
            Ok(id) => id,
            Err(error) => {
                let trouble = error.into();
                record.result = call::failure(&trouble).to_string();
                record.is_error = true;
                return Ok(reply::trouble(&trouble).into());
            }
        };
        value["confirmation_id"] = json!(id);
        record.result = value.to_string();
        value["confirm_at"] = format!("{}/confirmations", self.gateway.app_url).into();
        Ok(reply::structured(value).into())
    }

    /// Keeps a call until the person has decided in the app. One that names a key asks once while
    /// that waits, however often it is sent: the id follows from it and from what is asked.
    async fn keep(
        &self,
        question: &Question,
        record: &v1::ToolCall,
        guest: &Guest,
        bound: &[u8],
    ) -> Result<Uuid, BackendError> {
        let backend = &self.gateway.backend;
        let input: Value = serde_json::from_str(&record.input).unwrap_or_default();
        let fingerprint = question.fingerprint.as_bytes();
        let mut id = if input["idempotency_key"].is_string() {
            Uuid::new_v5(&Uuid::new_v5(&guest.identity.user.0, bound), fingerprint)
        } else {
            Uuid::now_v7()
        };
        loop {
            let confirmation = call::confirmation(id, record, question);
            let asked = backend.ask_confirmation(&guest.caller, confirmation);
            if asked.await?.decision() == Decision::Unspecified {
                return Ok(id);
            }
            // What was decided stays so, or its time has passed: the next asks anew.
            id = Uuid::new_v5(&id, fingerprint);
        }
    }

    /// The fingerprint of what the person has said yes to, and the key of carrying it out; `None`
    /// is a no.
    fn agreed(
        &self,
        state: &str,
        answer: Option<&Value>,
        bound: &[u8],
    ) -> Result<Option<(String, String)>, ErrorData> {
        let invalid = |detail: &str| ErrorData::invalid_params(detail.to_owned(), None);
        let opened = self.gateway.seal.open_with(state, bound);
        let opened = opened.map_err(|_| invalid("requestState is not ours, or too old"))?;
        let sealed = serde_json::from_slice(&opened).map_err(|_| invalid("requestState"))?;
        let answer = answer.ok_or_else(|| invalid("inputResponses has no `confirm`"))?;
        let answer: ElicitResult = serde_json::from_value(answer.clone())
            .map_err(|_| invalid("inputResponses.confirm is not an answer"))?;
        let yes = answer.action == ElicitationAction::Accept
            && answer
                .content
                .is_some_and(|content| content[CONFIRM] == true);
        Ok(yes.then_some(sealed))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("taskflow", env!("CARGO_PKG_VERSION")).with_title("TaskFlow"),
            )
            .with_instructions(registry::INSTRUCTIONS)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let guest = guest(&context)?;
        let tools = registry::of(&guest.identity).map(reply::definition);
        let mut list = ListToolsResult::with_all_items(tools.collect());
        list.ttl_ms = Some(u64::try_from(LIST_KEPT.as_millis()).unwrap_or_default());
        list.cache_scope = Some(CacheScope::Private);
        Ok(list)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let call = Box::pin(self.call(params, &context));
        // Whoever stops us waits for it, also where its client has left.
        self.gateway.turns.track_future(call).await
    }

    fn get_tool(&self, name: &str) -> Option<rmcp::model::Tool> {
        let tool = registry::all().iter().find(|tool| tool.about.name == name);
        tool.map(reply::definition)
    }
}

/// Whom the door has let in.
fn guest(context: &RequestContext<RoleServer>) -> Result<Guest, ErrorData> {
    let parts = context.extensions.get::<http::request::Parts>();
    let guest = parts.and_then(|parts| parts.extensions.get::<Guest>());
    guest
        .cloned()
        .ok_or_else(|| ErrorData::internal_error("the request came in by no door", None))
}

/// The run that the client names, or one for this call alone.
fn run(context: &RequestContext<RoleServer>) -> Result<String, ErrorData> {
    let parts = context.extensions.get::<http::request::Parts>();
    let Some(named) = parts.and_then(|parts| parts.headers.get(RUN)) else {
        return Ok(format!("mcp-{}", Uuid::now_v7().simple()));
    };
    let named = named.to_str().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_turn = named.parse::<Uuid>().is_ok();
    if (1..=64).contains(&named.len()) && named.chars().all(is_plain) && !is_turn {
        return Ok(named.to_owned());
    }
    Err(ErrorData::invalid_params(
        "X-Run-Id must be 1 to 64 letters, digits, - or _, and no UUID: these are turns of the chat",
        None,
    ))
}

/// What a sealed state is good for: this caller, and this very call.
fn bound_to(guest: &Guest, tool: &str, arguments: &JsonObject) -> Vec<u8> {
    json!([guest.identity.user, guest.identity.token, tool, arguments])
        .to_string()
        .into_bytes()
}

/// Whether the client can put a question to the person between two rounds. Before 2026-07-28 that
/// took a session.
fn can_ask(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    let is_current =
        version.is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
    let elicits = context
        .client_capabilities()
        .and_then(|capabilities| capabilities.elicitation)
        .is_some_and(|modes| modes.form.is_some() || modes.url.is_none());
    is_current && elicits
}

fn elicitation(question: &Question) -> Result<InputRequest, ErrorData> {
    let lines = question.diff.iter().map(|line| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        format!("\n- {}: {}", text("change"), text("title"))
    });
    let more = match question.more {
        0 => String::new(),
        more => format!("\n… and {more} more"),
    };
    let schema = json!({
        "type": "object",
        "properties": {CONFIRM: {"type": "boolean", "title": question.sentence, "default": false}},
        "required": [CONFIRM],
    });
    let requested_schema = serde_json::from_value(schema)
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    Ok(InputRequest::Elicitation(ElicitRequest::new(
        ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: question.sentence.clone() + &lines.collect::<String>() + &more,
            requested_schema,
        },
    )))
}

fn declined() -> CallToolResult {
    reply::structured(json!({
        "status": "done",
        "summary": "The user said no: nothing has changed. Do not try another way.",
    }))
}
