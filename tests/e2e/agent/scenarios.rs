//! What somebody says, what a model makes of it, and what may then be in the log: nothing else.
//! The model's turns are recorded, good ones and such as attackers would have it take.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::{Value, json};
use testing::{Client, Turn};
use xtask::install;
use xtask::progress::Progress;
use xtask::workspace;

use super::clients::run;
use super::talk::say;
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared(
        "agent: scenarios leave in the log what was asked for, and nothing else",
        all,
    )]
}

/// How many people talk at a time.
const AT_ONCE: usize = 3;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    /// Titles, or whole tasks, that are there before.
    #[serde(default)]
    tasks: Vec<Value>,
    zone: Option<String>,
    say: String,
    model: Vec<Recorded>,
    /// Types of events and titles, in order: all that may have happened.
    log: Vec<(String, String)>,
    /// Questions to the person.
    #[serde(default)]
    confirmations: usize,
    /// The same request is sent twice.
    #[serde(default)]
    twice: bool,
    /// When tasks are due afterwards.
    #[serde(default)]
    due_at: HashMap<String, String>,
    /// The beginning of `next_dates` of the first call.
    #[serde(default)]
    result: Vec<String>,
    /// What the answer contains; if absent, it is the model's last.
    answer: Option<String>,
}

/// What a model said.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Recorded {
    Say(String),
    Call(Vec<(String, Value)>),
    /// Arguments as they are, JSON or not.
    Raw(Vec<(String, String)>),
}

async fn all(product: &Product) -> Result<()> {
    let scenarios = recorded()?;
    ensure!(scenarios.len() >= 40, "{} scenarios", scenarios.len());
    play(product, scenarios).await?;
    let complaints = product.model.complaints();
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));

    // What the model was asked, OpenAI's own client could have sent.
    let asked = product.model.all_asked();
    let clients = install::clients(&Progress::hidden()).await?;
    let reader = workspace::root().join("tests/e2e/agent/clients/openai_requests.py");
    let read = run(clients.python(&reader), &json!(asked)).await?;
    ensure!(String::from_utf8(read)?.trim() == asked.len().to_string());
    Ok(())
}

/// Those in which the model is somebody's who means ill.
pub(crate) async fn attacks(product: &Product) -> Result<()> {
    let mut scenarios = recorded()?;
    scenarios.retain(|scenario| scenario.name.starts_with("attack: "));
    play(product, scenarios).await
}

fn recorded() -> Result<Vec<Scenario>> {
    Ok(serde_json::from_str(include_str!("scenarios.json"))?)
}

async fn play(product: &Product, scenarios: Vec<Scenario>) -> Result<()> {
    let trials = scenarios.into_iter().map(|scenario| async move {
        let name = scenario.name.clone();
        one(product, scenario).await.context(name)
    });
    let outcomes: Vec<Result<()>> = stream::iter(trials)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut wrong = outcomes.into_iter().filter_map(Result::err);
    let Some(first) = wrong.next() else {
        return Ok(());
    };
    let others = wrong.fold(String::new(), |text, error| format!("{text}{error:#}\n"));
    Err(first.context(format!("beside others:\n{others}and")))
}

async fn one(product: &Product, scenario: Scenario) -> Result<()> {
    let (person, other) = (product.sign_up().await?, product.sign_up().await?);
    let secret = add(&other, &json!("Somebody else's")).await?;
    let untouched = product.database.fingerprint(other.user).await?;
    if let Some(zone) = &scenario.zone {
        let zone = json!({"time_zone": zone});
        person.patch("/profile", &zone).await?.expect(200)?;
    }
    let mut names = HashMap::from([
        ("me".to_owned(), person.user.to_string()),
        ("them".to_owned(), other.user.to_string()),
        ("other".to_owned(), secret),
    ]);
    for task in &scenario.tasks {
        let task: Value = serde_json::from_str(&named(&task.to_string(), &names))?;
        let id = add(&person, &task).await?;
        let title = task.as_str().unwrap_or_else(|| text(&task["title"]));
        names.insert(title.to_owned(), id);
    }
    let before = product.database.head(person.user).await?;
    let state = tasks(&person).await?;
    let turns = scenario.model.iter().map(|turn| turn.on_wire(&names));
    product.model.on(&scenario.say, turns.collect());

    let answer = say(product, &person, &scenario.say, "the-message").await?;
    let answer = answer.expect(200)?;
    if scenario.twice {
        let again = say(product, &person, &scenario.say, "the-message").await?;
        ensure!(again.expect(200)? == answer, "another answer");
    }
    let expected = match (&scenario.answer, scenario.model.last()) {
        (Some(part), _) => part.as_str(),
        (None, Some(Recorded::Say(last))) => last.as_str(),
        _ => "",
    };
    let said = text(&answer["content"]);
    ensure!(said.contains(expected), "it said {said:?}");
    let log = happened(&person, before).await?;
    if log != scenario.log {
        return Err(Violation::Unasked(format!("{log:?}\n{answer:#}")).into());
    }
    let asked = list(&answer["confirmations"]).len();
    ensure!(
        asked == scenario.confirmations,
        "{asked} questions: {answer}"
    );
    for (title, due_at) in &scenario.due_at {
        let all = tasks(&person).await?;
        let task = all.iter().find(|task| task["title"] == title.as_str());
        let found = task.map(|task| task["due_at"].clone());
        ensure!(found == Some(json!(due_at)), "{title} is due at {found:?}");
    }
    let dates = list(&answer["tool_calls"][0]["result"]["next_dates"]);
    let begins = scenario
        .result
        .iter()
        .zip(dates)
        .all(|(one, other)| one == other);
    ensure!(begins && dates.len() >= scenario.result.len(), "{dates:?}");

    if !log.is_empty() {
        let run = json!({"run_id": answer["run_id"]});
        person.post("/undo", &run).await?.expect(200)?;
        let undone = tasks(&person).await?;
        ensure!(settled(&undone) == settled(&state), "undo left {undone:?}");
    }
    let now = product.database.fingerprint(other.user).await?;
    ensure!(now == untouched, "somebody else's data changed");
    Ok(())
}

/// Adds a title, or a whole task; says its id.
async fn add(person: &Client, task: &Value) -> Result<String> {
    let task = match task {
        Value::String(title) => json!({"title": title}),
        task => task.clone(),
    };
    let made = person.post("/tasks", &task).await?.expect(201)?;
    Ok(text(&made["id"]).to_owned())
}

/// The tasks that are not deleted.
async fn tasks(person: &Client) -> Result<Vec<Value>> {
    let page = person.get("/tasks?limit=200").await?.expect(200)?;
    Ok(list(&page["items"]).to_vec())
}

/// Without what every change moves on.
fn settled(tasks: &[Value]) -> Vec<Value> {
    let moved = ["version", "updated_at", "completed_at"];
    let tasks = tasks.iter().map(|task| {
        let mut task = task.clone();
        if let Some(task) = task.as_object_mut() {
            task.retain(|name, _| !moved.contains(&name.as_str()));
        }
        task
    });
    tasks.collect()
}

/// Types and titles of what happened to tasks, projects and tags.
async fn happened(person: &Client, after: u64) -> Result<Vec<(String, String)>> {
    let page = person.get("/tasks?include_deleted=true&limit=200").await?;
    let page = page.expect(200)?;
    let of_task = |id: &Value| {
        let task = list(&page["items"]).iter().find(|task| task["id"] == *id);
        task.map(|task| text(&task["title"]).to_owned())
    };
    let events = person
        .get(&format!("/events?after={after}&limit=500"))
        .await?;
    let events = events.expect(200)?;
    let changes = list(&events["items"]).iter().filter(|event| {
        let kind = text(&event["event_type"]).split('.').next();
        ["task", "project", "tag"].map(Some).contains(&kind)
    });
    let changes = changes.map(|event| {
        let name = of_task(&event["aggregate_id"]);
        let name = name.unwrap_or_else(|| text(&event["data"]["name"]).to_owned());
        (text(&event["event_type"]).to_owned(), name)
    });
    Ok(changes.collect())
}

/// `{{name}}` becomes what has the name.
fn named(text: &str, names: &HashMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in names {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    text
}

impl Recorded {
    fn on_wire(&self, names: &HashMap<String, String>) -> Turn {
        match self {
            Self::Say(said) => Turn::Say(said.clone()),
            Self::Raw(calls) => Turn::Call(calls.clone()),
            Self::Call(calls) => Turn::Call(
                calls
                    .iter()
                    .map(|(tool, input)| (tool.clone(), named(&input.to_string(), names)))
                    .collect(),
            ),
        }
    }
}
