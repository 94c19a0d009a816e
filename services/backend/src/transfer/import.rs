//! `POST /import`

use axum::{
    body::Body,
    extract::{Request, State},
};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::{
    csv_import, log_import,
    pace::{paced, unread},
    todoist,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        precondition::{IdempotencyKey, RequestLine},
        query::Query,
        reply::Reply,
    },
};

/// The largest table. A log is read line by line, and limited by its events.
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

/// A table that was read whole.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    pub(super) key: Option<IdempotencyKey>,
}

/// Takes in a file, all of it or nothing. A log makes an empty account the same as the exported
/// one, with the same history and its change-sets; an account is empty until more than its time
/// zone is set. A table adds its tasks in one change-set. A file with an Idempotency-Key is taken
/// in once; a log without one that is sent again finds that the account is not empty. A wrong line
/// is named. A log may have 2,000,000 events, unless the server is configured otherwise.
///
/// The body has to keep coming: after a pause of 10 s, or with less than 16 KiB a second, it is
/// answered 408. Files of two users are taken in at a time, one of each; more wait for 5 s, and are
/// answered 429.
#[utoipa::path(
    post, path = "/import", tag = "transfer", operation_id = "import",
    params(ImportParams, ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (
            status = 200, body = Imported,
            headers(("X-Change-Set-Id" = Option<String>, description = "Of a table; a log has its own")),
        ),
        (status = 408, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
    )
)]
pub(crate) async fn import(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<ImportParams>,
    line: RequestLine,
    request: Request,
) -> Result<Reply, ApiError> {
    let _place = app.imports.take(ctx.user).await?;
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = request.into_body();
    match params.format {
        Format::Log => {
            // A log says things by itself: no budget counts them.
            if ctx.grant.is_some() {
                return Err(ApiError::OutsideGrant(
                    "A token with a grant cannot take in a log".to_owned(),
                ));
            }
            log_import::import(&app, &ctx, line, &query, paced(body)).await
        }
        Format::Csv => {
            let file = table(body, &query, line).await?;
            csv_import::import(&app, ctx, file).await
        }
        Format::Todoist => {
            let file = table(body, &query, line).await?;
            todoist::import(&app, ctx, file, params.project).await
        }
    }
}

/// Read whole before anything is begun. What the query asks belongs to what is asked.
async fn table(body: Body, query: &str, line: RequestLine) -> Result<File, ApiError> {
    let mut body = paced(body);
    let mut bytes = Vec::new();
    while let Some(part) = body.try_next().await.map_err(|error| unread(&error))? {
        if bytes.len() + part.len() > MAX_TABLE_BYTES {
            return Err(ApiError::TooLarge {
                limit: MAX_TABLE_BYTES,
            });
        }
        bytes.extend_from_slice(&part);
    }
    let hash = Sha256::new()
        .chain_update(query)
        .chain_update([0])
        .chain_update(&bytes)
        .finalize();
    let key = line.key(hash.into())?;
    Ok(File { bytes, key })
}
