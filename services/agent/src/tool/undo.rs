//! `undo`

use axum::http::Method;
use events::ChangeSetId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{About, Effect, ItemResult, Outcome, Session, Tool, Trouble, arguments::Controls};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// That of an undo does it again
    #[schemars(with = "Option<String>")]
    change_set_id: Option<ChangeSetId>,
    /// Or all of an agent's run
    run_id: Option<String>,
    /// As `dry_run`
    #[schemars(skip)]
    preview: Option<bool>,
}

#[derive(Deserialize)]
struct Report {
    change_set_id: Option<ChangeSetId>,
    undone: Vec<Value>,
    skipped: Vec<Skipped>,
}

#[derive(Deserialize)]
struct Skipped {
    name: String,
    reason: String,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "undo",
        title: "Undo",
        description: "Takes back a change-set or a run, at any age. What somebody changed since stays, and is named.",
        // It deletes what was made.
        effect: Effect::Removes,
        controls: Controls::Write,
    };
    Tool::new(about, run)
}

async fn run(mut session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    session.dry_run |= arguments.preview == Some(true);
    let mut body = Map::new();
    if let Some(id) = arguments.change_set_id {
        body.insert("change_set_id".to_owned(), json!(id));
    }
    if let Some(id) = arguments.run_id {
        body.insert("run_id".to_owned(), id.into());
    }
    let body = Some(Value::Object(body));
    let written = session.write::<Report>(Method::POST, "/undo", body).await?;
    let report = written.value;
    let summary = match (report.undone.len(), report.skipped.len()) {
        (0, _) => "There was nothing to take back.".to_owned(),
        (undone, 0) => format!("Took back {undone} {}.", things(undone)),
        (undone, skipped) => {
            format!(
                "Took back {undone} {}; {skipped} stay as they are.",
                things(undone)
            )
        }
    };
    let undone = report.undone.into_iter().map(|item| ItemResult {
        item: Some(item),
        ..ItemResult::default()
    });
    let skipped = report.skipped.into_iter().map(|skipped| ItemResult {
        error: Some(format!("“{}” stays: {}", skipped.name, skipped.reason)),
        ..ItemResult::default()
    });
    let change_set_id = report.change_set_id.filter(|_| !session.dry_run);
    let outcome = Outcome::of(session.dry_run, change_set_id, summary);
    Ok(undone.chain(skipped).fold(outcome, Outcome::with))
}

const fn things(count: usize) -> &'static str {
    if count == 1 { "thing" } else { "things" }
}
