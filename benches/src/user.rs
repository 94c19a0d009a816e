//! Users, and what they ask for.

use anyhow::{Result, ensure};
use events::UserId;
use jiff::SignedDuration;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::http;

/// Somebody who may ask for what is theirs.
pub struct User {
    pub id: UserId,
    pub jwt: String,
}

/// The task that every benchmark creates, as the API takes it. No whitespace, no quotes.
pub const TITLE: &str = "Call the plumber about the kitchen tap before Friday";
pub const DESCRIPTION: &str = "It drips about once a second since the weekend. He was here in \
     May, so it may still be under warranty: the invoice is in the blue folder.";

impl User {
    /// `POST /tasks`. `headers` are whole lines.
    pub fn create(&self, headers: &str) -> Vec<u8> {
        http::request("POST", &self.path("/tasks"), &self.jwt, headers, &task())
    }

    /// `POST /tasks/batch` with that many creates.
    pub fn create_many(&self, tasks: usize, headers: &str) -> Vec<u8> {
        let one = format!(r#"{{"op":"create","task":{}}}"#, task());
        let body = format!(r#"{{"operations":[{}]}}"#, vec![one; tasks].join(","));
        http::request(
            "POST",
            &self.path("/tasks/batch"),
            &self.jwt,
            headers,
            &body,
        )
    }

    /// `POST` of a body to something of the user's.
    pub fn post(&self, path: &str, body: &str) -> Vec<u8> {
        http::request("POST", &self.path(path), &self.jwt, "", body)
    }

    /// `GET` of something of the user's.
    pub fn get(&self, path: &str) -> Vec<u8> {
        http::request("GET", &self.path(path), &self.jwt, "", "")
    }

    /// `POST /ws-ticket`.
    pub fn ask_for_ticket(&self) -> Vec<u8> {
        http::request("POST", &self.path("/ws-ticket"), &self.jwt, "", "")
    }

    /// The address of the user's socket.
    pub fn socket(&self, token: &str, since: Option<u64>) -> String {
        let since = since
            .map(|since| format!("&since={since}"))
            .unwrap_or_default();
        format!("/ws/user/{}/tasks?token={token}{since}", self.id)
    }

    fn path(&self, below: &str) -> String {
        format!("/api/{}{below}", self.id)
    }
}

fn task() -> String {
    format!(r#"{{"title":"{TITLE}","description":"{DESCRIPTION}","priority":"high"}}"#)
}

/// The id of the nth user, from 1: `pgbench` can make it from a number too.
fn user_id(n: u32) -> UserId {
    UserId(Uuid::from_u128(u128::from(n)))
}

/// The same in SQL, for the number in `pgbench`'s variable `user`.
pub const USER_ID_SQL: &str = "lpad(to_hex(:user::bigint), 32, '0')::uuid";

/// Makes users with the ids that [`USER_ID_SQL`] makes of 1 to `count`.
pub async fn sign_up(db: &PgPool, count: u32, secret: &str) -> Result<Vec<User>> {
    #[derive(Serialize)]
    struct Claims {
        sub: Uuid,
        exp: i64,
    }
    let ids: Vec<Uuid> = (1..=count).map(|n| user_id(n).0).collect();
    let made = sqlx::query(
        r#"insert into auth."user" (id, name, email) select id, 'bench', id || '@bench.invalid'
           from unnest($1::uuid[]) as id"#,
    )
    .bind(&ids)
    .execute(db)
    .await?;
    ensure!(
        made.rows_affected() == u64::from(count),
        "not every user was made"
    );
    let exp = (telemetry::clock::now() + SignedDuration::from_hours(24)).as_second();
    let key = EncodingKey::from_secret(secret.as_bytes());
    let users = ids.into_iter().map(|sub| {
        let jwt = jsonwebtoken::encode(&Header::default(), &Claims { sub, exp }, &key)?;
        Ok(User {
            id: UserId(sub),
            jwt,
        })
    });
    users.collect()
}
