//! `POST /undo`

use axum::{extract::State, http::StatusCode};
use events::{Cause, ChangeSetId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    order,
    report::Report,
    sets::{self, Deeds},
    undone::Undone,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{body::Body, precondition::RequestLine, reply::Reply},
    write::{Begun, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoRequest {
    /// What to take back: the `X-Change-Set-Id` of the answer to a write. That of an undo does
    /// again what was undone.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    change_set_id: Option<ChangeSetId>,
    /// Or everything that an agent did in one run.
    #[serde(default)]
    run_id: Option<String>,
    /// Only says what an undo would do.
    #[serde(default)]
    preview: bool,
}

/// Takes back a change-set or an agent's run, at any age. What somebody has changed since stays,
/// and is named with the reason. What went out of the house meanwhile, such as a mail, stays out.
#[utoipa::path(
    post, path = "/undo", tag = "history", operation_id = "undo",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = UndoRequest,
    responses(
        (status = 200, body = Report, headers(("X-Change-Set-Id" = String))),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn undo(
    State(app): State<App>,
    ctx: Ctx,
    line: RequestLine,
    body: Body<UndoRequest>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let (user, request) = (write.ctx.user, body.value);
    let mut undone = Undone::read(write.tx(), user).await?;
    let sets = wanted(&mut write, &request, &undone).await?;
    let by = write.ctx.change_set;
    let mut report = Report::default();
    for deeds in &sets {
        // What goes back with it is in nobody's way.
        undone.add(deeds.set.id, by);
    }
    order::take_back(&mut write, sets, &undone, &mut report).await?;
    if request.preview {
        // The write is dropped, and with it what was tried.
        return Reply::json(StatusCode::OK, &report);
    }
    report.change_set_id = write.change_set();
    let reply = Reply::json(StatusCode::OK, &report)?;
    write.commit(reply).await
}

/// The change-sets to take back, the newest first; the write is told the cause.
async fn wanted(
    write: &mut Write,
    request: &UndoRequest,
    undone: &Undone,
) -> Result<Vec<Deeds>, ApiError> {
    let user = write.ctx.user;
    match (request.change_set_id, &request.run_id) {
        (Some(change_set_id), None) => {
            let deeds = sets::of_change_set(write.tx(), user, change_set_id)
                .await?
                .ok_or(ApiError::NotFound("Change-set"))?;
            if let Some(later) = undone.by(&deeds.set)
                && !telemetry::faults::enabled("undo-twice")
            {
                return Err(ApiError::Undone { later });
            }
            write.ctx.cause = Some(Cause::Undo { change_set_id });
            Ok(vec![deeds])
        }
        (None, Some(run_id)) => {
            if run_id.contains('\0') {
                return Err(ApiError::invalid(
                    "run_id",
                    "`run_id` must not contain U+0000",
                ));
            }
            let sets = sets::of_run(write.tx(), user, run_id).await?;
            if sets.is_empty() {
                return Err(ApiError::NotFound("Run"));
            }
            let later = sets.iter().find_map(|deeds| undone.by(&deeds.set));
            let standing: Vec<Deeds> = sets
                .into_iter()
                .filter(|deeds| undone.by(&deeds.set).is_none() && !undone.stands(&deeds.set))
                .collect();
            if let (Some(later), true) = (later, standing.is_empty()) {
                return Err(ApiError::Undone { later });
            }
            write.ctx.cause = Some(Cause::UndoRun {
                run_id: run_id.clone(),
            });
            Ok(standing)
        }
        _ => Err(ApiError::invalid(
            "change_set_id",
            "Name either a change_set_id or a run_id",
        )),
    }
}
