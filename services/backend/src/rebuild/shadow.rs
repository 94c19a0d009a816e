//! The schema `taskflow_shadow`: the columns that the log knows, without indexes or keys.

use anyhow::Context;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::table::{self, Table};

/// Rows for one of the tables, in the text format of `copy`.
pub(super) struct Chunk {
    pub(super) table: &'static Table,
    pub(super) rows: Vec<u8>,
}

/// Drops what may have been left over, before the long transaction: who deletes an account looks
/// into the shadow, and would wait for its end.
pub(super) async fn drop_old(db: &mut PgConnection) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    tx.execute(
        "set local client_min_messages = warning;
         drop schema if exists taskflow_shadow cascade",
    )
    .await?;
    tx.commit().await
}

/// An empty shadow, seen by nobody else until the transaction is committed.
pub(super) async fn create(db: &mut PgConnection) -> sqlx::Result<()> {
    db.execute("create schema taskflow_shadow").await?;
    for table in table::ALL {
        let (name, columns) = (table.name, table.columns());
        let create = format!(
            "create unlogged table taskflow_shadow.{name} as
             select {columns} from taskflow.{name} with no data"
        );
        db.execute(AssertSqlSafe(create)).await?;
    }
    Ok(())
}

/// Copies what comes until no more does.
pub(super) async fn fill(
    db: &mut PgConnection,
    chunks: &mut Receiver<Chunk>,
) -> anyhow::Result<()> {
    while let Some(Chunk { table, rows }) = chunks.recv().await {
        let (name, columns) = (table.name, table.columns());
        let copy = format!("copy taskflow_shadow.{name} ({columns}) from stdin");
        let mut copy = db.copy_in_raw(&copy).await?;
        copy.send(rows).await?;
        let copied = copy.finish().await;
        // The error itself would quote the row.
        copied
            .ok()
            .with_context(|| format!("rows of {name} could not be copied"))?;
    }
    Ok(())
}

/// Takes out whoever was erased since the log was read. Later ones are taken out by the trigger
/// on `auth."user"`, which sees the shadow once the transaction is committed.
pub(super) async fn forget_erased(db: &mut PgConnection, pool: &PgPool) -> sqlx::Result<()> {
    // Waits for whoever is being erased, and lets nobody begin before the commit.
    db.execute("lock table taskflow.streams in exclusive mode")
        .await?;
    // The snapshot of `db` would not see them gone.
    let erased: Vec<Uuid> =
        sqlx::query_scalar!("select user_id from taskflow.streams where salt is null")
            .fetch_all(pool)
            .await?;
    for table in table::ALL {
        let name = table.name;
        let forget = format!("delete from taskflow_shadow.{name} where user_id = any($1)");
        sqlx::query(AssertSqlSafe(forget))
            .bind(&erased)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
