//! `update_task`

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{
    About, Effect, Outcome, Session, Tool, Trouble,
    arguments::Controls,
    due,
    priority::Priority,
    reference, reminder,
    row::{Row, Task},
};

/// What to change of a task: what is absent stays, null clears.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::option_option, reason = "absent, null and a value differ")]
pub(super) struct Changes {
    pub(super) title: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub(super) description: Option<Option<String>>,
    /// ISO 8601 or words; null clears
    #[serde(alias = "due", alias = "due_at", deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub(super) due_date: Option<Option<String>>,
    pub(super) priority: Option<Priority>,
    /// In the place of those it has
    pub(super) tags: Option<Vec<String>>,
    /// Name or id; null: none
    #[serde(
        alias = "project_id",
        alias = "category",
        alias = "category_id",
        deserialize_with = "present"
    )]
    #[schemars(with = "Option<String>")]
    pub(super) project: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub(super) parent_id: Option<Option<String>>,
    pub(super) completed: Option<bool>,
    /// `30 minutes before`, or a time; null: none
    #[serde(
        alias = "reminder_offset",
        alias = "reminder_at",
        alias = "remind_at",
        deserialize_with = "present"
    )]
    #[schemars(with = "Option<String>")]
    pub(super) reminder: Option<Option<String>>,
    #[schemars(skip)]
    #[serde(
        alias = "recurrence_rule",
        alias = "recurring_rule",
        alias = "recurrence_pattern"
    )]
    pub(super) recurrence: Option<String>,
}

/// Tells null from nothing.
#[expect(clippy::option_option, reason = "absent, null and a value differ")]
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize)]
struct Arguments {
    #[serde(alias = "id", alias = "task_title")]
    task_id: String,
    #[serde(flatten)]
    changes: Map<String, Value>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "update_task",
        title: "Change a task",
        description: "Changes fields of one task. The due can be moved here; how it comes again is set_recurrence.",
        effect: Effect::Changes,
        controls: Controls::WriteOne,
    };
    Tool::described::<Described, _, _, _>(about, run)
}

/// The arguments as models are told of them: one flat object.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
struct Described {
    /// Id, or the exact title
    task_id: String,
    #[serde(flatten)]
    changes: Changes,
}

async fn run(session: Session, arguments: Arguments) -> Result<Outcome, Trouble> {
    let changes: Changes = super::arguments::read(Value::Object(arguments.changes))?;
    changes.check()?;
    let id = reference::task(&session, &arguments.task_id).await?;
    let patch = changes.patch(&session).await?;
    if patch.is_empty() {
        return Err(Trouble::argument("title", "say what to change"));
    }
    let mut fields: Vec<String> = patch.keys().cloned().collect();
    fields.sort_unstable();
    let written = session
        .write::<Task>(
            Method::PATCH,
            &format!("/tasks/{id}"),
            Some(Value::Object(patch)),
        )
        .await?;
    let row = Row::full(written.value);
    let summary = format!("Changed {} of “{}”.", fields.join(", "), row.title);
    Ok(Outcome::of(session.dry_run, written.change_set_id, summary).with_task(&row, fields))
}

impl Changes {
    /// Refuses what would be passed over.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        if self.recurrence.is_none() {
            return Ok(());
        }
        Err(Trouble::argument(
            "recurrence",
            "how a task comes again is changed by set_recurrence",
        ))
    }

    /// As a merge patch of REST.
    pub(super) async fn patch(self, session: &Session) -> Result<Map<String, Value>, Trouble> {
        let mut patch = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                patch.insert(name.to_owned(), value);
            }
        };
        put("title", self.title.map(Value::from));
        put("description", self.description.map(|text| json!(text)));
        put("priority", self.priority.map(|priority| json!(priority)));
        put("tags", self.tags.map(Value::from));
        put("completed", self.completed.map(Value::from));
        put("parent_id", self.parent_id.map(|id| json!(id)));
        match self.project {
            Some(Some(named)) => {
                let project = reference::project(session, &named).await?;
                patch.insert("project_id".to_owned(), project);
            }
            Some(None) => {
                patch.insert("project_id".to_owned(), Value::Null);
            }
            None => {}
        }
        match self.due_date {
            Some(Some(text)) => due::put(session, &mut patch, "due_date", &text).await?,
            Some(None) => {
                patch.insert("due".to_owned(), Value::Null);
            }
            None => {}
        }
        match self.reminder {
            Some(Some(text)) => {
                let reminder = reminder::meaning(session, "reminder", &text).await?;
                patch.insert("reminders".to_owned(), json!([reminder]));
            }
            Some(None) => {
                patch.insert("reminders".to_owned(), json!([]));
            }
            None => {}
        }
        Ok(patch)
    }
}
