//! `search_tasks`

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    About, Effect, Session, Tool, Trouble, arguments::Controls, list_tasks::Found, row::Page,
    session::Query,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Words, or beginnings of words, of title or description: all of them
    #[serde(alias = "q", alias = "search")]
    query: String,
    /// At most 100; 25 if absent
    limit: Option<u32>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "search_tasks",
        title: "Search tasks",
        description: "Finds tasks by words, open and completed.",
        effect: Effect::Reads,
        controls: Controls::None,
    };
    Tool::new(about, run)
}

async fn run(session: Session, wanted: Arguments) -> Result<Found, Trouble> {
    let query = Query::new()
        .with("q", wanted.query)
        .with("limit", wanted.limit.unwrap_or(25).clamp(1, 100));
    let page: Page = session.get(&query.at("/tasks")).await?;
    Ok(page.into())
}
