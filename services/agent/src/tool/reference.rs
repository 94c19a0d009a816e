//! Which task or project is meant.

use events::{ProjectId, TaskId};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Session, Trouble,
    row::{Page, Task},
    session::Query,
};

/// Candidates that are named to whoever has to choose.
const SHOWN: usize = 8;

/// Pages of tasks that are looked through for a title.
const PAGES: usize = 5;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Project {
    pub(super) id: ProjectId,
    pub(super) name: String,
    pub(super) color: Option<String>,
    pub(super) version: i64,
}

#[derive(Deserialize)]
pub(super) struct Projects {
    pub(super) items: Vec<Project>,
}

/// A task's id, where many are named and titles are not looked up.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Id(pub(super) TaskId);

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let id = text.trim().parse().map(Self);
        id.map_err(|_| "it takes a task's id and no title; search_tasks and list_tasks tell ids")
    }
}

/// The id that a text is, or the one task whose whole title it is, whatever its case: a task that
/// only has the words somewhere is never meant. One that is open wins over those that are done or
/// deleted; these count too, so that a call can be repeated.
pub(super) async fn task(session: &Session, named: &str) -> Result<TaskId, Trouble> {
    let named = named.trim();
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let mut tasks = Vec::new();
    let mut cursor = None;
    for _ in 0..PAGES {
        let query = Query::new()
            .with("q", named.chars().take(200).collect::<String>())
            .with("include_deleted", true)
            .with("sort", "updated_at")
            .with("order", "desc")
            .with("limit", 200)
            .maybe("cursor", cursor);
        let page: Page = session.get(&query.at("/tasks")).await?;
        tasks.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return choose(named, &tasks);
        }
    }
    let detail = "too many tasks have these words; name its id";
    Err(Trouble::argument("task_id", detail))
}

fn choose(named: &str, tasks: &[Task]) -> Result<TaskId, Trouble> {
    let wanted = named.to_lowercase();
    let is_open = |task: &&Task| !task.completed && task.deleted_at.is_none();
    let is_named = |task: &&Task| task.title.trim().to_lowercase() == wanted;
    let (open, closed): (Vec<&Task>, Vec<&Task>) = tasks.iter().filter(is_named).partition(is_open);
    let exact = if open.is_empty() { closed } else { open };
    let ambiguous = |candidates: &[&Task]| Trouble::Ambiguous {
        what: "task",
        named: named.to_owned(),
        candidates: candidates
            .iter()
            .take(SHOWN)
            .map(|task| (task.title.clone(), task.id))
            .collect(),
    };
    match (&exact[..], tasks) {
        ([only], _) => Ok(only.id),
        ([], []) => Err(Trouble::Missing {
            what: "task",
            named: named.to_owned(),
        }),
        ([], like) => Err(ambiguous(&like.iter().collect::<Vec<_>>())),
        (several, _) => Err(ambiguous(several)),
    }
}

/// A task's title, for the sentence afterwards; none where it cannot be had.
pub(super) async fn title(session: &Session, id: TaskId) -> Option<String> {
    let path = format!("/tasks/{id}?include_deleted=true");
    let task: Task = session.get(&path).await.ok()?;
    Some(task.title)
}

/// The id that a text is, or the project with this name; `none` is none.
pub(super) async fn project(session: &Session, named: &str) -> Result<Value, Trouble> {
    if super::due::is_none(named.trim()) {
        return Ok(Value::Null);
    }
    let projects = if named.trim().parse::<ProjectId>().is_ok() {
        Vec::new()
    } else {
        all_projects(session).await?
    };
    Ok(project_among(&projects, named)?.to_string().into())
}

pub(super) async fn all_projects(session: &Session) -> Result<Vec<Project>, Trouble> {
    let projects: Projects = session.get("/projects").await?;
    Ok(projects.items)
}

pub(super) fn project_among(projects: &[Project], named: &str) -> Result<ProjectId, Trouble> {
    let named = named.trim();
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let wanted = named.to_lowercase();
    let found = projects
        .iter()
        .find(|project| project.name.to_lowercase() == wanted);
    found
        .map(|project| project.id)
        .ok_or_else(|| Trouble::Missing {
            what: "project",
            named: named.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(title: &str, completed: bool) -> Task {
        serde_json::from_value(json!({
            "id": TaskId::generate(), "title": title, "description": "", "completed": completed,
            "priority": "none", "tags": [], "reminders": [], "version": 1,
        }))
        .unwrap()
    }

    #[test]
    fn a_title_means_the_one_open_task_that_has_it() {
        let tasks = vec![
            task("Buy milk and bread", false),
            task("buy milk", false),
            task("Buy milk", true),
        ];
        assert_eq!(choose("Buy milk", &tasks).unwrap(), tasks[1].id);
        assert_eq!(choose("Buy milk", &tasks[2..]).unwrap(), tasks[2].id);
        let twice = vec![tasks[1].clone(), task("BUY MILK", false)];
        let ambiguous = choose("Buy milk", &twice).unwrap_err();
        assert!(
            matches!(ambiguous, Trouble::Ambiguous { candidates, .. } if candidates.len() == 2)
        );
        // The words alone name nothing, not even where one task alone has them.
        for hits in [&tasks[..], &tasks[..1]] {
            let ambiguous = choose("milk", hits).unwrap_err();
            assert!(
                matches!(ambiguous, Trouble::Ambiguous { candidates, .. } if candidates.len() == hits.len())
            );
        }
        assert!(matches!(choose("x", &[]), Err(Trouble::Missing { .. })));
    }
}
