//! `DELETE /notifications/{id}`

use axum::extract::State;

use super::{change, store};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        path::NotificationPath,
        precondition::{RequestLine, Unversioned},
        reply::Reply,
    },
    write::{Begun, Write},
};

/// Deletes a notification. It does not come back, not by an undo either.
#[utoipa::path(
    delete, path = "/notifications/{id}", tag = "notifications",
    operation_id = "delete_notification",
    params(NotificationPath, ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem))
)]
pub(crate) async fn delete_notification(
    State(app): State<App>,
    ctx: Ctx,
    path: NotificationPath,
    _: Unversioned,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let found = store::find(write.tx(), user, &[path.id.0]).await?.pop();
    change::delete(&mut write, found.ok_or(ApiError::NotFound("Notification"))?).await?;
    write.commit(Reply::no_content()).await
}
