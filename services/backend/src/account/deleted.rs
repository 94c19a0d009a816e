//! Forgets deleted accounts at once, whoever deleted them: each replica remembers who exists, and
//! the trigger on `auth."user"` tells all of them.

use std::time::Duration;

use auth::KnownUsers;
use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;

use crate::database::Outage;

/// As in migration 0005.
const CHANNEL: &str = "taskflow_user_deleted";

/// Until Postgres is asked again. Meanwhile a deleted account is let in for as long as
/// [`KnownUsers`] remembers it.
const PAUSE: Duration = Duration::from_millis(500);

/// How long one attempt to reach Postgres may take.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn run(
    pool: PgPool,
    users: KnownUsers<sqlx::Error>,
    outage: Outage,
    shutdown: CancellationToken,
) {
    // A connection of its own, held for ever: requests keep all of theirs. Given more time, the pool
    // would look ever more seldom whether Postgres is back, and whether it goes again is heard here.
    let options = (*pool.connect_options()).clone();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            ended = listen(&pool, &users, &outage) => {
                // It is the one connection that hears at once when Postgres goes.
                outage.seen();
                let error = ended.err().map(tracing::field::display);
                tracing::warn!(error, "deleted accounts are not heard of; trying again");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Ends as soon as the connection does.
async fn listen(
    pool: &PgPool,
    users: &KnownUsers<sqlx::Error>,
    outage: &Outage,
) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    // It would say that a connection was lost only when it has another.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    // Whoever went, and whatever broke, while nobody listened.
    users.forget_all();
    outage.seen();
    while let Some(notification) = listener.try_recv().await? {
        if let Ok(user) = notification.payload().parse() {
            users.forget(user).await;
        }
    }
    Ok(())
}
