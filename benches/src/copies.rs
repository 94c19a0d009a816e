//! Accounts like another one, made behind the product's back: a million rows by requests would
//! take longer than what is measured on them.

use anyhow::Result;
use sqlx::{AssertSqlSafe, Executor};

use crate::stage::Stage;
use crate::user::User;

/// Gives `accounts` new accounts whatever of `tables` is one user's. Their names are those of the
/// tables in schema `taskflow`, each after those that it refers to.
pub async fn copy(stage: &Stage, of: &User, accounts: usize, tables: &[&str]) -> Result<()> {
    let mut db = stage.db.acquire().await?;
    // Triggers would write events of their own.
    db.execute("set session_replication_role = replica").await?;
    db.execute(AssertSqlSafe(format!(
        r#"create temp table copies as
           select gen_random_uuid() as id from generate_series(1, {accounts});
           insert into auth."user" (id, name, email) select id, 'bench', id || '@bench.invalid' from copies"#
    )))
    .await?;
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar(
            "select column_name::text from information_schema.columns
             where table_schema = 'taskflow' and table_name = $1
               and is_generated = 'NEVER' and is_identity = 'NO'",
        )
        .bind(table)
        .fetch_all(&mut *db)
        .await?;
        let values = columns.iter().map(|column| match column.as_str() {
            "user_id" => "c.id".to_owned(),
            "aggregate_id" => {
                "case t.aggregate_id when t.user_id then c.id else t.aggregate_id end".to_owned()
            }
            other => format!("t.{other}"),
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let order = if *table == "events" {
            "c.id, t.seq"
        } else {
            "c.id"
        };
        let insert = format!(
            "insert into taskflow.{table} ({}) select {values} from copies c, taskflow.{table} t
             where t.user_id = '{}' order by {order}",
            columns.join(", "),
            of.id,
        );
        db.execute(AssertSqlSafe(insert)).await?;
    }
    db.execute("drop table copies; set session_replication_role = origin")
        .await?;
    db.execute("vacuum analyze").await?;
    Ok(())
}
