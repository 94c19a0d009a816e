//! Rows of `taskflow.projects`. Every statement names the user.

use events::{ProjectId, UserId};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::Project;

struct ProjectRow {
    id: Uuid,
    name: String,
    color: Option<String>,
    position: f64,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    version: i64,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: ProjectId(row.id),
            name: row.name,
            color: row.color,
            position: row.position,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
            deleted_at: row.deleted_at.map(Timestamp::to_jiff),
            version: row.version,
        }
    }
}

/// The project, unless it was deleted.
pub(crate) async fn find(
    db: &mut PgConnection,
    user: UserId,
    id: ProjectId,
) -> sqlx::Result<Option<Project>> {
    let project = find_any(db, user, id).await?;
    Ok(project.filter(|project| project.deleted_at.is_none()))
}

/// The project, deleted or not.
pub(crate) async fn find_any(
    db: &mut PgConnection,
    user: UserId,
    id: ProjectId,
) -> sqlx::Result<Option<Project>> {
    let row = sqlx::query_as!(
        ProjectRow,
        "select id, name, color, position, created_at, updated_at, deleted_at, version
         from taskflow.projects where user_id = $1 and id = $2",
        user.0,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Project::from))
}

pub(crate) async fn is_live(
    db: &mut PgConnection,
    user: UserId,
    id: ProjectId,
) -> sqlx::Result<bool> {
    Ok(find(db, user, id).await?.is_some())
}

pub(crate) async fn list(db: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Project>> {
    let rows = sqlx::query_as!(
        ProjectRow,
        "select id, name, color, position, created_at, updated_at, deleted_at, version
         from taskflow.projects where user_id = $1 and deleted_at is null order by position, id",
        user.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Project::from).collect())
}

pub(crate) async fn insert(
    db: &mut PgConnection,
    user: UserId,
    project: &Project,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into taskflow.projects
            (id, user_id, name, color, position, created_at, updated_at, version)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        project.id.0,
        user.0,
        project.name,
        project.color,
        project.position,
        project.created_at.to_sqlx(),
        project.version,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn update(
    db: &mut PgConnection,
    user: UserId,
    project: &Project,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.projects
         set name = $3, color = $4, position = $5, updated_at = $6, deleted_at = $7, version = $8
         where user_id = $1 and id = $2",
        user.0,
        project.id.0,
        project.name,
        project.color,
        project.position,
        project.updated_at.to_sqlx(),
        project.deleted_at.map(ToSqlx::to_sqlx),
        project.version,
    )
    .execute(db)
    .await?;
    Ok(())
}
