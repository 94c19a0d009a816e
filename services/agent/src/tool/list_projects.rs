//! `list_projects`

use events::ProjectId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    About, Done, Effect, Report, Session, Tool, Trouble, arguments::Controls, outcome, reference,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {}

#[derive(Serialize, JsonSchema)]
struct Found {
    projects: Vec<Project>,
}

/// A project as tools show it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Project {
    #[schemars(with = "String")]
    id: ProjectId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    version: i64,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "list_projects",
        title: "List projects",
        description: "All projects.",
        effect: Effect::Reads,
        controls: Controls::None,
    };
    Tool::new(about, run)
}

async fn run(session: Session, Arguments {}: Arguments) -> Result<Found, Trouble> {
    let projects = reference::all_projects(&session).await?;
    Ok(Found {
        projects: projects.into_iter().map(Project::from).collect(),
    })
}

impl From<reference::Project> for Project {
    fn from(project: reference::Project) -> Self {
        Self {
            id: project.id,
            name: project.name,
            color: project.color,
            version: project.version,
        }
    }
}

impl Report for Found {
    fn done(&self, value: Value) -> Done {
        let sentence = match self.projects.len() {
            1 => "One project.".to_owned(),
            count => format!("{count} projects."),
        };
        outcome::found(value, sentence)
    }
}
