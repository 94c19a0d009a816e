//! `cargo xtask token EMAIL`: a development user and a session token for it.

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::secrets::Secrets;

const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A session of one user.
pub struct Token {
    pub user_id: Uuid,
    pub jwt: String,
}

#[derive(Serialize)]
struct Claims {
    sub: Uuid,
    iat: i64,
    exp: i64,
}

/// Finds or creates the user in the database that `secrets` names, and signs a token
/// that is good for 7 days.
pub async fn mint(email: &str, secrets: &Secrets) -> Result<Token> {
    let user_id = user(email, secrets.get("DATABASE_URL")?).await?;
    let now = now();
    let claims = Claims {
        sub: user_id,
        iat: now.as_second(),
        exp: (now + LIFETIME).as_second(),
    };
    let key = EncodingKey::from_secret(secrets.get("BETTER_AUTH_SECRET")?.as_bytes());
    let jwt = jsonwebtoken::encode(&Header::default(), &claims, &key)?;
    Ok(Token { user_id, jwt })
}

async fn user(email: &str, database_url: &str) -> Result<Uuid> {
    let mut connection = PgConnection::connect(database_url)
        .await
        .context("no database: start `cargo xtask up` first")?;
    let name = email.split('@').next().unwrap_or(email);
    // The update changes nothing; it makes RETURNING answer for a user who is there already.
    let id = sqlx::query_scalar(
        r#"INSERT INTO auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
           VALUES ($1, $2, lower($3), true, now(), now())
           ON CONFLICT (email) DO UPDATE SET email = excluded.email
           RETURNING id"#,
    )
    .bind(Uuid::now_v7())
    .bind(name)
    .bind(email)
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(id)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command has no clock to be given"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
