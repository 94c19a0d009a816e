//! `POST /import`

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{csv_import, log_import, todoist};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{query::Query, reply::Reply},
};

/// The largest table; a log has no limit, because it is read line by line.
const MAX_TABLE_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// What `GET /export` gives.
    #[default]
    Log,
    /// A table of tasks with a header line.
    Csv,
    /// A project as Todoist exports it.
    Todoist,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportParams {
    /// `log` if absent.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// Todoist's files do not name their project: it gets this name. Without one the tasks
    /// stand in no project.
    #[serde(default)]
    project: Option<String>,
}

/// What came in.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Imported {
    pub(super) events: u64,
    pub(super) tasks: u64,
    pub(super) projects: u64,
    /// What could not be kept as it was, line by line.
    pub(super) warnings: Vec<Warning>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Warning {
    /// The first line of a file is 1.
    pub(super) line: u64,
    pub(super) message: String,
}

/// Takes in a file, all of it or nothing. A log makes an empty account the same as the exported
/// one, with the same history; a table adds its tasks in one change-set. A wrong line is named.
#[utoipa::path(
    post, path = "/import", tag = "transfer", operation_id = "import",
    params(ImportParams),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (status = 200, body = Imported, headers(("X-Change-Set-Id" = String))),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn import(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<ImportParams>,
    request: Request,
) -> Result<Reply, ApiError> {
    let body = request.into_body();
    match params.format {
        Format::Log => {
            let imported = log_import::import(&app, &ctx, body.into_data_stream()).await?;
            Reply::json(StatusCode::OK, &imported)
        }
        Format::Csv => csv_import::import(&app, ctx, &table(body).await?).await,
        Format::Todoist => todoist::import(&app, ctx, &table(body).await?, params.project).await,
    }
}

async fn table(body: axum::body::Body) -> Result<Vec<u8>, ApiError> {
    let body = http_body_util::Limited::new(body, MAX_TABLE_BYTES);
    let bytes = body.collect().await.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            ApiError::TooLarge {
                limit: MAX_TABLE_BYTES,
            }
        } else {
            ApiError::Malformed("The body could not be read".to_owned())
        }
    })?;
    Ok(bytes.to_bytes().into())
}
