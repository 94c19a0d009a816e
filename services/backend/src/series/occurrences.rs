//! `GET /tasks/{id}/occurrences`

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use events::{Due, Moment, Recurrence, RecurrenceMode, TaskId};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::next;
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    home,
    http::{path::TaskPath, query::Query},
    task::{input, model::Task, store},
};

/// Days that can be asked about at once, and so the most occurrences of an answer.
const MAX_DAYS: i32 = 366;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Range {
    /// The first day.
    #[param(value_type = String, example = "2026-11-01")]
    from: Date,
    /// The day after the last, at most 366 days later.
    #[param(value_type = String, example = "2026-12-01")]
    to: Date,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Occurrences {
    /// In order.
    items: Vec<Occurrence>,
}

#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "its name in RFC 5545")]
pub(crate) struct Occurrence {
    /// As the rule gives it; the task may have been moved.
    #[schema(value_type = String, example = "2026-11-21")]
    occurrence: Moment,
    due: Option<Due>,
    due_at: Option<Timestamp>,
    /// If it is a task.
    #[schema(value_type = Option<uuid::Uuid>)]
    task_id: Option<TaskId>,
    state: OccurrenceState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OccurrenceState {
    Open,
    Completed,
    Deleted,
    /// Left out by somebody.
    Skipped,
    /// Passed before its task would have been made.
    Missed,
    /// Still to come.
    Planned,
}

/// The occurrences of a task's series on some days; none if it does not come again.
#[utoipa::path(
    get, path = "/tasks/{id}/occurrences", tag = "recurrence", operation_id = "list_occurrences",
    params(TaskPath, Range),
    responses((status = 200, body = Occurrences), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn list_occurrences(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    Query(range): Query<Range>,
) -> Result<Json<Occurrences>, ApiError> {
    range.check()?;
    let mut db = app.pool.acquire().await?;
    let task = store::find(&mut db, ctx.user, path.id)
        .await?
        .filter(|task| task.deleted_at.is_none())
        .ok_or(ApiError::NotFound("Task"))?;
    let Some(recurrence) = &task.recurrence else {
        return Ok(Json(Occurrences { items: Vec::new() }));
    };
    let home = home::zone(&mut db, ctx.user).await?;
    let (series, days) = (recurrence.series_id, range.from..range.to);
    let newest = store::newest_of_series(&mut db, ctx.user, series).await?;
    let newest = newest.unwrap_or(task);
    let tasks = store::of_series(&mut db, ctx.user, series, days).await?;
    let items = occurrences(&newest, &tasks, &range, &home)?;
    Ok(Json(Occurrences { items }))
}

impl Range {
    fn check(&self) -> Result<(), ApiError> {
        let days = (self.to - self.from).get_days();
        if (0..=MAX_DAYS).contains(&days) {
            Ok(())
        } else {
            Err(ApiError::invalid(
                "to",
                format!("`to` must lie 0 to {MAX_DAYS} days after `from`"),
            ))
        }
    }

    fn contains(&self, moment: Moment) -> bool {
        (self.from..self.to).contains(&moment.date())
    }
}

/// Of a series, by its newest task and those on these days.
fn occurrences(
    newest: &Task,
    tasks: &[Task],
    range: &Range,
    home: &TimeZone,
) -> Result<Vec<Occurrence>, ApiError> {
    let Some(series) = &newest.recurrence else {
        return Ok(Vec::new());
    };
    let goes_on = newest.deleted_at.is_none() && series.next.is_none();
    let mut items = BTreeMap::new();
    for (moment, state) in by_rule(series, range) {
        if state == OccurrenceState::Planned && !goes_on {
            continue;
        }
        let due = series.due(moment);
        let due_at = input::due_at(Some(&due), home)?;
        items.insert(
            moment,
            Occurrence {
                occurrence: moment,
                due: Some(due),
                due_at,
                task_id: None,
                state,
            },
        );
    }
    for task in tasks {
        if let Some(recurrence) = &task.recurrence
            && range.contains(recurrence.occurrence)
        {
            items.insert(recurrence.occurrence, as_task(task, recurrence));
        }
    }
    Ok(items.into_values().collect())
}

/// What the rule says, and what was left out of it.
fn by_rule(series: &Recurrence, range: &Range) -> Vec<(Moment, OccurrenceState)> {
    let left_out = series.exdates.iter().copied();
    let left_out = left_out.map(|moment| (moment, OccurrenceState::Skipped));
    let left_out = left_out.filter(|(moment, _)| range.contains(*moment));
    // What follows a completion depends on when that is.
    let rule = match series.mode {
        RecurrenceMode::FromDue => next::rule(series),
        RecurrenceMode::AfterCompletion => None,
    };
    let Some(rule) = rule else {
        return left_out.collect();
    };
    let days = (Moment::Date(range.from), Moment::Date(range.to));
    let yielded = rule.between(series.start, &[], days.0, days.1);
    yielded
        .map(|moment| (moment, state(series, moment)))
        .collect()
}

/// Of an occurrence that is no task.
fn state(series: &Recurrence, moment: Moment) -> OccurrenceState {
    if series.leaves_out(moment) {
        OccurrenceState::Skipped
    } else if moment < series.occurrence {
        OccurrenceState::Missed
    } else {
        OccurrenceState::Planned
    }
}

fn as_task(task: &Task, recurrence: &Recurrence) -> Occurrence {
    Occurrence {
        occurrence: recurrence.occurrence,
        due: task.due.clone(),
        due_at: task.due_at,
        task_id: Some(task.id),
        state: match (task.deleted_at, task.completed) {
            (Some(_), _) => OccurrenceState::Deleted,
            (None, true) => OccurrenceState::Completed,
            (None, false) => OccurrenceState::Open,
        },
    }
}
