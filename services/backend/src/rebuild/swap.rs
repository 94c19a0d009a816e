//! The tables made equal to the fold, row by row: what is right already is not touched.

use sqlx::{AssertSqlSafe, Executor, PgConnection};
use uuid::Uuid;

use super::table::{self, Table};

pub(super) async fn run(db: &mut PgConnection, users: &[Uuid]) -> sqlx::Result<()> {
    for table in table::ALL {
        db.execute(AssertSqlSafe(put(table))).await?;
        if telemetry::faults::enabled("swap-in-parts") {
            db.execute("commit; begin").await?;
        }
    }
    for table in table::ALL.iter().rev() {
        sqlx::query(AssertSqlSafe(remove(table)))
            .bind(users)
            .execute(&mut *db)
            .await?;
    }
    // Equal to the tables now, and an account that is erased would not be erased here.
    db.execute("drop schema taskflow_shadow cascade").await?;
    Ok(())
}

/// Adds what is missing and corrects what differs.
fn put(table: &Table) -> String {
    let (name, key, columns) = (table.name, table.key(), table.columns());
    let (folded, live) = (table.fields_of("s"), table.fields_of("l"));
    let fields = table.fields.join(", ");
    let new = table.fields_of("excluded");
    format!(
        "insert into taskflow.{name} ({columns})
         select {columns} from taskflow_shadow.{name} s
         where not exists (
             select from taskflow.{name} l
             where {same} and {folded} is not distinct from {live}
         )
         on conflict ({key}) do update set ({fields}) = {new}",
        same = same_key(table),
    )
}

fn remove(table: &Table) -> String {
    let name = table.name;
    format!(
        "delete from taskflow.{name} l
         where ($1 = '{{}}' or user_id = any($1))
           and not exists (select from taskflow_shadow.{name} s where {same})",
        same = same_key(table),
    )
}

fn same_key(table: &Table) -> String {
    let same = table
        .key
        .iter()
        .map(|column| format!("s.{column} = l.{column}"));
    same.collect::<Vec<_>>().join(" and ")
}
