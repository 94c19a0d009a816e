//! `set_recurrence`

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    About, Done, Effect, Outcome, Report, Session, Tool, Trouble,
    arguments::Controls,
    recurrence, reference,
    row::{Row, Task},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Id, or the exact title
    #[serde(alias = "id", alias = "task_title")]
    task_id: String,
    /// RRULE or words: `every other monday`, `3 days after completion`; `none` ends it
    #[serde(
        alias = "rule",
        alias = "recurrence_rule",
        alias = "recurring_rule",
        alias = "recurrence_pattern"
    )]
    recurrence: String,
    #[schemars(skip)]
    #[serde(default)]
    recurrence_interval: Option<u32>,
    #[schemars(skip)]
    #[serde(default, alias = "recurrence_end_date")]
    recurring_end_date: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Set {
    #[serde(flatten)]
    outcome: Outcome,
    /// The first five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next_dates: Vec<String>,
}

pub(super) fn tool() -> Tool {
    let about = About {
        name: "set_recurrence",
        title: "Make a task come again",
        description: "Sets or ends how a task comes again, counted from its due; answers with the next 5 dates.",
        effect: Effect::Changes,
        controls: Controls::WriteOne,
    };
    Tool::new(about, run)
}

async fn run(session: Session, arguments: Arguments) -> Result<Set, Trouble> {
    let id = reference::task(&session, &arguments.task_id).await?;
    let text = recurrence::with_interval(
        &arguments.recurrence,
        arguments.recurrence_interval,
        arguments.recurring_end_date.as_deref(),
    )?;
    let meaning = recurrence::meaning(&session, "recurrence", &text).await?;
    let path = format!("/tasks/{id}/recurrence");
    let written = if meaning.rule == "none" {
        session.write::<Task>(Method::DELETE, &path, None).await?
    } else {
        let body = Value::Object(meaning.body());
        session
            .write::<Task>(Method::POST, &path, Some(body))
            .await
            .map_err(undated)?
    };
    let task = written.value;
    let (words, next_dates) = match (&task.due, &task.recurrence) {
        // It is done, whether or not this can be told.
        (Some(due), Some(rule)) => recurrence::next_dates(&session, due, rule)
            .await
            .unwrap_or_else(|_| (Some(rule.rule.clone()), Vec::new())),
        _ => (None, Vec::new()),
    };
    let row = Row::short(task);
    let summary = match words {
        Some(words) => format!("“{}” comes again: {words}.", row.title),
        None => format!("“{}” does not come again.", row.title),
    };
    let outcome = Outcome::of(session.dry_run, written.change_set_id, summary)
        .with_task(&row, vec!["recurrence".to_owned()]);
    Ok(Set {
        outcome,
        next_dates,
    })
}

/// The due is the task's, and none of the arguments here.
fn undated(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(problem) if problem.field.as_deref() == Some("due") => Trouble::Undated,
        other => other,
    }
}

impl Report for Set {
    fn done(&self, value: Value) -> Done {
        let mut done = self.outcome.done(value);
        if !self.next_dates.is_empty() {
            done.sentence += " Next: ";
            done.sentence += &self.next_dates.join(", ");
            done.sentence += ".";
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Problem;

    #[test]
    fn a_task_without_a_due_is_to_be_given_one_by_another_tool() {
        let refused = |field: &str| {
            undated(Trouble::Refused(Box::new(Problem {
                status: 422,
                field: Some(field.to_owned()),
                detail: "Give it one".to_owned(),
                ..Problem::default()
            })))
        };
        let said = refused("due").to_string();
        assert!(
            said.contains("update_task (`due_date`)") && !said.contains("`due`"),
            "{said}"
        );
        let said = refused("rule.COUNT").to_string();
        assert!(said.contains("Correct `rule.COUNT`"), "{said}");
    }
}
