//! The product under test: every process of it, users who may use it, and a look behind it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::UserId;
use jiff::SignedDuration;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use xtask::progress::Progress;
use xtask::stack::{App, Infra, Options, Profile, Stack};
use xtask::workspace;

use crate::cpu;
use crate::http::{self, Client};
use crate::topic::Records;

pub const BACKEND: &str = "taskflow-backend";
pub const REALTIME: &str = "taskflow-realtime";

/// Nobody measures the rate limits.
const UNLIMITED: &str = "1000000";

/// A running product with nothing in it but its users.
pub struct Stage {
    stack: Stack,
    infra: Infra,
    pub db: PgPool,
    pub dir: PathBuf,
    users: Vec<User>,
}

/// Somebody who may ask for what is theirs.
pub struct User {
    pub id: UserId,
    pub jwt: String,
}

impl Stage {
    /// Starts everything anew, with `users` users. `env` is more environment for one app.
    pub async fn set(name: &str, users: u32, env: &[(&str, &str, &str)]) -> Result<Self> {
        let dir = workspace::scratch(&format!("bench-{name}"))?;
        let progress = Progress::new();
        let infra = Infra::start(&dir, &progress).await?;
        let mut options = Options {
            profile: Profile::Release,
            ..Options::default()
        };
        let limits = [
            (BACKEND, "RATE_LIMIT_USER", UNLIMITED),
            (BACKEND, "RATE_LIMIT_IP", UNLIMITED),
        ];
        for (app, name, value) in limits.iter().chain(env) {
            let of_app: &mut Vec<_> = options.env.entry((*app).to_owned()).or_default();
            of_app.push(((*name).to_owned(), (*value).to_owned()));
        }
        let stack = Stack::start(&infra, &dir, options, &progress).await?;
        let url = infra.postgres().url("taskflow");
        let db = PgPoolOptions::new()
            .max_connections(2)
            .connect(&url)
            .await?;
        let users = sign_up(&db, users, stack.secret("BETTER_AUTH_SECRET")?).await?;
        let stage = Self {
            stack,
            infra,
            db,
            dir,
            users,
        };
        stage.drained().await?;
        Ok(stage)
    }

    pub async fn strike(self) -> Result<()> {
        self.db.close().await;
        self.stack.stop().await?;
        self.infra.stop().await
    }

    pub fn users(&self) -> &[User] {
        &self.users
    }

    pub fn backend(&self) -> Result<&App> {
        self.stack.backend()
    }

    pub fn realtime(&self) -> Result<&App> {
        self.stack.realtime()
    }

    /// Where REST is.
    pub fn rest(&self) -> Result<SocketAddr> {
        addr(self.backend()?)
    }

    /// Where sockets are.
    pub fn sockets(&self) -> Result<SocketAddr> {
        addr(self.realtime()?)
    }

    pub fn secret(&self, key: &str) -> Result<&str> {
        self.stack.secret(key)
    }

    pub fn database_url(&self) -> String {
        self.infra.postgres().url("taskflow")
    }

    /// All records of a topic, and how many there are.
    pub async fn records(&self, topic: events::Topic) -> Result<Records> {
        Records::of(&self.infra.kafka().brokers(), topic).await
    }

    /// Events in the log.
    pub async fn events(&self) -> Result<usize> {
        let count: i64 = sqlx::query_scalar("select count(*) from taskflow.events")
            .fetch_one(&self.db)
            .await?;
        Ok(usize::try_from(count)?)
    }

    /// Waits until every event is published.
    pub async fn drained(&self) -> Result<()> {
        let empty = async {
            while self.waiting().await? {
                sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        let patience = Duration::from_mins(2);
        timeout(patience, empty)
            .await
            .context("the relay does not get done")?
    }

    async fn waiting(&self) -> Result<bool> {
        let waiting = sqlx::query_scalar("select exists(select from taskflow.outbox)");
        Ok(waiting.fetch_one(&self.db).await?)
    }

    /// CPU seconds that each process has used until now.
    pub fn cpu(&self) -> Result<cpu::Reading> {
        let mut processes = vec![
            ("postgres".to_owned(), self.infra.postgres().process().pid()),
            ("kafka".to_owned(), self.infra.kafka().process().pid()),
            ("client".to_owned(), std::process::id()),
        ];
        for app in self.stack.apps() {
            processes.push((app.name().to_owned(), app.service.pid()));
            processes.push((format!("{}-daprd", app.name()), app.sidecar.pid()));
        }
        cpu::Reading::take(&processes)
    }

    /// Creates tasks for one user, 100 a request.
    pub async fn fill(&self, client: &Client, user: &User, tasks: usize) -> Result<()> {
        for done in (0..tasks).step_by(100) {
            let batch = user.create_many((tasks - done).min(100), "");
            client.send(&batch).await?.expect(200)?;
        }
        Ok(())
    }
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

async fn sign_up(db: &PgPool, count: u32, secret: &str) -> Result<Vec<User>> {
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

fn addr(app: &App) -> Result<SocketAddr> {
    let url = app.http()?;
    let addr = url.trim_start_matches("http://");
    addr.parse().with_context(|| format!("{url} is no address"))
}
