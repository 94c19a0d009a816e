//! The tools: one definition each, which feeds MCP, the chat, the documents and the tests.
//!
//! A tool asks the backend in the caller's name, and writes at most once: so its idempotency key
//! is that of the one request, and whoever repeats a call gets the first answer.

pub mod arguments;
mod consent;
mod due;
mod outcome;
mod priority;
mod recurrence;
mod reference;
pub mod registry;
mod reminder;
mod row;
mod session;
mod trouble;

mod add_task;
mod batch_tasks;
mod complete_task;
mod delete_task;
mod get_changes;
mod get_context;
mod get_task;
mod list_projects;
mod list_tasks;
mod reschedule_tasks;
mod save_project;
mod search_tasks;
mod set_recurrence;
mod set_reminder;
mod undo;
mod update_task;

pub use consent::{Agreed, Question};
pub use outcome::{ItemResult, Outcome, Status};
pub use session::Session;
pub use trouble::Trouble;

use std::sync::Arc;

use futures::future::BoxFuture;
use schemars::{
    JsonSchema, Schema,
    generate::{Contract, SchemaSettings},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use self::arguments::Controls;

/// What a tool does to what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// Makes something new.
    Adds,
    /// Changes what is there; undo brings it back.
    Changes,
    /// Takes something away; undo brings it back.
    Removes,
}

/// What people and models are told of a tool.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub effect: Effect,
    pub controls: Controls,
}

/// A tool.
#[derive(Clone)]
pub struct Tool {
    pub about: About,
    /// JSON Schema 2020-12 of its arguments.
    pub input: Arc<Map<String, Value>>,
    /// And of its result.
    pub output: Arc<Map<String, Value>>,
    run: Run,
}

/// What came of a call that went well.
#[derive(Clone, Debug)]
pub struct Done {
    /// For a model or program.
    pub value: Value,
    /// For a person to read.
    pub sentence: String,
    pub change_set_id: Option<events::ChangeSetId>,
    /// It has not been done: the person is to say yes first.
    pub question: Option<Question>,
}

/// A result that every transport can carry.
pub trait Report: Serialize {
    fn done(&self, value: Value) -> Done;
}

type Run = Arc<dyn Fn(Session, Value) -> BoxFuture<'static, Result<Done, Trouble>> + Send + Sync>;

impl Tool {
    /// Joins what a tool is with what it does.
    fn new<I, O, F>(about: About, run: fn(Session, I) -> F) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Report + JsonSchema + 'static,
        F: Future<Output = Result<O, Trouble>> + Send + 'static,
    {
        Self::described::<I, I, O, F>(about, run)
    }

    /// The same for arguments that are described by another type than the one that reads them.
    fn described<S, I, O, F>(about: About, run: fn(Session, I) -> F) -> Self
    where
        S: JsonSchema,
        I: DeserializeOwned + Send + 'static,
        O: Report + JsonSchema + 'static,
        F: Future<Output = Result<O, Trouble>> + Send + 'static,
    {
        let mut input = schema::<S>(Contract::Deserialize);
        about.controls.describe(&mut input);
        Self {
            about,
            input: Arc::new(input),
            output: Arc::new(schema::<O>(Contract::Serialize)),
            run: Arc::new(move |session, arguments| {
                let arguments = arguments::read(arguments);
                Box::pin(async move {
                    let report = run(session, arguments?).await?;
                    let value = serde_json::to_value(&report)
                        .map_err(|error| Trouble::unwritable(&error))?;
                    Ok(report.done(value))
                })
            }),
        }
    }

    /// Carries out a call in the session of whoever asks.
    pub async fn call(
        &self,
        mut session: Session,
        arguments: Map<String, Value>,
    ) -> Result<Done, Trouble> {
        session.tool = self.about.name;
        if telemetry::faults::enabled("agent-trusts-user-id")
            && let Some(named) = arguments.get("user_id").and_then(Value::as_str)
            && let Ok(named) = named.parse()
        {
            session.user = named;
        }
        let made = json!([self.about.name, arguments]).to_string();
        session.bound_to = Sha256::digest(made).into();
        let (controls, arguments) = self.about.controls.split(arguments, session.user)?;
        session.take(controls);
        let same = session.clone();
        match (self.run)(session, Value::Object(arguments)).await {
            Err(Trouble::Asks(question)) => Outcome::asking(*question).into_done(),
            // This very call may have renamed or deleted what it means.
            Err(trouble) if trouble.finds_nothing() && !self.reads_only() => {
                match same.done_before().await {
                    Ok(Some(before)) => Outcome::repeated(before.change_set_id).into_done(),
                    Ok(None) | Err(Trouble::Refused(_)) => Err(trouble),
                    Err(unknown) => Err(unknown),
                }
            }
            result => result,
        }
    }

    pub fn reads_only(&self) -> bool {
        self.about.effect == Effect::Reads
    }
}

/// The schema of a type, without what a model does not need.
fn schema<T: JsonSchema>(contract: Contract) -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.contract = contract;
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let is_input = settings.contract.is_deserialize();
    let schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    let mut value = schema.to_value();
    slim(&mut value);
    match value {
        Value::Object(mut schema) => {
            schema.remove("title");
            if is_input {
                // Also where a struct is made of two.
                schema.remove("unevaluatedProperties");
                schema.insert("additionalProperties".to_owned(), false.into());
            }
            schema
        }
        // Every input and output is a struct.
        _ => Map::new(),
    }
}

/// Takes out what says nothing: names of Rust types, formats that no program checks, and null
/// beside what may be left out anyway.
fn slim(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(slim),
        Value::Object(object) => {
            if object.get("format").is_some_and(|format| format != "uuid") {
                object.remove("format");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(values)) = object.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            // Clients of before 2026-07-28 want an object for what may be anything.
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                let anything = properties.values_mut().filter(|schema| **schema == true);
                anything.for_each(|schema| *schema = Value::Object(Map::new()));
            }
            object.retain(|name, value| !(name == "default" && value.is_null()));
            object.values_mut().for_each(slim);
        }
        _ => {}
    }
}
