//! Rows of `taskflow.api_tokens`.

use events::{TokenId, UserId};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

use super::{
    grant::Grant,
    model::{Scope, Token},
};

/// The most that a user may have which are neither revoked nor expired.
pub(super) const MAX_VALID: i64 = 100;

/// How many tokens a list holds at most, the newest: those that are long revoked may be many.
const LISTED: i64 = 1000;

struct TokenRow {
    id: Uuid,
    name: String,
    scope: Scope,
    limits: Option<Json<Grant>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: TokenId(row.id),
            name: row.name,
            scope: row.scope,
            grant: row.limits.map(|limits| limits.0),
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            last_used_at: row.last_used_at.map(Timestamp::to_jiff),
            revoked_at: row.revoked_at.map(Timestamp::to_jiff),
        }
    }
}

pub(super) async fn list(pool: &PgPool, user: UserId) -> sqlx::Result<Vec<Token>> {
    let rows = sqlx::query_as!(
        TokenRow,
        r#"select id, name, scope as "scope: Scope", limits as "limits: Json<Grant>", created_at,
                  expires_at, last_used_at, revoked_at
           from taskflow.api_tokens where user_id = $1 order by id desc limit $2"#,
        user.0,
        LISTED,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Token::from).collect())
}

/// Whether there was room for one more.
pub(super) async fn insert(
    pool: &PgPool,
    user: UserId,
    token: &Token,
    hash: [u8; 32],
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "insert into taskflow.api_tokens
            (id, user_id, name, token_hash, scope, created_at, expires_at, limits)
         select $2, $1, $3, $4, $5, $6, $7, $9
         where (select count(*) from taskflow.api_tokens
                where user_id = $1 and revoked_at is null and expires_at > $6) < $8",
        user.0,
        token.id.0,
        token.name,
        &hash[..],
        token.scope as _,
        token.created_at.to_sqlx(),
        token.expires_at.to_sqlx(),
        MAX_VALID,
        token.grant.as_ref().map(Json) as _,
    )
    .execute(pool)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Whether there is such a token; one that was revoked before stays as it was.
pub(super) async fn revoke(
    pool: &PgPool,
    user: UserId,
    id: TokenId,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let revoked = sqlx::query!(
        "update taskflow.api_tokens set revoked_at = coalesce(revoked_at, $3)
         where user_id = $1 and id = $2",
        user.0,
        id.0,
        now.to_sqlx(),
    )
    .execute(pool)
    .await?;
    Ok(revoked.rows_affected() > 0)
}

/// A token that is good now.
pub(super) struct Valid {
    pub(super) id: TokenId,
    pub(super) user: UserId,
    pub(super) scope: Scope,
    pub(super) grant: Option<Grant>,
    pub(super) expires_at: jiff::Timestamp,
    pub(super) last_used_at: Option<jiff::Timestamp>,
}

/// The hash names the user: nobody else's token has it.
pub(super) async fn find_valid(
    pool: &PgPool,
    hash: [u8; 32],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<Valid>> {
    let row = sqlx::query!(
        r#"select id, user_id, scope as "scope: Scope", limits as "limits: Json<Grant>", expires_at,
                  last_used_at
           from taskflow.api_tokens
           where token_hash = $1 and revoked_at is null and expires_at > $2"#,
        &hash[..],
        now.to_sqlx(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Valid {
        id: TokenId(row.id),
        user: UserId(row.user_id),
        scope: row.scope,
        grant: row.limits.map(|limits| limits.0),
        expires_at: row.expires_at.to_jiff(),
        last_used_at: row.last_used_at.map(Timestamp::to_jiff),
    }))
}

pub(super) async fn find_valid_by_id(
    pool: &PgPool,
    user: UserId,
    id: TokenId,
    now: jiff::Timestamp,
) -> sqlx::Result<Option<Valid>> {
    let row = sqlx::query!(
        r#"select scope as "scope: Scope", limits as "limits: Json<Grant>", expires_at, last_used_at
           from taskflow.api_tokens
           where user_id = $1 and id = $2 and revoked_at is null and expires_at > $3"#,
        user.0,
        id.0,
        now.to_sqlx(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Valid {
        id,
        user,
        scope: row.scope,
        grant: row.limits.map(|limits| limits.0),
        expires_at: row.expires_at.to_jiff(),
        last_used_at: row.last_used_at.map(Timestamp::to_jiff),
    }))
}

/// Of these tokens, those that are good now, whosever they are: realtime asks for all who listen.
pub(crate) async fn which_are_valid(
    pool: &PgPool,
    ids: &[Uuid],
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from taskflow.api_tokens
         where id = any($1) and revoked_at is null and expires_at > $2",
        ids,
        now.to_sqlx(),
    )
    .fetch_all(pool)
    .await
}

/// Unless another request has just noted it.
pub(super) async fn note_use(
    pool: &PgPool,
    token: &Valid,
    before: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.api_tokens set last_used_at = $4
         where user_id = $1 and id = $2 and (last_used_at is null or last_used_at < $3)",
        token.user.0,
        token.id.0,
        before.to_sqlx(),
        now.to_sqlx(),
    )
    .execute(pool)
    .await?;
    Ok(())
}
