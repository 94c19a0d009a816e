//! One state of the database, seen over two connections.
//!
//! A log that is read for minutes occupies its connection; whatever is to be compared with it,
//! or written about it, needs another that sees the very same.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, PgTransaction};

const BEGIN: &str = "begin isolation level repeatable read";

/// A connection of its own without the limits that a request has.
pub(crate) async fn connect(pool: &PgPool) -> sqlx::Result<PgConnection> {
    let mut db = pool.acquire().await?.detach();
    db.execute("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        .await?;
    Ok(db)
}

/// Two transactions on the state of now. `first` is carried out by the first of them before.
pub(crate) async fn take<'c>(
    one: &'c mut PgConnection,
    other: &'c mut PgConnection,
    first: Option<&'static str>,
) -> sqlx::Result<(PgTransaction<'c>, PgTransaction<'c>)> {
    let mut one = one.begin_with(BEGIN).await?;
    if let Some(first) = first {
        one.execute(first).await?;
    }
    let name = sqlx::query_scalar!(r#"select pg_export_snapshot() as "name!""#)
        .fetch_one(&mut *one)
        .await?;
    let mut other = other.begin_with(BEGIN).await?;
    // The name comes from Postgres, which takes it as a literal only.
    let import = format!("set transaction snapshot '{name}'");
    other.execute(AssertSqlSafe(import)).await?;
    Ok((one, other))
}
