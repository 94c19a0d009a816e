//! `get_context`

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    About, Done, Effect, Report, Session, Tool, Trouble, arguments::Controls,
    list_projects::Project, outcome, reference,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {}

#[derive(Serialize, JsonSchema)]
struct Context {
    /// IANA name.
    time_zone: String,
    /// The user's local time.
    now: String,
    weekday: String,
    #[schemars(with = "Vec<Value>")]
    projects: Vec<Project>,
    tags: Vec<String>,
    #[schemars(with = "Value")]
    counts: Counts,
}

#[derive(Deserialize, Serialize)]
struct Counts {
    open: i64,
    completed: i64,
    overdue: i64,
    due_today: i64,
}

#[derive(Deserialize)]
struct Profile {
    time_zone: String,
}

#[derive(Deserialize)]
struct Tags {
    items: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "get_context",
        title: "See where things stand",
        description: "The user's time zone and local time, projects, tags, and how many tasks are open, overdue and due today. Call it first.",
        effect: Effect::Reads,
        controls: Controls::None,
    };
    Tool::new(about, run)
}

async fn run(session: Session, Arguments {}: Arguments) -> Result<Context, Trouble> {
    let (profile, projects, tags, counts) = tokio::try_join!(
        session.get::<Profile>("/profile"),
        reference::all_projects(&session),
        session.get::<Tags>("/tags"),
        session.get::<Counts>("/stats"),
    )?;
    let zone = events::find_zone(&profile.time_zone).unwrap_or(TimeZone::UTC);
    let now = telemetry::clock::now().to_zoned(zone);
    Ok(Context {
        time_zone: profile.time_zone,
        now: now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        weekday: now.strftime("%A").to_string(),
        projects: projects.into_iter().map(Project::from).collect(),
        tags: tags.items.into_iter().map(|tag| tag.name).collect(),
        counts,
    })
}

impl Report for Context {
    fn done(&self, value: Value) -> Done {
        let sentence = format!(
            "{} {} in {}; {} open, {} overdue, {} due today.",
            self.weekday,
            self.now,
            self.time_zone,
            self.counts.open,
            self.counts.overdue,
            self.counts.due_today
        );
        outcome::found(value, sentence)
    }
}
