//! Rows of `taskflow.confirmations`. Every statement names the user.

use events::{ConversationId, TokenId, UserId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde_json::value::RawValue;
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

use crate::{
    conversation::{model, store},
    ctx::Ctx,
    error::ApiError,
    http::access::is_run_id,
};

/// How long a call waits.
const WAITS: SignedDuration = SignedDuration::from_hours(24);

/// The longest fingerprint, in bytes.
const MAX_FINGERPRINT: usize = 128;

/// Calls of one user that wait at a time.
const MAX_OPEN: i64 = 100;

/// A call, and what the user said to it.
#[derive(Debug)]
pub(crate) struct Confirmation {
    pub(crate) id: Uuid,
    pub(crate) tool: String,
    pub(crate) input: Box<RawValue>,
    /// What it would change.
    pub(crate) preview: Box<RawValue>,
    pub(crate) run_id: Option<String>,
    pub(crate) conversation_id: Option<ConversationId>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) said_yes: Option<bool>,
    /// Of the question: a yes is good for that alone.
    pub(crate) fingerprint: String,
    /// The API token that asked.
    pub(crate) token: Option<TokenId>,
}

struct Row {
    id: Uuid,
    tool: String,
    input: Json<Box<RawValue>>,
    preview: Json<Box<RawValue>>,
    run_id: Option<String>,
    conversation_id: Option<Uuid>,
    created_at: jiff_sqlx::Timestamp,
    expires_at: jiff_sqlx::Timestamp,
    said_yes: Option<bool>,
    fingerprint: String,
    token_id: Option<Uuid>,
}

impl From<Row> for Confirmation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tool: row.tool,
            input: row.input.0,
            preview: row.preview.0,
            run_id: row.run_id,
            conversation_id: row.conversation_id.map(ConversationId),
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            said_yes: row.said_yes,
            fingerprint: row.fingerprint,
            token: row.token_id.map(TokenId),
        }
    }
}

/// A call that is to wait.
pub(crate) struct Question {
    pub(crate) id: Uuid,
    pub(crate) tool: String,
    pub(crate) input: String,
    pub(crate) preview: String,
    pub(crate) run_id: Option<String>,
    pub(crate) conversation_id: Option<ConversationId>,
    pub(crate) fingerprint: String,
    /// The API token that it is asked for again; a token asks for itself.
    pub(crate) token: Option<TokenId>,
}

/// Keeps a call until the user has decided; one that is there already stays as it is.
pub(crate) async fn ask(
    pool: &PgPool,
    ctx: &Ctx,
    question: Question,
) -> Result<Confirmation, ApiError> {
    model::tool(&question.tool)?;
    let json = |field: &'static str, text: String| {
        let value = RawValue::from_string(text).ok();
        let value = value.filter(|value| value.get().len() <= model::MAX_JSON_BYTES);
        value.ok_or_else(|| {
            let detail = format!("`{field}` must be JSON of at most 64 KiB");
            ApiError::invalid(field, detail)
        })
    };
    let (input, preview) = (
        json("input", question.input)?,
        json("preview", question.preview)?,
    );
    if !question.run_id.as_deref().is_none_or(is_run_id) {
        return Err(ApiError::invalid("run_id", "`run_id` is none"));
    }
    if question.fingerprint.len() > MAX_FINGERPRINT {
        return Err(ApiError::invalid("fingerprint", "`fingerprint` is none"));
    }
    let mut db = pool.acquire().await?;
    if let Some(id) = question.conversation_id {
        let found = store::find(&mut db, ctx.user, id).await?;
        found.ok_or(ApiError::NotFound("Conversation"))?;
    }
    sqlx::query!(
        "insert into taskflow.confirmations
            (user_id, id, tool, input, preview, run_id, conversation_id, created_at, expires_at,
             fingerprint, token_id)
         select $1, $2, $3, $4::text::json, $5::text::json, $6, $7, $8, $9, $11, $12
         where (select count(*) from taskflow.confirmations
                where user_id = $1 and decided_at is null and expires_at > $8) < $10
         on conflict (user_id, id) do nothing",
        ctx.user.0,
        question.id,
        question.tool,
        input.get(),
        preview.get(),
        question.run_id,
        question.conversation_id.map(|id| id.0),
        ctx.now.to_sqlx() as _,
        (ctx.now + WAITS).to_sqlx() as _,
        MAX_OPEN,
        question.fingerprint,
        ctx.token.or(question.token).map(|token| token.0),
    )
    .execute(&mut *db)
    .await?;
    find(&mut db, ctx.user, question.id).await?.ok_or_else(|| {
        ApiError::Conflict(format!(
            "{MAX_OPEN} questions wait for an answer already; answer one first"
        ))
    })
}

/// What the user says. The first word counts, and none after the time.
pub(crate) async fn decide(
    pool: &PgPool,
    ctx: &Ctx,
    id: Uuid,
    yes: bool,
) -> Result<Confirmation, ApiError> {
    if ctx.token.is_some() {
        return Err(ApiError::SessionRequired);
    }
    let mut db = pool.acquire().await?;
    sqlx::query!(
        "update taskflow.confirmations set decided_at = $3, said_yes = $4
         where user_id = $1 and id = $2 and decided_at is null and expires_at > $3",
        ctx.user.0,
        id,
        ctx.now.to_sqlx() as _,
        yes,
    )
    .execute(&mut *db)
    .await?;
    let found = find(&mut db, ctx.user, id).await?;
    found.ok_or(ApiError::NotFound("Confirmation"))
}

/// Notes, in the transaction that does it, that what the user said yes to is done: it is not done
/// a second time, however late somebody asks again.
pub(crate) async fn use_up(db: &mut PgConnection, ctx: &Ctx, id: Uuid) -> Result<(), ApiError> {
    let used = sqlx::query!(
        "update taskflow.confirmations set carried_out_at = $3
         where user_id = $1 and id = $2 and carried_out_at is null",
        ctx.user.0,
        id,
        ctx.now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    if used.rows_affected() == 0 {
        let detail = "What was said yes to has been done already";
        return Err(ApiError::Conflict(detail.to_owned()));
    }
    Ok(())
}

pub(super) async fn find(
    db: &mut PgConnection,
    user: UserId,
    id: Uuid,
) -> sqlx::Result<Option<Confirmation>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, tool, input as "input: Json<Box<RawValue>>",
                  preview as "preview: Json<Box<RawValue>>", run_id, conversation_id, created_at,
                  expires_at, said_yes, fingerprint, token_id
           from taskflow.confirmations where user_id = $1 and id = $2"#,
        user.0,
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Confirmation::from))
}

/// Those that wait still, the oldest first.
pub(super) async fn open(pool: &PgPool, ctx: &Ctx) -> sqlx::Result<Vec<Confirmation>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, tool, input as "input: Json<Box<RawValue>>",
                  preview as "preview: Json<Box<RawValue>>", run_id, conversation_id, created_at,
                  expires_at, said_yes, fingerprint, token_id
           from taskflow.confirmations
           where user_id = $1 and decided_at is null and expires_at > $2
           order by created_at, id limit $3"#,
        ctx.user.0,
        ctx.now.to_sqlx() as _,
        MAX_OPEN,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Confirmation::from).collect())
}
