//! Rows of `taskflow.webhooks`.

use events::{UserId, WebhookId};
use jiff_sqlx::{Timestamp, ToSqlx};
use proto::v1::delivery::Webhook as Destination;
use sqlx::PgConnection;
use uuid::Uuid;

/// Of one user.
pub(super) const MAX: i64 = 20;

#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) id: WebhookId,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) event_types: Vec<String>,
    pub(super) active: bool,
    pub(super) off_because: Option<String>,
    pub(super) created_at: jiff::Timestamp,
    /// The `seq` up to which it had everything that it wants.
    pub(super) cursor: i64,
    /// A message that was asked for to see whether it arrives.
    pub(super) test_id: Option<Uuid>,
    pub(super) claim_id: Option<Uuid>,
    pub(super) lease_until: Option<jiff::Timestamp>,
    /// The `seq` up to which the claim has given out events; none of a test.
    pub(super) claimed_to: Option<i64>,
    /// In a row.
    pub(super) failures: i32,
    pub(super) failing_since: Option<jiff::Timestamp>,
    pub(super) retry_at: Option<jiff::Timestamp>,
}

impl Webhook {
    /// Forgets whoever is busy with it.
    pub(super) fn release(&mut self) {
        self.claim_id = None;
        self.lease_until = None;
        self.claimed_to = None;
    }

    /// And that it failed: it begins anew.
    pub(super) fn settle(&mut self) {
        self.release();
        self.failures = 0;
        self.failing_since = None;
        self.retry_at = None;
    }
}

struct Row {
    id: Uuid,
    url: String,
    secret: String,
    event_types: Vec<String>,
    active: bool,
    off_because: Option<String>,
    created_at: Timestamp,
    cursor: i64,
    test_id: Option<Uuid>,
    claim_id: Option<Uuid>,
    lease_until: Option<Timestamp>,
    claimed_to: Option<i64>,
    failures: i32,
    failing_since: Option<Timestamp>,
    retry_at: Option<Timestamp>,
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        Self {
            id: WebhookId(row.id),
            url: row.url,
            secret: row.secret,
            event_types: row.event_types,
            active: row.active,
            off_because: row.off_because,
            created_at: row.created_at.to_jiff(),
            cursor: row.cursor,
            test_id: row.test_id,
            claim_id: row.claim_id,
            lease_until: row.lease_until.map(Timestamp::to_jiff),
            claimed_to: row.claimed_to,
            failures: row.failures,
            failing_since: row.failing_since.map(Timestamp::to_jiff),
            retry_at: row.retry_at.map(Timestamp::to_jiff),
        }
    }
}

pub(super) async fn list(db: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Webhook>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, url, secret, event_types, active, off_because, created_at, cursor, test_id,
                claim_id, lease_until, claimed_to, failures, failing_since, retry_at
         from taskflow.webhooks where user_id = $1 order by id",
        user.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// Held until the transaction ends.
pub(super) async fn find(
    db: &mut PgConnection,
    user: UserId,
    id: Uuid,
) -> sqlx::Result<Option<Webhook>> {
    let row = sqlx::query_as!(
        Row,
        "select id, url, secret, event_types, active, off_because, created_at, cursor, test_id,
                claim_id, lease_until, claimed_to, failures, failing_since, retry_at
         from taskflow.webhooks where user_id = $1 and id = $2 for update",
        user.0,
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Webhook::from))
}

/// Whether there was room for one more.
pub(super) async fn insert(
    db: &mut PgConnection,
    user: UserId,
    webhook: &Webhook,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "insert into taskflow.webhooks
            (user_id, id, url, secret, event_types, active, created_at, cursor)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from taskflow.webhooks where user_id = $1) < $9",
        user.0,
        webhook.id.0,
        webhook.url,
        webhook.secret,
        &webhook.event_types,
        webhook.active,
        webhook.created_at.to_sqlx(),
        webhook.cursor,
        MAX,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Writes a webhook as it is, and when to look at it again; never, if there is no need.
pub(super) async fn update(
    db: &mut PgConnection,
    user: UserId,
    webhook: &Webhook,
    wake_at: Option<jiff::Timestamp>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.webhooks set
            url = $3, secret = $4, event_types = $5, active = $6, off_because = $7, cursor = $8,
            test_id = $9, claim_id = $10, lease_until = $11, failures = $12, failing_since = $13,
            retry_at = $14, wake_at = coalesce($15::timestamptz, 'infinity'), claimed_to = $16
         where user_id = $1 and id = $2",
        user.0,
        webhook.id.0,
        webhook.url,
        webhook.secret,
        &webhook.event_types,
        webhook.active,
        webhook.off_because,
        webhook.cursor,
        webhook.test_id,
        webhook.claim_id,
        webhook.lease_until.map(ToSqlx::to_sqlx) as _,
        webhook.failures,
        webhook.failing_since.map(ToSqlx::to_sqlx) as _,
        webhook.retry_at.map(ToSqlx::to_sqlx) as _,
        wake_at.map(ToSqlx::to_sqlx) as _,
        webhook.claimed_to,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether there was one.
pub(super) async fn delete(db: &mut PgConnection, user: UserId, id: Uuid) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from taskflow.webhooks where user_id = $1 and id = $2",
        user.0,
        id,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Those that want events of this type.
pub(crate) async fn that_want(
    db: &mut PgConnection,
    user: UserId,
    event_type: &str,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from taskflow.webhooks
         where user_id = $1 and active
           and event_types && array[$2::text, split_part($2, '.', 1) || '.*', '*']
         order by id",
        user.0,
        event_type,
    )
    .fetch_all(db)
    .await
}

/// Where it leads, if it is on.
pub(crate) async fn destination(
    db: &mut PgConnection,
    user: UserId,
    id: Uuid,
) -> sqlx::Result<Option<Destination>> {
    sqlx::query_as!(
        Destination,
        "select url, secret from taskflow.webhooks where user_id = $1 and id = $2 and active",
        user.0,
        id,
    )
    .fetch_optional(db)
    .await
}

/// Whether anything that it wants lies behind its cursor.
pub(super) async fn has_more(
    db: &mut PgConnection,
    user: UserId,
    webhook: &Webhook,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from taskflow.events
               where user_id = $1 and seq > $2
                 and $3::text[] && array[event_type, split_part(event_type, '.', 1) || '.*', '*']
           ) as "exists!""#,
        user.0,
        webhook.cursor,
        &webhook.event_types,
    )
    .fetch_one(db)
    .await
}
