//! What tasks and projects were called after an event.
//!
//! Only an event that renames says so. From what a thing is called now, the renames after the
//! event are taken back: the pages that people read most, the newest, have the fewest of them.

use std::collections::HashMap;

use events::{Event, Payload, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::filter::Row;

/// Of every task and project of a page: the versions at which it was about to be renamed, in
/// order, with the name until then. The last is what it is called now.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<Uuid, Vec<(i64, String)>>);

impl Names {
    /// Of these things, from these versions on.
    pub(super) async fn read(
        db: &mut PgConnection,
        user: UserId,
        oldest: HashMap<Uuid, i64>,
    ) -> sqlx::Result<Self> {
        let (ids, versions): (Vec<Uuid>, Vec<i64>) = oldest.into_iter().unzip();
        let rows = sqlx::query!(
            r#"select e.aggregate_id as "id!", e.version as "version!",
                      coalesce(e.data #>> '{changes,title,before}',
                               e.data #>> '{changes,name,before}') as "name!"
               from unnest($2::uuid[], $3::bigint[]) as oldest (id, version)
               join taskflow.events e on e.user_id = $1 and e.aggregate_id = oldest.id
                                     and e.version > oldest.version
               where (e.event_type = 'task.updated' and e.data #> '{changes,title}' is not null)
                  or (e.event_type = 'project.updated' and e.data #> '{changes,name}' is not null)
               union all
               select id, 9223372036854775807, title from taskflow.tasks
               where user_id = $1 and id = any($2)
               union all
               select id, 9223372036854775807, name from taskflow.projects
               where user_id = $1 and id = any($2)
               order by 1, 2"#,
            user.0,
            &ids,
            &versions,
        )
        .fetch_all(db)
        .await?;
        let mut names = Self::default();
        for row in rows {
            names
                .0
                .entry(row.id)
                .or_default()
                .push((row.version, row.name));
        }
        Ok(names)
    }

    /// `None` for a profile.
    pub(super) fn after<'a>(&'a self, event: &'a Event) -> Option<&'a str> {
        match &event.payload {
            Payload::TagCreated(tag) => Some(&tag.name),
            Payload::TagUpdated(tag) => Some(&tag.name),
            Payload::TagDeleted(tag) => Some(&tag.name),
            _ => {
                let renames = self.0.get(&event.aggregate_id)?;
                let version = i64::try_from(event.version).unwrap_or(i64::MAX);
                let (_, name) = renames.iter().find(|(until, _)| *until > version)?;
                Some(name)
            }
        }
    }
}

/// The things of a page, each with the oldest version that it has there.
pub(super) fn oldest(page: &[Row]) -> HashMap<Uuid, i64> {
    let mut oldest = HashMap::new();
    for Row { event, .. } in page {
        let known = oldest.entry(event.aggregate_id).or_insert(event.version);
        *known = event.version.min(*known);
    }
    oldest
}
