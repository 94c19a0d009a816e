//! `POST /notifications/read`

use axum::{extract::State, http::StatusCode};
use events::NotificationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{change, store};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{body::Body, precondition::RequestLine, reply::Reply},
    write::{Begun, Write},
};

/// Notifications of one request.
const AT_ONCE: usize = 1_000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadRequest {
    /// At most 1,000.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 1_000)]
    ids: Option<Vec<NotificationId>>,
    /// Or all that there are, the oldest 1,000 at a time.
    #[serde(default)]
    all: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadReport {
    /// How many are not read still.
    unread: i64,
}

/// Marks notifications as read. Ids that nothing has are passed over.
#[utoipa::path(
    post, path = "/notifications/read", tag = "notifications", operation_id = "read_notifications",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = ReadRequest,
    responses((status = 200, body = ReadReport), (status = 422, body = Problem))
)]
pub(crate) async fn read_notifications(
    State(app): State<App>,
    ctx: Ctx,
    line: RequestLine,
    body: Body<ReadRequest>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let found = match (body.value.ids, body.value.all) {
        (Some(ids), false) if ids.len() <= AT_ONCE => {
            let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
            store::find(write.tx(), user, &ids).await?
        }
        (Some(_), false) => {
            let detail = format!("At most {AT_ONCE} notifications can be named at once");
            return Err(ApiError::invalid("ids", detail));
        }
        (None, true) => {
            let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
            store::unread(write.tx(), user, limit).await?
        }
        _ => {
            return Err(ApiError::invalid(
                "ids",
                "Name either `ids`, or `all`: true",
            ));
        }
    };
    for notification in found {
        change::read(&mut write, notification).await?;
    }
    let unread = store::count_unread(write.tx(), user).await?;
    let reply = Reply::json(StatusCode::OK, &ReadReport { unread })?;
    write.commit(reply).await
}
