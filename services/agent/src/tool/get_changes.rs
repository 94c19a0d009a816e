//! `get_changes`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    About, Done, Effect, Report, Session, Tool, Trouble, arguments::Controls, outcome,
    session::Query,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The `cursor` of the last answer; absent: the newest changes
    #[serde(alias = "after", alias = "since")]
    cursor: Option<u64>,
    /// Only theirs
    actor: Option<Who>,
    /// At most 100; 25 if absent
    limit: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Who {
    User,
    #[serde(alias = "agent")]
    AgentRun,
    Rule,
    Import,
    Token,
    System,
}

#[derive(Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the words of the API")]
struct Changes {
    /// Oldest first.
    #[schemars(with = "Vec<Value>")]
    changes: Vec<Change>,
    /// For the next call.
    cursor: u64,
    more: bool,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the words of the API")]
struct Change {
    seq: u64,
    at: Value,
    event: Value,
    id: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    title: Value,
    /// Before and after of what changed.
    #[serde(skip_serializing_if = "Value::is_null")]
    changes: Value,
    actor: Value,
    change_set_id: Value,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    head: u64,
    next_after: u64,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "get_changes",
        title: "See what changed",
        description: "Who changed what, when, with the change-sets that undo takes. With a cursor: all that came after it, without gaps.",
        effect: Effect::Reads,
        controls: Controls::None,
    };
    Tool::new(about, run)
}

async fn run(session: Session, wanted: Arguments) -> Result<Changes, Trouble> {
    let limit = u64::from(wanted.limit.unwrap_or(25).clamp(1, 100));
    let after = match wanted.cursor {
        Some(cursor) => cursor,
        None => page(&session, 0, 1).await?.head.saturating_sub(limit),
    };
    let page = page(&session, after, limit).await?;
    let wanted = wanted.actor.map(Who::name);
    let is_theirs = |event: &&Value| wanted.is_none_or(|wanted| event["actor"]["kind"] == wanted);
    Ok(Changes {
        more: page.next_after < page.head,
        cursor: page.next_after,
        changes: page.items.iter().filter(is_theirs).map(change).collect(),
    })
}

async fn page(session: &Session, after: u64, limit: u64) -> Result<Page, Trouble> {
    let query = Query::new().with("after", after).with("limit", limit);
    session.get(&query.at("/events")).await
}

fn change(event: &Value) -> Change {
    let data = &event["data"];
    Change {
        seq: event["seq"].as_u64().unwrap_or_default(),
        at: event["timestamp"].clone(),
        event: event["event_type"].clone(),
        id: event["aggregate_id"].clone(),
        title: match &data["title"] {
            Value::Null => data["name"].clone(),
            title => title.clone(),
        },
        changes: data["changes"].clone(),
        actor: json!(event["actor"]),
        change_set_id: event["change_set_id"].clone(),
    }
}

impl Who {
    const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AgentRun => "agent_run",
            Self::Rule => "rule",
            Self::Import => "import",
            Self::Token => "token",
            Self::System => "system",
        }
    }
}

impl Report for Changes {
    fn done(&self, value: Value) -> Done {
        let sentence = match self.changes.len() {
            0 => "Nothing has changed.".to_owned(),
            1 => "One change.".to_owned(),
            count => format!("{count} changes."),
        };
        outcome::found(value, sentence)
    }
}
