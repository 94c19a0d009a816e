//! Which rows of the tables are not what the fold says.

use events::{UserId, tag_aggregate};
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::{
    Difference, Report, SHOWN, What,
    table::{self, Table},
};

/// Adds every difference to the report.
pub(super) async fn into(
    db: &mut PgConnection,
    users: &[Uuid],
    report: &mut Report,
) -> anyhow::Result<()> {
    for table in table::ALL {
        let rows = sqlx::query(AssertSqlSafe(differences(table)))
            .bind(users)
            .bind(i64::try_from(SHOWN)?)
            .fetch_all(&mut *db)
            .await?;
        if let Some(first) = rows.first() {
            let total: i64 = first.try_get("total")?;
            report.count += usize::try_from(total)?;
        }
        for row in &rows {
            if report.differences.len() < SHOWN {
                report.differences.push(difference(table, row)?);
            }
        }
    }
    Ok(())
}

fn differences(table: &Table) -> String {
    let (name, key) = (table.name, table.key());
    let (folded, live) = (table.fields_of("s"), table.fields_of("l"));
    // Of a profile, the key is the user alone.
    let id = table.key.last().unwrap_or(&"user_id");
    let changed: Vec<_> = table
        .fields
        .iter()
        .map(|field| format!("case when s.{field} is distinct from l.{field} then '{field}' end"))
        .collect();
    let changed = changed.join(", ");
    format!(
        "select user_id, {id}::text as id, l.present is null as missing,
                s.present is null as unexplained,
                array_remove(array[{changed}], null) as changed, count(*) over () as total
         from (select 1 as present, * from taskflow_shadow.{name}) s
         full join (
             select 1 as present, * from taskflow.{name} where $1 = '{{}}' or user_id = any($1)
         ) l using ({key})
         where s.present is null or l.present is null or {folded} is distinct from {live}
         order by user_id, id limit $2"
    )
}

fn difference(table: &Table, row: &PgRow) -> anyhow::Result<Difference> {
    let user: Uuid = row.try_get("user_id")?;
    let id: String = row.try_get("id")?;
    let what = if row.try_get("missing")? {
        What::Missing
    } else if row.try_get("unexplained")? {
        What::Unexplained
    } else {
        What::Differs(row.try_get("changed")?)
    };
    Ok(Difference {
        table: table.name,
        user,
        // A tag's name is personal; its aggregate in the log is not.
        id: match id.parse() {
            Ok(id) if table.name != table::TAGS.name => id,
            _ => tag_aggregate(UserId(user), &id),
        },
        what,
    })
}
