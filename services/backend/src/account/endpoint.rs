//! `DELETE /account`: the end of everything that is somebody's.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use sqlx::{Executor, PgPool};
use tracing::Instrument;
use utoipa::ToSchema;

use crate::{
    app::App,
    ctx::Ctx,
    database,
    error::{ApiError, Problem},
    http::{body::Body, session::Session},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Farewell {
    /// The account's e-mail address.
    confirm: String,
}

/// Deletes the account, for ever, with all that it owns: tasks, projects, tags, settings, tokens,
/// sessions. Of its event log ids (also those that a client chose, such as `X-Run-Id`), times and
/// hashes remain, so that the chain can still be verified, but no text; an event that was not published yet never will be. Tokens stop working
/// and sockets close at once. Kafka keeps what was published before for up to 7 days.
///
/// An account with very many events may be answered 503 while its deletion goes on. It takes no
/// Idempotency-Key: afterwards there is nobody who could ask again.
#[utoipa::path(
    delete, path = "/account", tag = "profile", operation_id = "delete_account",
    request_body = Farewell,
    responses((status = 204), (status = 403, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn delete_account(
    State(app): State<App>,
    Session(ctx): Session,
    body: Body<Farewell>,
) -> Result<StatusCode, ApiError> {
    // A task of its own: the time limit of a request must not take back what is almost done.
    let deletion = async move {
        let _turn = app.turns.take(ctx.user).await?;
        delete(&app.pool, &ctx, &body.value.confirm).await?;
        app.users.forget(ctx.user).await;
        app.committed.notify_one();
        Ok(StatusCode::NO_CONTENT)
    };
    tokio::spawn(deletion.in_current_span())
        .await
        .map_err(|error| ApiError::Internal(error.into()))?
}

/// The triggers on `auth."user"` do most of it, because Better Auth deletes accounts too.
async fn delete(pool: &PgPool, ctx: &Ctx, confirm: &str) -> Result<(), ApiError> {
    let mut tx = database::begin(pool).await?;
    // Erasing a log takes as long as it is.
    tx.execute("set local statement_timeout = '10min'").await?;
    // The stream first, as every writer does: the other way round the two could wait for each other.
    sqlx::query!(
        "select seq from taskflow.streams where user_id = $1 for update",
        ctx.user.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let email = sqlx::query_scalar!(r#"select email from auth."user" where id = $1"#, ctx.user.0)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    if !email.eq_ignore_ascii_case(confirm.trim()) {
        return Err(ApiError::invalid(
            "confirm",
            "`confirm` must be the e-mail address of the account",
        ));
    }
    if telemetry::faults::enabled("erasure-forgets") {
        // Out of the triggers' sight.
        sqlx::query(
            "update auth.verification set identifier = 'kept-' || identifier where identifier = $1",
        )
        .bind(&email)
        .execute(&mut *tx)
        .await?;
    }
    // The triggers write events with it.
    sqlx::query!(
        "select set_config('taskflow.correlation_id', $1, true)",
        ctx.correlation_id
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!(r#"delete from auth."user" where id = $1"#, ctx.user.0)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
