//! Rows of many tasks in one statement: what a series needs, whose occurrences come due together.

use std::{collections::HashMap, ops::Range};

use events::{Due, Moment, Recurrence, Reminder, SeriesId, TaskId, UserId};
use jiff::civil::Date;
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{TaskRow, priority_number, tasks};
use crate::task::model::Task;

/// Those of the tasks that exist, deleted or not.
pub(crate) async fn find_many(
    db: &mut PgConnection,
    user: UserId,
    ids: &[Uuid],
) -> sqlx::Result<Vec<Task>> {
    let rows = select!(user, "id = any($2)", ids);
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The parts of many tasks that are not deleted.
pub(crate) async fn live_parts(
    db: &mut PgConnection,
    user: UserId,
    parents: &[Uuid],
) -> sqlx::Result<Vec<Task>> {
    let rows = select!(
        user,
        "parent_id = any($2) and deleted_at is null order by position, id",
        parents
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The occurrences of a series on these days, deleted or not.
pub(crate) async fn of_series(
    db: &mut PgConnection,
    user: UserId,
    series: SeriesId,
    days: Range<Date>,
) -> sqlx::Result<Vec<Task>> {
    // A day sorts before its times.
    let rows = select!(
        user,
        "recurrence is not null and recurrence ->> 'series_id' = $2
             and recurrence ->> 'occurrence' >= $3 and recurrence ->> 'occurrence' < $4",
        series.to_string(),
        days.start.to_string(),
        days.end.to_string()
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The last occurrence of a series that is a task, deleted or not.
pub(crate) async fn newest_of_series(
    db: &mut PgConnection,
    user: UserId,
    series: SeriesId,
) -> sqlx::Result<Option<Task>> {
    let row = select!(
        user,
        "recurrence is not null and recurrence ->> 'series_id' = $2
         order by recurrence ->> 'occurrence' desc limit 1",
        series.to_string()
    );
    Ok(row.fetch_optional(db).await?.map(Task::from))
}

/// The occurrences of a series that come after the one with this number, without those that are
/// deleted, in order.
pub(crate) async fn later_in_series(
    db: &mut PgConnection,
    user: UserId,
    series: SeriesId,
    number: u32,
) -> sqlx::Result<Vec<Task>> {
    let rows = select!(
        user,
        "recurrence is not null and recurrence ->> 'series_id' = $2
             and (recurrence ->> 'number')::bigint > $3 and deleted_at is null
         order by (recurrence ->> 'number')::bigint, id",
        series.to_string(),
        i64::from(number)
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

/// How many parts many tasks have that are not deleted.
pub(crate) async fn count_live_parts(
    db: &mut PgConnection,
    user: UserId,
    parents: &[Uuid],
) -> sqlx::Result<HashMap<TaskId, usize>> {
    let rows = sqlx::query!(
        r#"select parent_id as "parent_id!", count(*) as "count!" from taskflow.tasks
           where user_id = $1 and parent_id = any($2) and deleted_at is null group by parent_id"#,
        user.0,
        parents,
    )
    .fetch_all(db)
    .await?;
    let counts = rows.into_iter().map(|row| {
        let count = usize::try_from(row.count).unwrap_or(usize::MAX);
        (TaskId(row.parent_id), count)
    });
    Ok(counts.collect())
}

/// The tasks that are these occurrences, deleted or not.
pub(crate) async fn by_occurrence(
    db: &mut PgConnection,
    user: UserId,
    occurrences: &[(SeriesId, Moment)],
) -> sqlx::Result<Vec<Task>> {
    let (series, moments): (Vec<_>, Vec<_>) = occurrences
        .iter()
        .map(|(series, moment)| (series.to_string(), moment.to_string()))
        .unzip();
    let rows = select!(
        user,
        "recurrence is not null and (recurrence ->> 'series_id', recurrence ->> 'occurrence')
             in (select * from unnest($2::text[], $3::text[]))",
        &series,
        &moments
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The live tasks that come next after these occurrences.
pub(crate) async fn after_occurrence(
    db: &mut PgConnection,
    user: UserId,
    occurrences: &[(SeriesId, Moment)],
) -> sqlx::Result<Vec<Task>> {
    let (series, moments): (Vec<_>, Vec<_>) = occurrences
        .iter()
        .map(|(series, moment)| (series.to_string(), moment.to_string()))
        .unzip();
    let rows = select!(
        user,
        "id in (
             select next.id from unnest($2::text[], $3::text[]) as d (series_id, occurrence)
             cross join lateral (
                 select t.id from taskflow.tasks t
                 where t.user_id = $1 and t.recurrence is not null and t.deleted_at is null
                   and t.recurrence ->> 'series_id' = d.series_id
                   and t.recurrence ->> 'occurrence' > d.occurrence
                 order by t.recurrence ->> 'occurrence' limit 1
             ) as next
         )",
        &series,
        &moments
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

/// Adds tasks whose tags are all known.
pub(crate) async fn insert_many(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
) -> sqlx::Result<()> {
    fn column<T>(tasks: &[Task], of: impl Fn(&Task) -> T) -> Vec<T> {
        tasks.iter().map(of).collect()
    }
    // Postgres has no lists of lists of different lengths.
    let tags: Vec<Json<&[String]>> = tasks.iter().map(|task| Json(&task.tags[..])).collect();
    let dues: Vec<Option<Json<&Due>>> = tasks
        .iter()
        .map(|task| task.due.as_ref().map(Json))
        .collect();
    let recurrences: Vec<Option<Json<&Recurrence>>> = tasks
        .iter()
        .map(|task| task.recurrence.as_ref().map(Json))
        .collect();
    let reminders: Vec<Json<&[Reminder]>> =
        tasks.iter().map(|task| Json(&task.reminders[..])).collect();
    let due_ats: Vec<Option<Timestamp>> = column(tasks, |task| task.due_at.map(ToSqlx::to_sqlx));
    let created: Vec<Timestamp> = column(tasks, |task| task.created_at.to_sqlx());
    sqlx::query!(
        "insert into taskflow.tasks
            (id, user_id, project_id, parent_id, title, description, tags, priority, position, due,
             due_at, created_at, updated_at, version, recurrence, reminders)
         select d.id, $1, d.project_id, d.parent_id, d.title, d.description,
                array(select jsonb_array_elements_text(d.tags)), d.priority, d.position, d.due,
                d.due_at, d.created_at, d.created_at, d.version, d.recurrence, d.reminders
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[],
                     $8::smallint[], $9::float8[], $10::jsonb[], $11::timestamptz[],
                     $12::timestamptz[], $13::bigint[], $14::jsonb[], $15::jsonb[])
             as d (id, project_id, parent_id, title, description, tags, priority, position, due,
                   due_at, created_at, version, recurrence, reminders)",
        user.0,
        &column(tasks, |task| task.id.0),
        &column(tasks, |task| task.project_id.map(|id| id.0)) as _,
        &column(tasks, |task| task.parent_id.map(|id| id.0)) as _,
        &column(tasks, |task| task.title.clone()),
        &column(tasks, |task| task.description.clone()),
        &tags[..] as _,
        &column(tasks, |task| priority_number(task.priority)),
        &column(tasks, |task| task.position),
        &dues[..] as _,
        &due_ats[..] as _,
        &created[..] as _,
        &column(tasks, |task| task.version),
        &recurrences[..] as _,
        &reminders[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes the recurrences of tasks, with what counts changes.
pub(crate) async fn set_recurrences(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.id.0).collect();
    let versions: Vec<i64> = tasks.iter().map(|task| task.version).collect();
    let updated: Vec<Timestamp> = tasks.iter().map(|task| task.updated_at.to_sqlx()).collect();
    let recurrences: Vec<Option<Json<&Recurrence>>> = tasks
        .iter()
        .map(|task| task.recurrence.as_ref().map(Json))
        .collect();
    sqlx::query!(
        "update taskflow.tasks t
         set recurrence = d.recurrence, version = d.version, updated_at = d.updated_at
         from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::jsonb[])
             as d (id, version, updated_at, recurrence)
         where t.user_id = $1 and t.id = d.id",
        user.0,
        &ids,
        &versions,
        &updated[..] as _,
        &recurrences[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
