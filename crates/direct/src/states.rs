//! What apps keep for a while, in a table.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sidecar::{BoxError, Claim, Over, Store};
use sqlx::PgPool;
use uuid::Uuid;

/// The table `bus.state`.
pub struct States(PgPool);

impl States {
    pub fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

#[async_trait]
impl Store for States {
    async fn get(&self, key: &str) -> Result<Option<(Bytes, String)>, BoxError> {
        let found = sqlx::query!(
            "select value, version from bus.state where key = $1 and expires_at > now()",
            key
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(found.map(|row| (row.value.into(), row.version.to_string())))
    }

    async fn put(
        &self,
        key: &str,
        value: &[u8],
        over: Over<'_>,
        ttl: Duration,
    ) -> Result<Claim, BoxError> {
        let (seconds, version) = (ttl.as_secs_f64(), Uuid::new_v4());
        let (anything, nothing, replaced) = match over {
            Over::Anything => (true, false, None),
            Over::Nothing => (false, true, None),
            Over::Version(version) => (false, false, version.parse::<Uuid>().ok()),
        };
        let written = sqlx::query!(
            "insert into bus.state as old (key, value, version, expires_at)
             select $1, $2, $3, now() + make_interval(secs => $4)
             -- Over a version: only where there is one.
             where $5 or $6 or exists (select from bus.state where key = $1)
             on conflict (key) do update
                 set value = excluded.value, version = excluded.version,
                     expires_at = excluded.expires_at
                 where $5
                    or $6 and old.expires_at <= now()
                    or old.version = $7 and old.expires_at > now()",
            key,
            value,
            version,
            seconds,
            anything,
            nothing,
            replaced,
        )
        .execute(&self.0)
        .await?;
        Ok(match written.rows_affected() {
            0 => Claim::Lost,
            _ => Claim::Won,
        })
    }

    async fn delete(&self, key: &str) -> Result<(), BoxError> {
        sqlx::query!("delete from bus.state where key = $1", key)
            .execute(&self.0)
            .await?;
        Ok(())
    }
}
