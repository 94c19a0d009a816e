//! `list_tasks`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    About, Done, Effect, Report, Session, Tool, Trouble,
    arguments::Controls,
    due, outcome,
    priority::Priority,
    reference,
    row::{Page, Row},
    session::Query,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// `open` if absent
    #[serde(alias = "filter", alias = "filter_type")]
    status: Option<Which>,
    priority: Option<Priority>,
    /// All of them
    #[serde(default, alias = "tag")]
    tags: Option<Vec<String>>,
    /// Name or id
    #[serde(alias = "project_id", alias = "category", alias = "category_id")]
    project: Option<String>,
    /// Words of title or description
    #[serde(alias = "search_query", alias = "query", alias = "q")]
    search: Option<String>,
    /// Date, time, or words
    #[serde(alias = "due_date_to")]
    due_before: Option<String>,
    #[serde(alias = "due_date_from")]
    due_after: Option<String>,
    overdue: Option<bool>,
    #[serde(alias = "sort_by")]
    sort: Option<Sort>,
    #[serde(alias = "sort_order")]
    order: Option<Order>,
    /// At most 100; 25 if absent
    limit: Option<u32>,
    /// `next_cursor` of the page before
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Which {
    #[serde(alias = "pending", alias = "active", alias = "todo")]
    Open,
    #[serde(alias = "done")]
    Completed,
    All,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Sort {
    #[serde(alias = "due_date", alias = "due_at")]
    Due,
    Priority,
    Title,
    CreatedAt,
    UpdatedAt,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Order {
    Asc,
    Desc,
}

/// Tasks that were found.
#[derive(Serialize, JsonSchema)]
pub(super) struct Found {
    pub(super) tasks: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "list_tasks",
        title: "List tasks",
        description: "Tasks by filters, a page at a time, without descriptions (get_task has them).",
        effect: Effect::Reads,
        controls: Controls::None,
    };
    Tool::new(about, run)
}

async fn run(session: Session, wanted: Arguments) -> Result<Found, Trouble> {
    let status = match wanted.status.unwrap_or(Which::Open) {
        Which::Open => "open",
        Which::Completed => "completed",
        Which::All => "all",
    };
    let mut query = Query::new()
        .with("status", status)
        .with("limit", wanted.limit.unwrap_or(25).clamp(1, 100))
        .maybe("priority", wanted.priority.map(name))
        .maybe("q", wanted.search)
        .maybe("overdue", wanted.overdue)
        .maybe("cursor", wanted.cursor)
        .maybe("sort", wanted.sort.map(name))
        .maybe("order", wanted.order.map(name));
    for tag in wanted.tags.unwrap_or_default() {
        query = query.with("tag", tag);
    }
    if let Some(project) = &wanted.project
        && let Value::String(id) = reference::project(&session, project).await?
    {
        query = query.with("project_id", id);
    }
    if let Some(text) = &wanted.due_before {
        query = query.with("due_before", instant(&session, "due_before", text).await?);
    }
    if let Some(text) = &wanted.due_after {
        query = query.with("due_after", instant(&session, "due_after", text).await?);
    }
    let page: Page = session.get(&query.at("/tasks")).await?;
    Ok(page.into())
}

/// How a value is called on the wire.
fn name(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A day begins at midnight of the person's zone.
async fn instant(
    session: &Session,
    field: &'static str,
    text: &str,
) -> Result<jiff::Timestamp, Trouble> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let now = session.now().await?;
    let zone = now.time_zone();
    let local = if due::is_iso(text) {
        let day = text.parse::<jiff::civil::Date>();
        let time = text.parse::<jiff::civil::DateTime>();
        let time = time.or_else(|error| day.map(|day| day.at(0, 0, 0, 0)).map_err(|_| error));
        time.map_err(|error| Trouble::argument(field, error.to_string()))?
    } else {
        match due::words(field, text, &now)? {
            events::Due::Date { date } => date.at(0, 0, 0, 0),
            events::Due::Floating { local } | events::Due::Zoned { local, .. } => local,
        }
    };
    let zoned = local.to_zoned(zone.clone());
    let zoned = zoned.map_err(|error| Trouble::argument(field, error.to_string()))?;
    Ok(zoned.timestamp())
}

impl From<Page> for Found {
    fn from(page: Page) -> Self {
        Self {
            tasks: page.items.into_iter().map(Row::short).collect(),
            next_cursor: page.next_cursor,
        }
    }
}

impl Report for Found {
    fn done(&self, value: Value) -> Done {
        let more = if self.next_cursor.is_some() {
            " There are more."
        } else {
            ""
        };
        let sentence = match self.tasks.len() {
            0 => "No tasks match.".to_owned(),
            1 => "One task.".to_owned(),
            count => format!("{count} tasks.{more}"),
        };
        outcome::found(value, sentence)
    }
}
