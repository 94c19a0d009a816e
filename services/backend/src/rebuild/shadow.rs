//! The schema `taskflow_shadow`: the columns that the log knows, without indexes or keys.

use anyhow::Context;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tokio::sync::mpsc::Receiver;

use super::table::{self, Table};

/// Rows for one of the tables, in the text format of `copy`.
pub(super) struct Chunk {
    pub(super) table: &'static Table,
    pub(super) rows: Vec<u8>,
}

/// An empty shadow in place of one that may have been left over.
pub(super) async fn create(db: &mut PgConnection) -> sqlx::Result<()> {
    db.execute(
        "set local client_min_messages = warning;
         drop schema if exists taskflow_shadow cascade;
         create schema taskflow_shadow",
    )
    .await?;
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
