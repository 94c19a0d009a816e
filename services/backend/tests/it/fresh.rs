//! A database for a test that two processes run at a time: sqlx names the one that it makes by the
//! test alone.

use std::str::FromStr;

use backend::MIGRATOR;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Executor, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

/// Stays behind when the test fails, as sqlx's own do.
pub(crate) async fn database(test: impl AsyncFnOnce(PgPool)) {
    let server = server();
    let name = format!("test_{}", Uuid::now_v7().simple());
    ask(&server, format!("create database {name}")).await;
    let pool = PgPoolOptions::new()
        .max_connections(5)
        .connect_with(server.clone().database(&name))
        .await
        .unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    test(pool.clone()).await;
    pool.close().await;
    ask(&server, format!("drop database {name} with (force)")).await;
}

#[expect(clippy::disallowed_methods, reason = "where sqlx's own tests find it")]
fn server() -> PgConnectOptions {
    let url = std::env::var("DATABASE_URL").unwrap();
    PgConnectOptions::from_str(&url).unwrap()
}

async fn ask(server: &PgConnectOptions, statement: String) {
    let mut db = server.connect().await.unwrap();
    db.execute(AssertSqlSafe(statement)).await.unwrap();
}
