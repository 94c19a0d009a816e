//! REST on a test's own database, in this process.

use std::net::SocketAddr;

use backend::config::Config;
use clap::Parser;
use sqlx::{ConnectOptions, PgPool};
use testing::Site;
use tokio::net::TcpListener;

const SECRET: &str = "a secret of more than thirty-two characters";

pub(crate) fn config() -> Config {
    Config::parse_from([
        "taskflow-backend",
        "--better-auth-secret",
        SECRET,
        "--rate-limit-user",
        "1000000",
        "--rate-limit-ip",
        "1000000",
    ])
}

/// Serves until the test ends. There is no sidecar, so nothing is published.
pub(crate) async fn open(pool: &PgPool) -> Site {
    open_with(pool, config()).await
}

/// The same, configured otherwise.
pub(crate) async fn open_with(pool: &PgPool, config: Config) -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let backend = format!("http://{}", listener.local_addr().unwrap());
    let rest = backend::rest(config, pool.clone()).unwrap();
    let rest = rest.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, rest).await });
    let database = pool.connect_options().to_url_lossy();
    Site::new(backend, String::new(), database.as_str(), SECRET)
        .await
        .unwrap()
}
