//! A language model behind any endpoint that speaks OpenAI's chat completions.

use std::{collections::BTreeMap, time::Duration};

use async_openai::{Client, config::OpenAIConfig, error::OpenAIError};
use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{
    model::{Asked, Limits, ModelError, Prompt, Reply, Said},
    prompt,
};
use crate::{config::ModelArgs, measured, tool::Tool};

const CONNECT: Duration = Duration::from_secs(5);

/// Longer silence inside an answer means that it has broken off.
const SILENCE: Duration = Duration::from_secs(30);

/// The longest answer that is kept, in bytes: with every `![` made harmless, it is as long still as
/// the backend takes it.
const MAX_TEXT: usize = 40 * 1024;

/// The longest arguments of one call that are kept, in bytes.
const MAX_INPUT: usize = 60 * 1024;

/// And of all calls of an answer together.
const MAX_INPUTS: usize = 240 * 1024;

/// Calls of one answer.
const MAX_CALLS: usize = 32;

/// A language model.
pub struct OpenAi {
    client: Client<OpenAIConfig>,
    model: String,
    timeout: Duration,
    limits: Limits,
}

/// What is asked. Our own types, because endpoints differ in what they send back.
#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    stream: bool,
    stream_options: Value,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Deserialize)]
struct CallDelta {
    #[serde(default)]
    index: usize,
    id: Option<String>,
    function: Option<FunctionDelta>,
}

#[derive(Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    total_tokens: u64,
}

/// An answer as far as it has arrived.
#[derive(Default)]
struct Arriving {
    text: String,
    calls: BTreeMap<usize, Asked>,
    tokens: Option<u64>,
    is_finished: bool,
}

impl OpenAi {
    pub(super) fn new(
        args: &ModelArgs,
        key: &SecretString,
        limits: Limits,
    ) -> Result<Self, ModelError> {
        // Without a provider reqwest panics. One that is installed already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("TaskFlow/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            // What is said to one endpoint is for no other.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(ModelError::Client)?;
        let base = args.openai_base_url.trim_end_matches('/');
        let config = OpenAIConfig::new()
            .with_api_base(base)
            .with_api_key(key.expose_secret());
        Ok(Self {
            // It asks again by itself after 429, 5xx and where no connection stands.
            client: Client::build(http, config),
            model: args.openai_model.clone(),
            timeout: args.model_timeout,
            limits,
        })
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// One answer. Dropping the future ends the request.
    pub(super) async fn ask(
        &self,
        prompt: &Prompt<'_>,
        deltas: &mpsc::UnboundedSender<String>,
    ) -> Result<Reply, ModelError> {
        let until = Instant::now() + self.timeout;
        let request = self.request(prompt);
        let asked = request.messages.iter().map(|said| said.to_string().len());
        let asked = asked.sum::<usize>();
        let reply = self.stream(&request, deltas, until).await;
        let reply = reply.and_then(|arrived| arrived.reply(asked));
        match &reply {
            Ok(reply) => measured::replied("answered", reply.tokens),
            Err(error) => {
                measured::replied("failed", 0);
                tracing::warn!(%error, "No answer of the language model");
            }
        }
        reply
    }

    async fn stream(
        &self,
        request: &Request<'_>,
        deltas: &mpsc::UnboundedSender<String>,
        until: Instant,
    ) -> Result<Arriving, ModelError> {
        let chat = self.client.chat();
        let started = chat.create_stream_byot::<_, Chunk>(request);
        let started = timeout_at(until, started).await;
        let mut chunks = started
            .map_err(|_| ModelError::TimedOut)?
            .map_err(|error| refusal(&error))?;
        let mut arriving = Arriving::default();
        loop {
            let next = timeout_at(until, chunks.next()).await;
            match next.map_err(|_| ModelError::TimedOut)? {
                Some(Ok(chunk)) => arriving.take(chunk, deltas)?,
                Some(Err(error)) => return Err(refusal(&error)),
                None => return Ok(arriving),
            }
        }
    }

    fn request(&self, prompt: &Prompt<'_>) -> Request<'_> {
        let system = json!({"role": "system", "content": prompt::system(prompt.now)});
        let said = prompt.said.iter().map(message);
        let tools = prompt.tools.iter().map(|tool| function(tool));
        Request {
            model: &self.model,
            messages: std::iter::once(system).chain(said).collect(),
            tools: if prompt.must_answer {
                Vec::new()
            } else {
                tools.collect()
            },
            stream: true,
            stream_options: json!({"include_usage": true}),
        }
    }
}

fn function(tool: &Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.about.name,
        "description": tool.about.description,
        "parameters": *tool.input,
    }})
}

fn message(said: &Said) -> Value {
    match said {
        Said::User(text) => json!({"role": "user", "content": text}),
        Said::Assistant(text, calls) if calls.is_empty() => {
            json!({"role": "assistant", "content": text})
        }
        Said::Assistant(text, calls) => {
            let calls: Vec<Value> = calls
                .iter()
                .map(|call| {
                    json!({"id": call.id, "type": "function", "function": {
                        "name": call.tool, "arguments": call.input,
                    }})
                })
                .collect();
            json!({"role": "assistant", "content": text, "tool_calls": calls})
        }
        Said::Tool { call, value, .. } => {
            json!({"role": "tool", "tool_call_id": call, "content": value})
        }
    }
}

impl Arriving {
    fn take(
        &mut self,
        chunk: Chunk,
        deltas: &mpsc::UnboundedSender<String>,
    ) -> Result<(), ModelError> {
        if let Some(usage) = chunk.usage {
            self.tokens = Some(usage.total_tokens);
        }
        for choice in chunk.choices.into_iter().take(1) {
            self.is_finished |= choice.finish_reason.is_some();
            if let Some(text) = choice.delta.content
                && !text.is_empty()
            {
                self.text.push_str(&text);
                // Nobody may be listening any more.
                let _ = deltas.send(text);
            }
            for delta in choice.delta.tool_calls.unwrap_or_default() {
                self.take_call(delta);
            }
        }
        let lengths = |call: &Asked| call.id.len() + call.tool.len() + call.input.len();
        let inputs = || self.calls.values().map(lengths);
        let is_endless = self.text.len() > MAX_TEXT
            || inputs().any(|length| length > MAX_INPUT)
            || inputs().sum::<usize>() > MAX_INPUTS
            || self.calls.len() > MAX_CALLS;
        if is_endless {
            return Err(ModelError::Refused("it says too much".to_owned()));
        }
        Ok(())
    }

    fn take_call(&mut self, delta: CallDelta) {
        let call = self.calls.entry(delta.index).or_insert_with(|| Asked {
            id: String::new(),
            tool: String::new(),
            input: String::new(),
        });
        if let Some(id) = delta.id {
            call.id = id;
        }
        let Some(function) = delta.function else {
            return;
        };
        if let Some(name) = function.name {
            call.tool.push_str(&name);
        }
        if let Some(arguments) = function.arguments {
            call.input.push_str(&arguments);
        }
    }

    fn reply(self, asked: usize) -> Result<Reply, ModelError> {
        let is_empty = self.text.is_empty() && self.calls.is_empty();
        if !self.is_finished || is_empty {
            return Err(ModelError::BrokeOff);
        }
        let written = self.text.len() + self.calls.values().map(|it| it.input.len()).sum::<usize>();
        // Where nobody counts, three bytes are about a token, or less.
        let estimate = u64::try_from((asked + written) / 3).unwrap_or(u64::MAX);
        Ok(Reply {
            text: self.text,
            calls: self.calls.into_values().collect(),
            tokens: self.tokens.filter(|tokens| *tokens > 0).unwrap_or(estimate),
        })
    }
}

/// Without the endpoint's own words, which may repeat the prompt or the key.
fn refusal(error: &OpenAIError) -> ModelError {
    match error {
        OpenAIError::Reqwest(error) if error.is_timeout() => ModelError::TimedOut,
        OpenAIError::Reqwest(_) => ModelError::Refused("it cannot be reached".to_owned()),
        OpenAIError::ApiError(answer) => {
            ModelError::Refused(format!("its endpoint answered {}", answer.status_code))
        }
        OpenAIError::JSONDeserialize(..) => {
            ModelError::Refused("its endpoint does not answer as OpenAI's".to_owned())
        }
        _ => ModelError::BrokeOff,
    }
}
