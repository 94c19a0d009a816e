//! `save_project`

use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    About, Effect, ItemResult, Outcome, Session, Tool, Trouble, arguments::Controls,
    list_projects::Project, reference,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Which to change, by name or id; absent: a new one
    #[serde(alias = "id", alias = "project_id")]
    project: Option<String>,
    name: Option<String>,
    /// `#rrggbb`
    color: Option<String>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "save_project",
        title: "Save a project",
        description: "Creates a project, or changes its name or colour.",
        effect: Effect::Changes,
        controls: Controls::WriteOne,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    let mut body = Map::new();
    if let Some(name) = arguments.name {
        body.insert("name".to_owned(), name.into());
    }
    if let Some(color) = arguments.color {
        body.insert("color".to_owned(), color.into());
    }
    let changed: Vec<String> = body.keys().cloned().collect();
    let body = Some(Value::Object(body));
    let (written, what) = match &arguments.project {
        None => (
            session.write(Method::POST, "/projects", body).await?,
            "Made",
        ),
        Some(named) => {
            let projects = reference::all_projects(&session).await?;
            let id = reference::project_among(&projects, named)?;
            let path = format!("/projects/{id}");
            (session.write(Method::PATCH, &path, body).await?, "Changed")
        }
    };
    let project: reference::Project = written.value;
    let summary = format!("{what} the project “{}”.", project.name);
    let item = serde_json::to_value(Project::from(project)).ok();
    let result = ItemResult {
        item,
        changed,
        error: None,
    };
    Ok(Outcome::of(session.dry_run, written.change_set_id, summary).with(result))
}
