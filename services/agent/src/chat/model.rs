//! Who answers: a language model, or without one the built-in command reader.

use jiff::Zoned;
use secrecy::SecretString;
use tokio::sync::mpsc;

use super::{commands, openai::OpenAi};
use crate::{config::ModelArgs, tool::Tool};

/// Who answers.
pub enum Model {
    Endpoint(Box<OpenAi>),
    Commands(Limits),
}

/// How much one message may set off.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Answers of the model.
    pub(super) steps: usize,
    /// Tool calls.
    pub(super) calls: usize,
    pub(super) tokens: u64,
}

/// One message of the conversation, as a model is told.
#[derive(Clone, Debug)]
pub(super) enum Said {
    User(String),
    /// What was said, and which tools were asked for with it.
    Assistant(String, Vec<Asked>),
    /// What came of a call.
    Tool {
        call: String,
        /// For models.
        value: String,
        /// For people.
        sentence: String,
    },
}

/// A tool call that a model asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// The model's own name for it.
    pub(super) id: String,
    pub(super) tool: String,
    /// As the model wrote it: JSON, one hopes.
    pub(super) input: String,
}

/// What a model says next. Without calls it is the answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) calls: Vec<Asked>,
    /// What it cost, of prompt and answer together.
    pub(super) tokens: u64,
}

/// What a model goes by.
pub(super) struct Prompt<'a> {
    /// From before this turn, then of this turn.
    pub(super) said: &'a [Said],
    /// How many of `said` are from before.
    pub(super) before: usize,
    pub(super) tools: &'a [&'static Tool],
    /// The person's local time.
    pub(super) now: &'a Zoned,
    /// No more tools: it has to answer.
    pub(super) must_answer: bool,
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
    #[error("the language model did not answer in time")]
    TimedOut,
    /// What it said is only logged: it may repeat what it was asked.
    #[error("the language model cannot answer: {0}")]
    Refused(String),
    #[error("the language model's answer broke off")]
    BrokeOff,
}

impl Model {
    /// Without a key there is no language model.
    pub fn new(args: &ModelArgs, key: Option<SecretString>) -> Result<Self, ModelError> {
        let limits = Limits {
            steps: usize::try_from(args.model_steps.get()).unwrap_or(usize::MAX),
            calls: usize::try_from(args.model_calls.get()).unwrap_or(usize::MAX),
            tokens: args.model_tokens.get().into(),
        };
        if let Some(key) = key {
            OpenAi::new(args, &key, limits).map(|model| Self::Endpoint(Box::new(model)))
        } else {
            tracing::info!("OPENAI_API_KEY is not set: plain commands only");
            Ok(Self::Commands(limits))
        }
    }

    /// `model` or `commands`.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Endpoint(_) => "model",
            Self::Commands(_) => "commands",
        }
    }

    pub(super) fn limits(&self) -> Limits {
        match self {
            Self::Endpoint(endpoint) => endpoint.limits(),
            Self::Commands(limits) => *limits,
        }
    }

    /// What comes next. Text goes to `deltas` as it arrives.
    pub(super) async fn ask(
        &self,
        prompt: &Prompt<'_>,
        deltas: &mpsc::UnboundedSender<String>,
    ) -> Result<Reply, ModelError> {
        match self {
            Self::Endpoint(endpoint) => endpoint.ask(prompt, deltas).await,
            Self::Commands(_) => {
                let reply = commands::answer(prompt);
                if !reply.text.is_empty() {
                    // Nobody may be listening any more.
                    let _ = deltas.send(reply.text.clone());
                }
                Ok(reply)
            }
        }
    }
}
