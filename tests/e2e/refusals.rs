//! Whoever configures a service wrongly is told at its start, in one sentence.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;
use testing::wait;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use xtask::workspace;

use crate::stage::{Product, Stage};

/// How long a service may take to say it.
const LIMIT: Duration = Duration::from_secs(20);

/// In values that no complaint may repeat.
const SECRET: &str = "hunter2";

/// A service, what is wrong in its environment, and what it says of it.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

/// With a secret of the store that does not exist, the environment counts.
const CASES: [Case; 15] = [
    ("backend", &[], "DATABASE_URL is neither in secret `nobody`"),
    (
        "backend",
        &[("DATABASE_URL", "mysql://root:hunter2@localhost/tasks")],
        "DATABASE_URL is not a Postgres URL",
    ),
    (
        "backend",
        &[("JWT_MODE", "rs256")],
        "invalid value 'rs256' for '--jwt-mode",
    ),
    (
        "backend",
        &[("RATE_LIMIT_USER", "0")],
        "for '--rate-limit-user",
    ),
    ("backend", &[("ADMIN_USERS", "me")], "not the id of a user"),
    ("realtime", &[], "BETTER_AUTH_SECRET is missing"),
    (
        "realtime",
        &[("BETTER_AUTH_SECRET", "hunter2")],
        "BETTER_AUTH_SECRET has 7 characters and needs 32 or more",
    ),
    (
        "realtime",
        &[("BETTER_AUTH_SECRET", "hunter2hunter2hunter2hunter2hunter2")],
        "BETTER_AUTH_SECRET has only 7 different characters",
    ),
    (
        "realtime",
        &[("JWT_MODE", "jwks")],
        "JWT_JWKS_URL is missing",
    ),
    (
        "realtime",
        &[("SOCKET_PING", "0")],
        "must be more than 0 seconds",
    ),
    (
        "realtime",
        &[("DAPR_GRPC_ENDPOINT", "localhost:50001")],
        "DAPR_GRPC_ENDPOINT must start with http://",
    ),
    (
        "scheduler",
        &[("TRIGGERS_PER_SECOND", "0")],
        "for '--triggers-per-second",
    ),
    (
        "notifier",
        &[("SMTP_URL", "ftp://root:hunter2@localhost")],
        "SMTP_URL is not smtp://host",
    ),
    (
        "notifier",
        &[("VAPID_PRIVATE_KEY", "hunter2")],
        "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are not a key pair",
    ),
    ("agent", &[("MODEL_STEPS", "0")], "for '--model-steps"),
];

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "refusals: a wrong setting ends the start, with what to do",
            settings,
        ),
        stage.shared(
            "refusals: a database that cannot be reached is waited for, and named",
            unreachable,
        ),
    ]
}

async fn settings(product: &Product) -> Result<()> {
    for (service, env, said) in CASES {
        let ended = async { Ok(beside(product, service, env)?.output().await?) };
        let output = wait::within("a service to refuse its start", LIMIT, ended);
        let output = output.await.with_context(|| said.to_owned())?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        ensure!(!output.status.success(), "{service} {env:?}: {text}");
        ensure!(text.contains(said), "{service} {env:?}: {text}");
        ensure!(!text.contains(SECRET), "{service} {env:?}: {text}");
    }
    Ok(())
}

async fn unreachable(product: &Product) -> Result<()> {
    let env = [("DATABASE_URL", "postgres://root:hunter2@127.0.0.1:1/tasks")];
    let mut backend = beside(product, "backend", &env)?
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = backend.stdout.take().context("there is no output")?;
    let mut lines = BufReader::new(output).lines();
    let named = async {
        while let Some(line) = lines.next_line().await? {
            ensure!(!line.contains(SECRET), "{line}");
            if line.contains("waiting for Postgres") {
                return Ok(());
            }
        }
        bail!("the backend ended")
    };
    wait::within("the backend to name the database", LIMIT, named).await?;
    ensure!(backend.try_wait()?.is_none(), "the backend ended");
    Ok(())
}

/// A service beside the product's, through the same sidecar.
fn beside(product: &Product, service: &str, env: &[(&str, &str)]) -> Result<Command> {
    let port = product.stack.app(service)?.dapr_grpc_port()?;
    let program = format!("target/debug/taskflow-{service}");
    let mut command = Command::new(workspace::root().join(program));
    command
        .env("DAPR_GRPC_PORT", port.to_string())
        .env("DAPR_API_TOKEN", product.stack.secret("DAPR_API_TOKEN")?)
        .env("APP_API_TOKEN", product.stack.secret("APP_API_TOKEN")?)
        .env("SECRET_NAME", "nobody")
        .env("HTTP_ADDR", "127.0.0.1:0")
        .env("APP_PORT", "0")
        .envs(env.iter().copied())
        .kill_on_drop(true);
    Ok(command)
}
