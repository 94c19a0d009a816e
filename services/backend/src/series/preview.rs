//! `POST /recurrence/preview`

use std::iter;

use axum::{Json, extract::State};
use events::{CatchUp, Due, Moment, OpenPolicy, Recurrence, RecurrenceMode};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{input::NewRecurrence, next};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    home,
    http::{body::Body, patch::Patch},
    task::input,
};

/// Dues that a preview shows.
const SHOWN: usize = 5;

/// A recurrence, and the due of the task that would have it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewRequest {
    due: Due,
    /// As in the recurrence of a task.
    rule: String,
    #[serde(default)]
    mode: RecurrenceMode,
    #[serde(default)]
    open: OpenPolicy,
    #[serde(default)]
    catch_up: CatchUp,
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 366)]
    exdates: Vec<Moment>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    /// The rule as it would be kept; none for `none`.
    rule: Option<String>,
    /// What it means, in English.
    words: Option<String>,
    /// The first dues; after a completion, as if each were completed on its day.
    next: Vec<Occurring>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Occurring {
    due: Due,
    /// The instant after which it is overdue.
    due_at: Option<Timestamp>,
}

/// Says what a recurrence means, and changes nothing.
#[utoipa::path(
    post, path = "/recurrence/preview", tag = "recurrence", operation_id = "preview_recurrence",
    request_body = PreviewRequest,
    responses((status = 200, body = Preview), (status = 422, body = Problem))
)]
pub(crate) async fn preview_recurrence(
    State(app): State<App>,
    ctx: Ctx,
    body: Body<PreviewRequest>,
) -> Result<Json<Preview>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let home = home::zone(&mut db, ctx.user).await?;
    preview(body.value, &home).map(Json)
}

fn preview(request: PreviewRequest, home: &TimeZone) -> Result<Preview, ApiError> {
    let due = input::due(Patch::Value(request.due), Patch::Absent, None, home)?;
    let new = NewRecurrence {
        rule: request.rule,
        mode: request.mode,
        open: request.open,
        catch_up: request.catch_up,
        exdates: request.exdates,
    };
    let Some((series, rule)) = new
        .series(due.as_ref(), home)?
        .and_then(|series| next::rule(&series).map(|rule| (series, rule)))
    else {
        return Ok(Preview {
            rule: None,
            words: None,
            next: Vec::new(),
        });
    };
    let words = match series.mode {
        RecurrenceMode::FromDue => rule.words(series.start),
        RecurrenceMode::AfterCompletion => rule.words_after_completion(series.start),
    };
    // Each as if the one before had been skipped, or completed on its day.
    let occurrences = iter::successors(Some(series.clone()), |last| {
        Some(Recurrence {
            occurrence: next::after_skipping(last)?,
            number: last.number + 1,
            ..last.clone()
        })
    });
    let next = occurrences.take(SHOWN).map(|recurrence| {
        let due = recurrence.due(recurrence.occurrence);
        Ok(Occurring {
            due_at: input::due_at(Some(&due), home)?,
            due,
        })
    });
    Ok(Preview {
        words: Some(words),
        next: next.collect::<Result<_, ApiError>>()?,
        rule: Some(series.rule),
    })
}
