//! Rows of `taskflow.tasks`. Every statement names the user.

use events::{Due, Priority, ProjectId, Recurrence, Reminder, ReminderId, TaskId, UserId};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::Task;

#[derive(sqlx::FromRow)]
pub(super) struct TaskRow {
    id: Uuid,
    title: String,
    description: String,
    priority: i16,
    tags: Vec<String>,
    project_id: Option<Uuid>,
    parent_id: Option<Uuid>,
    position: f64,
    due: Option<Json<Due>>,
    due_at: Option<Timestamp>,
    recurrence: Option<Json<Recurrence>>,
    reminders: Json<Vec<Reminder>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    completed_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    version: i64,
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        Self {
            id: TaskId(row.id),
            title: row.title,
            description: row.description,
            completed: row.completed_at.is_some(),
            priority: priority_from(row.priority),
            tags: row.tags,
            project_id: row.project_id.map(ProjectId),
            parent_id: row.parent_id.map(TaskId),
            position: row.position,
            due: row.due.map(|due| due.0),
            due_at: row.due_at.map(Timestamp::to_jiff),
            recurrence: row.recurrence.map(|recurrence| recurrence.0),
            reminders: row.reminders.0,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
            completed_at: row.completed_at.map(Timestamp::to_jiff),
            deleted_at: row.deleted_at.map(Timestamp::to_jiff),
            version: row.version,
        }
    }
}

/// The columns of a [`TaskRow`], for statements that are put together at run time.
pub(super) const COLUMNS: &str = "id, title, description, priority, tags, project_id, parent_id, \
     position, due, due_at, recurrence, reminders, created_at, updated_at, completed_at, \
     deleted_at, version";

pub(crate) const fn priority_number(priority: Priority) -> i16 {
    match priority {
        Priority::None => 0,
        Priority::Low => 1,
        Priority::Medium => 2,
        Priority::High => 3,
        Priority::Urgent => 4,
    }
}

const fn priority_from(number: i16) -> Priority {
    match number {
        1 => Priority::Low,
        2 => Priority::Medium,
        3 => Priority::High,
        4 => Priority::Urgent,
        _ => Priority::None,
    }
}

/// A checked `select` of whole rows; every one begins with the user.
macro_rules! select {
    ($user:expr, $condition:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            TaskRow,
            r#"select id, title, description, priority, tags, project_id, parent_id, position,
                      due as "due: Json<Due>", due_at,
                      recurrence as "recurrence: Json<Recurrence>",
                      reminders as "reminders: Json<Vec<Reminder>>",
                      created_at, updated_at, completed_at, deleted_at, version
               from taskflow.tasks where user_id = $1 and "#
                + $condition,
            $user.0,
            $($argument),+
        )
    };
}

mod many;

pub(crate) use many::{
    after_occurrence, by_occurrence, count_live_parts, find_many, insert_many, later_in_series,
    live_parts, newest_of_series, of_series, set_recurrences,
};

/// The task, deleted or not.
pub(crate) async fn find(
    db: &mut PgConnection,
    user: UserId,
    id: TaskId,
) -> sqlx::Result<Option<Task>> {
    let row = select!(user, "id = $2", id.0).fetch_optional(db).await?;
    Ok(row.map(Task::from))
}

/// The parts of a task, deleted or not.
pub(crate) async fn parts(
    db: &mut PgConnection,
    user: UserId,
    parent: TaskId,
) -> sqlx::Result<Vec<Task>> {
    let rows = select!(user, "parent_id = $2 order by position, id", parent.0);
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The tasks of a project, deleted or not.
pub(crate) async fn of_project(
    db: &mut PgConnection,
    user: UserId,
    project: ProjectId,
) -> sqlx::Result<Vec<Task>> {
    let rows = select!(user, "project_id = $2 order by position, id", project.0);
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The tasks that carry any of these tags, deleted or not.
pub(crate) async fn of_tags(
    db: &mut PgConnection,
    user: UserId,
    tags: &[String],
) -> sqlx::Result<Vec<Task>> {
    let rows = select!(user, "tags && $2::text[] order by id", tags);
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The tasks whose due follows the user from zone to zone, deleted or not.
pub(crate) async fn with_local_due(db: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Task>> {
    let rows = select!(user, "due ->> 'kind' <> $2", "zoned");
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The task that has a reminder, deleted or not.
pub(crate) async fn with_reminder(
    db: &mut PgConnection,
    user: UserId,
    reminder: ReminderId,
) -> sqlx::Result<Option<Task>> {
    let row = select!(
        user,
        "reminders <> '[]' and reminders @> jsonb_build_array(jsonb_build_object('id', $2::text))",
        reminder.to_string()
    );
    Ok(row.fetch_optional(db).await?.map(Task::from))
}

/// The tasks that may have something on the agenda.
pub(crate) async fn on_agenda(db: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Task>> {
    let rows = select!(
        user,
        "(recurrence is not null or jsonb_array_length(reminders) > $2)",
        0
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

/// The open tasks that are due after an instant, the soonest first; after so many bytes of
/// descriptions, without theirs.
pub(crate) async fn open_with_due(
    db: &mut PgConnection,
    user: UserId,
    after: jiff::Timestamp,
    limit: i64,
    described: i64,
) -> sqlx::Result<Vec<Task>> {
    let rows = sqlx::query_as!(
        TaskRow,
        r#"select id, title,
                  case when sum(octet_length(description))
                           over (order by coalesce(due_at, 'infinity'), id) <= $4
                       then description else '' end as "description!", priority, tags, project_id, parent_id, position,
                  due as "due: Json<Due>", due_at,
                  recurrence as "recurrence: Json<Recurrence>",
                  reminders as "reminders: Json<Vec<Reminder>>",
                  created_at, updated_at, completed_at, deleted_at, version
           from (
               select * from taskflow.tasks
               where user_id = $1 and coalesce(due_at, 'infinity') between $2 and '9999-12-31'
                 and completed_at is null and deleted_at is null
               order by coalesce(due_at, 'infinity'), id limit $3
           ) as soonest
           order by coalesce(due_at, 'infinity'), id"#,
        user.0,
        after.to_sqlx() as _,
        limit,
        described,
    );
    Ok(tasks(rows.fetch_all(db).await?))
}

fn tasks(rows: Vec<TaskRow>) -> Vec<Task> {
    rows.into_iter().map(Task::from).collect()
}

/// Adds a task; gives the tags that were not there before.
pub(crate) async fn insert(
    db: &mut PgConnection,
    user: UserId,
    task: &Task,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "with tagged as (
            insert into taskflow.tags (user_id, name, created_at)
            select $2, name, $12 from unnest($7::text[]) as name
            on conflict do nothing
            returning name
        ), inserted as (
            insert into taskflow.tasks
                (id, user_id, project_id, parent_id, title, description, tags, priority, position,
                 due, due_at, created_at, updated_at, completed_at, version, recurrence,
                 reminders)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15, $16)
        )
        select name from tagged",
        task.id.0,
        user.0,
        task.project_id.map(|id| id.0),
        task.parent_id.map(|id| id.0),
        task.title,
        task.description,
        &task.tags,
        priority_number(task.priority),
        task.position,
        task.due.as_ref().map(Json) as _,
        task.due_at.map(ToSqlx::to_sqlx),
        task.created_at.to_sqlx(),
        task.completed_at.map(ToSqlx::to_sqlx),
        task.version,
        task.recurrence.as_ref().map(Json) as _,
        Json(&task.reminders) as _,
    )
    .fetch_all(db)
    .await
}

/// Writes a task's new state; gives the tags that were not there before.
pub(crate) async fn update(
    db: &mut PgConnection,
    user: UserId,
    task: &Task,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "with tagged as (
            insert into taskflow.tags (user_id, name, created_at)
            select $2, name, $12 from unnest($7::text[]) as name
            on conflict do nothing
            returning name
        ), updated as (
            update taskflow.tasks set
                project_id = $3, parent_id = $4, title = $5, description = $6, tags = $7,
                priority = $8, position = $9, due = $10, due_at = $11, updated_at = $12,
                completed_at = $13, deleted_at = $14, version = $15, recurrence = $16,
                reminders = $17
            where id = $1 and user_id = $2
        )
        select name from tagged",
        task.id.0,
        user.0,
        task.project_id.map(|id| id.0),
        task.parent_id.map(|id| id.0),
        task.title,
        task.description,
        &task.tags,
        priority_number(task.priority),
        task.position,
        task.due.as_ref().map(Json) as _,
        task.due_at.map(ToSqlx::to_sqlx),
        task.updated_at.to_sqlx(),
        task.completed_at.map(ToSqlx::to_sqlx),
        task.deleted_at.map(ToSqlx::to_sqlx),
        task.version,
        task.recurrence.as_ref().map(Json) as _,
        Json(&task.reminders) as _,
    )
    .fetch_all(db)
    .await
}

/// Writes the tags of many tasks, with what counts changes.
pub(super) async fn set_tags(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.id.0).collect();
    let versions: Vec<i64> = tasks.iter().map(|task| task.version).collect();
    let updated: Vec<Timestamp> = tasks.iter().map(|task| task.updated_at.to_sqlx()).collect();
    // Postgres has no lists of lists of different lengths.
    let tags: Vec<Json<&[String]>> = tasks.iter().map(|task| Json(&task.tags[..])).collect();
    sqlx::query!(
        "update taskflow.tasks t set
            tags = array(select jsonb_array_elements_text(d.tags)), version = d.version,
            updated_at = d.updated_at
         from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::jsonb[])
             as d (id, version, updated_at, tags)
         where t.user_id = $1 and t.id = d.id",
        user.0,
        &ids,
        &versions,
        &updated[..] as _,
        &tags[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes many tasks out of their project, with what counts changes.
pub(super) async fn leave_project(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.id.0).collect();
    let versions: Vec<i64> = tasks.iter().map(|task| task.version).collect();
    let updated: Vec<Timestamp> = tasks.iter().map(|task| task.updated_at.to_sqlx()).collect();
    sqlx::query!(
        "update taskflow.tasks t set
            project_id = null, version = d.version, updated_at = d.updated_at
         from unnest($2::uuid[], $3::bigint[], $4::timestamptz[]) as d (id, version, updated_at)
         where t.user_id = $1 and t.id = d.id",
        user.0,
        &ids,
        &versions,
        &updated[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many live tasks carry a tag.
pub(crate) async fn count_of_tag(
    db: &mut PgConnection,
    user: UserId,
    tag: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from taskflow.tasks
           where user_id = $1 and tags @> array[$2]::text[] and deleted_at is null"#,
        user.0,
        tag,
    )
    .fetch_one(db)
    .await
}

/// Sets what is derived from the due, for many tasks: no event, no new version.
pub(crate) async fn set_due_at(
    db: &mut PgConnection,
    user: UserId,
    ids: &[Uuid],
    instants: &[jiff::Timestamp],
) -> sqlx::Result<()> {
    let instants: Vec<Timestamp> = instants.iter().copied().map(ToSqlx::to_sqlx).collect();
    sqlx::query!(
        "update taskflow.tasks t set due_at = d.due_at
         from unnest($2::uuid[], $3::timestamptz[]) as d (id, due_at)
         where t.user_id = $1 and t.id = d.id",
        user.0,
        ids,
        &instants[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
