//! A language model that says what it was told to, over OpenAI's HTTP API.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail, ensure};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The one key that it takes.
pub const MODEL_KEY: &str = "sk-canary-of-the-model";

/// What it says next.
#[derive(Clone, Debug)]
pub enum Turn {
    /// The answer, word by word.
    Say(String),
    /// Tools with their arguments, as the model writes them: JSON or not.
    Call(Vec<(String, String)>),
    /// An error instead.
    Status(u16),
    /// Some words, and then nothing for ever.
    Hang(String),
    /// Some words, and then the connection breaks.
    BreakOff(String),
}

/// A running model. Clones share it.
#[derive(Clone)]
pub struct FakeModel {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    scripts: Mutex<HashMap<String, Script>>,
    /// Requests that no client of OpenAI's would send.
    complaints: Mutex<Vec<String>>,
    /// Answers that are being given.
    open: watch::Sender<usize>,
}

#[derive(Default)]
struct Script {
    turns: Vec<Turn>,
    /// How many of them were given; the last is given again and again.
    given: usize,
    asked: Vec<Value>,
}

impl FakeModel {
    pub async fn start() -> Result<Self> {
        Self::start_at(Ipv4Addr::LOCALHOST.into()).await
    }

    /// At another address of this machine, where others than it find it.
    pub async fn start_at(address: IpAddr) -> Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let model = Self {
            address: listener.local_addr()?,
            shared: Arc::default(),
        };
        let app = axum::Router::new()
            .route("/v1/chat/completions", axum::routing::post(complete))
            .with_state(model.clone());
        tokio::spawn(axum::serve(listener, app).into_future());
        Ok(model)
    }

    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// For `OPENAI_BASE_URL`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it says in the turn of a message, which must be nobody else's.
    pub fn on(&self, message: &str, turns: Vec<Turn>) {
        let script = Script {
            turns,
            ..Script::default()
        };
        lock(&self.shared.scripts).insert(message.to_owned(), script);
    }

    /// What it was asked in the turn of a message.
    pub fn asked(&self, message: &str) -> Vec<Value> {
        let scripts = lock(&self.shared.scripts);
        scripts
            .get(message)
            .map_or(Vec::new(), |it| it.asked.clone())
    }

    /// Requests that were not as OpenAI's own clients send them.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.shared.complaints).clone()
    }

    /// All that it was asked.
    pub fn all_asked(&self) -> Vec<Value> {
        let scripts = lock(&self.shared.scripts);
        scripts.values().flat_map(|it| it.asked.clone()).collect()
    }

    /// How many answers are being given at the moment.
    pub fn open(&self) -> watch::Receiver<usize> {
        self.shared.open.subscribe()
    }

    fn next(&self, request: &Value) -> Result<Turn> {
        let messages = list(&request["messages"]);
        let of_user = messages.iter().rev().find(|it| it["role"] == "user");
        let message = of_user.and_then(|it| it["content"].as_str());
        let Some(message) = message else {
            bail!("nobody has said anything");
        };
        let mut scripts = lock(&self.shared.scripts);
        let Some(script) = scripts.get_mut(message) else {
            bail!("nobody told what to say to {message:?}");
        };
        script.asked.push(request.clone());
        let last = script.turns.len().saturating_sub(1);
        let turn = script.turns.get(script.given.min(last)).cloned();
        script.given += 1;
        turn.ok_or_else(|| anyhow::anyhow!("an empty script"))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

async fn complete(State(model): State<FakeModel>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = headers.get(header::AUTHORIZATION);
    if authorization.is_none_or(|it| it != &format!("Bearer {MODEL_KEY}")) {
        return refuse(401, "Incorrect API key provided");
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let turn = check(&request).and_then(|()| model.next(&request));
    let turn = match turn {
        Ok(turn) => turn,
        Err(error) => {
            lock(&model.shared.complaints).push(format!("{error}: {request}"));
            return refuse(400, &error.to_string());
        }
    };
    match turn {
        Turn::Status(status) => refuse(status, "as it was told to"),
        Turn::Say(text) => answer(&model, said(&text)),
        Turn::Call(calls) => answer(&model, called(&calls)),
        Turn::Hang(text) => {
            let words = stream::iter(words(&text)).map(Ok).chain(stream::pending());
            answer_with(&model, words)
        }
        Turn::BreakOff(text) => answer_with(&model, stream::iter(words(&text)).map(Ok)),
    }
}

fn refuse(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = json!({"error": {"message": message, "type": "fake", "param": null, "code": null}});
    (status, Json(error)).into_response()
}

fn answer(model: &FakeModel, chunks: Vec<Value>) -> Response {
    let end = stream::iter(["data: [DONE]\n\n".to_owned()]);
    let events = chunks.into_iter().map(|chunk| format!("data: {chunk}\n\n"));
    answer_with(model, stream::iter(events).chain(end).map(Ok))
}

fn answer_with(
    model: &FakeModel,
    events: impl Stream<Item = Result<String, Infallible>> + Send + 'static,
) -> Response {
    let open = Open::new(model);
    let events = events.map(move |event| {
        let _ = &open;
        event
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(events)).into_response()
}

/// Counts an answer for as long as the client has it.
struct Open(Arc<Shared>);

impl Open {
    fn new(model: &FakeModel) -> Self {
        model.shared.open.send_modify(|open| *open += 1);
        Self(Arc::clone(&model.shared))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

fn chunk(delta: &Value, finish_reason: &Value) -> Value {
    json!({
        "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": "fake",
        "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason}],
    })
}

fn words(text: &str) -> Vec<String> {
    let words = text.split_inclusive(' ');
    let chunks = words.map(|word| chunk(&json!({"content": word}), &Value::Null));
    chunks.map(|chunk| format!("data: {chunk}\n\n")).collect()
}

fn said(text: &str) -> Vec<Value> {
    let first = chunk(&json!({"role": "assistant", "content": ""}), &Value::Null);
    let words = text.split_inclusive(' ');
    let words = words.map(|word| chunk(&json!({"content": word}), &Value::Null));
    let last = chunk(&json!({}), &"stop".into());
    [first]
        .into_iter()
        .chain(words)
        .chain([last, usage()])
        .collect()
}

/// Arguments come in pieces, as OpenAI sends them.
fn called(calls: &[(String, String)]) -> Vec<Value> {
    let mut chunks = vec![chunk(
        &json!({"role": "assistant", "content": null}),
        &Value::Null,
    )];
    for (index, (tool, arguments)) in calls.iter().enumerate() {
        let id = format!("call_{index}_{}", uuid::Uuid::new_v4().simple());
        let function = json!({"name": tool, "arguments": ""});
        let begun = json!([{"index": index, "id": id, "type": "function", "function": function}]);
        chunks.push(chunk(&json!({"tool_calls": begun}), &Value::Null));
        let middle = arguments.floor_char_boundary(arguments.len() / 2);
        for piece in [&arguments[..middle], &arguments[middle..]] {
            let more = json!([{"index": index, "function": {"arguments": piece}}]);
            chunks.push(chunk(&json!({"tool_calls": more}), &Value::Null));
        }
    }
    chunks.push(chunk(&json!({}), &"tool_calls".into()));
    chunks.push(usage());
    chunks
}

fn usage() -> Value {
    json!({
        "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": "fake",
        "choices": [],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    })
}

/// Whether it is a request as OpenAI's own clients send them (`openai` 2, `chat.completions`).
fn check(request: &Value) -> Result<()> {
    ensure!(request["model"].is_string(), "`model` is no text");
    ensure!(request["stream"] == true, "`stream` is not true");
    let messages = list(&request["messages"]);
    ensure!(!messages.is_empty(), "no messages");
    ensure!(
        messages[0]["role"] == "system",
        "the first message is not the system's"
    );
    let mut expected: Vec<&str> = Vec::new();
    for message in messages {
        let role = message["role"].as_str().unwrap_or_default();
        if role == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let at = expected.iter().position(|expected| *expected == id);
            let Some(at) = at else {
                bail!("an answer to a call that was not made: {id}");
            };
            expected.remove(at);
            ensure!(message["content"].is_string(), "a tool says nothing");
            continue;
        }
        ensure!(expected.is_empty(), "a call without an answer");
        ensure!(
            ["system", "user", "assistant"].contains(&role),
            "role {role}"
        );
        ensure!(message["content"].is_string(), "{role} says nothing");
        if !message["tool_calls"].is_null() {
            ensure!(role == "assistant", "{role} calls tools");
            for call in list(&message["tool_calls"]) {
                ensure!(call["type"] == "function", "a call of another type");
                ensure!(
                    call["function"]["arguments"].is_string(),
                    "arguments are no text"
                );
                ensure!(call["function"]["name"].is_string(), "no name");
                expected.extend(call["id"].as_str());
            }
        }
    }
    ensure!(expected.is_empty(), "a call without an answer at the end");
    for tool in list(&request["tools"]) {
        let function = &tool["function"];
        ensure!(tool["type"] == "function", "a tool of another type");
        let name = function["name"].as_str().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        ensure!(
            (1..=64).contains(&name.len()) && name.chars().all(is_name),
            "tool {name:?}"
        );
        ensure!(
            function["description"].is_string(),
            "{name} has no description"
        );
        ensure!(
            function["parameters"]["type"] == "object",
            "{name} takes no object"
        );
    }
    Ok(())
}
