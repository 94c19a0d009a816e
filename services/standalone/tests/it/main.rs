//! The program as somebody starts it who has nothing else: no database, no broker, no sidecar.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{
    env, fs, io, iter,
    net::TcpListener,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use children::{Process, Spec};
use sqlx::{Connection, PgConnection};
use testing::wait;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use uuid::Uuid;

/// A first start makes a database cluster.
const PATIENCE: Duration = Duration::from_mins(1);

const SECRET: &str = "u8GmQ1rJx0bYpV5dLk2TnZ7cWs4HfEaR";

/// In values that no complaint may repeat.
const HIDDEN: &str = "hunter2";

/// What is wrong in the environment, and what is said of it: something of each service's.
const WRONG: [(&[(&str, &str)], &str); 11] = [
    (
        &[("DATABASE_URL", "mysql://root:hunter2@localhost/tasks")],
        "DATABASE_URL is not a Postgres URL",
    ),
    (
        &[("DATABASE_URL", ""), ("DATA_DIR", "/dev/null/data")],
        "or name a server in DATABASE_URL",
    ),
    (
        &[
            ("KAFKA_BROKERS", "127.0.0.1:1"),
            ("KAFKA_AUTH_TYPE", "oidc"),
        ],
        "KAFKA_AUTH_TYPE oidc is not supported here",
    ),
    (&[("RATE_LIMIT_USER", "0")], "for '--rate-limit-user"),
    (&[("SOCKET_PING", "0")], "must be more than 0 seconds"),
    (
        &[("TRIGGERS_PER_SECOND", "0")],
        "for '--triggers-per-second",
    ),
    (&[("MODEL_STEPS", "0")], "for '--model-steps"),
    (
        &[("BETTER_AUTH_SECRET", HIDDEN)],
        "BETTER_AUTH_SECRET has 7 characters and needs 32 or more",
    ),
    (
        &[("BETTER_AUTH_SECRET_ACCEPTED", HIDDEN)],
        "BETTER_AUTH_SECRET_ACCEPTED has 7 characters and needs 32 or more",
    ),
    (
        &[("SMTP_URL", "ftp://root:hunter2@localhost")],
        "SMTP_URL is not smtp://host",
    ),
    (
        &[("VAPID_PRIVATE_KEY", HIDDEN)],
        "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are not a key pair",
    ),
];

/// A folder of its own.
struct Home {
    folder: PathBuf,
    http: String,
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Home {
    fn new() -> Self {
        let folder = env::temp_dir().join(format!("taskflow-standalone-{}", Uuid::now_v7()));
        fs::create_dir_all(&folder).unwrap();
        // Whoever Postgres runs as has to get there.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let programs = folder.join(format!("postgresql-{}", embedded::VERSION));
        symlink(variable("POSTGRES_DIR"), programs).unwrap();
        let http = free_address();
        Self { folder, http }
    }

    fn taskflow(&self) -> Spec {
        Spec::new("taskflow", env!("CARGO_BIN_EXE_taskflow"))
            // The last lines are what is looked at.
            .env("RUST_BACKTRACE", "0")
            .env("DATABASE_URL", "")
            .env("KAFKA_BROKERS", "")
            .env("DATA_DIR", self.folder.display().to_string())
            .env("HTTP_ADDR", &self.http)
            .env("BETTER_AUTH_SECRET", SECRET)
    }

    async fn start(&self) -> Process {
        let process = Process::start(self.taskflow()).await.unwrap();
        wait::until("taskflow to be ready", PATIENCE, async || {
            anyhow::ensure!(process.is_running(), "{}", process.tail().join("\n"));
            let answer = status(&self.http, "/health/ready").await;
            Ok(answer
                .is_ok_and(|answer| answer.contains(" 200 "))
                .then_some(()))
        })
        .await
        .unwrap();
        process
    }

    fn database_url(&self) -> String {
        fs::read_to_string(self.folder.join("database-url")).unwrap()
    }

    /// Another process on its database does not go on, and says why.
    async fn refuses(&self, env: &[(&str, &str)], said: &str) {
        let url = self.database_url();
        let usual = [("DATABASE_URL", &*url), ("HTTP_ADDR", "127.0.0.1:0")];
        let spec = usual.iter().chain(env);
        let spec = spec.fold(self.taskflow(), |spec, (name, value)| {
            spec.env(*name, *value)
        });
        let process = Process::start(spec).await.unwrap();
        let ended = timeout(PATIENCE, process.exited()).await;
        let text = process.tail().join("\n");
        let has_refused = ended.is_ok_and(|status| !status.unwrap().success());
        assert!(has_refused && text.contains(said), "{env:?}: {text}");
        assert!(!text.contains(HIDDEN), "{env:?}: {text}");
    }
}

fn free_address() -> String {
    // Below the range from which the system gives ports to outgoing connections.
    static NEXT: AtomicU16 = AtomicU16::new(22_000);
    let mut ports = iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed));
    let port = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    format!("127.0.0.1:{}", port.unwrap())
}

/// The first line of the answer to a GET.
async fn status(addr: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn without_anything_it_brings_its_database_and_keeps_it() {
    let home = Home::new();
    let process = home.start().await;
    let user = Uuid::now_v7();
    let database = testing::Database::connect(&home.database_url())
        .await
        .unwrap();
    let email = "somebody@taskflow.example";
    database
        .create_user(events::UserId(user), email)
        .await
        .unwrap();
    drop(database);
    // The agent wants nothing; a version before may have left this.
    let mut connection = PgConnection::connect(&home.database_url()).await.unwrap();
    sqlx::query("insert into bus.positions values ('taskflow-agent', 'tasks.events', 1)")
        .execute(&mut connection)
        .await
        .unwrap();

    // Beside the process, on its database.
    let doctor = Process::start(home.taskflow().args(["doctor"]))
        .await
        .unwrap();
    let status = doctor.exited().await.unwrap();
    let said = doctor.tail().join("\n");
    assert!(status.success(), "{said}");
    for line in [
        "ok    database",
        "ok    schema",
        "ok    bus",
        "ok    clock",
        "ok    secret",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }

    process.kill9().await.unwrap();
    let process = home.start().await;
    let database = testing::Database::connect(&home.database_url())
        .await
        .unwrap();
    assert!(database.head(events::UserId(user)).await.unwrap() > 0);
    drop(database);
    let mut connection = PgConnection::connect(&home.database_url()).await.unwrap();
    wait::until("what nobody wants to be forgotten", PATIENCE, async || {
        let is_kept: bool = sqlx::query_scalar(
            "select exists (select from bus.positions where app_id = 'taskflow-agent')",
        )
        .fetch_one(&mut connection)
        .await?;
        Ok((!is_kept).then_some(()))
    })
    .await
    .unwrap();
    drop(connection);

    process.terminate(PATIENCE).await.unwrap();
    assert!(process.exited().await.unwrap().success());
    let left = embedded::address(&home.folder.join("postgres"), "taskflow").await;
    assert_eq!(left, None, "Postgres runs still");
    let mode = fs::metadata(home.folder.join("database-url"))
        .unwrap()
        .permissions();
    assert_eq!(
        mode.mode() & 0o077,
        0,
        "others may read the database's address"
    );
}

#[tokio::test]
async fn who_comes_next_waits_for_the_database_until_it_is_free() {
    let mut home = Home::new();
    let first = home.start().await;
    // What the first still answers is not the second's.
    home.http = free_address();
    let (ended, second) = tokio::join!(first.terminate(PATIENCE), home.start());
    ended.unwrap();
    assert!(first.exited().await.unwrap().success());
    assert!(second.is_running(), "{}", second.tail().join("\n"));
    let answer = status(&home.http, "/health/ready").await.unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
    // Its own Postgres, not the one that has ended with the first.
    testing::Database::connect(&home.database_url())
        .await
        .unwrap();
    second.terminate(PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_pid_that_somebody_else_has_by_now_does_not_keep_it_from_starting() {
    let home = Home::new();
    let process = home.start().await;
    process.terminate(PATIENCE).await.unwrap();
    let file = home.folder.join("postgres/data/postmaster.pid");
    assert!(!file.exists(), "Postgres runs still");
    fs::write(&file, format!("{}\n", std::process::id())).unwrap();
    let process = home.start().await;
    process.terminate(PATIENCE).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_ends_the_start_with_what_to_do() {
    let home = Home::new();
    let process = home.start().await;
    for (env, said) in WRONG {
        home.refuses(env, said).await;
    }
    let url = home.database_url();
    let database = testing::Database::connect(&url).await.unwrap();
    database.visit_from_tomorrow().await.unwrap();
    let said = "which this version does not know; start the version that brought it";
    home.refuses(&[], said).await;
    drop(database);
    process.terminate(PATIENCE).await.unwrap();
}

#[tokio::test]
async fn the_doctor_says_what_to_do() {
    let home = Home::new();
    let spec = home
        .taskflow()
        .args(["doctor"])
        .env(
            "DATABASE_URL",
            "postgres://nobody:wrong@127.0.0.1:1/nothing",
        )
        .env("KAFKA_BROKERS", "127.0.0.1:1")
        .env("KAFKA_AUTH_TYPE", "none")
        .env("DAPR_GRPC_PORT", "1")
        .env("BETTER_AUTH_SECRET", "guess me");
    let doctor = Process::start(spec).await.unwrap();
    assert!(!doctor.exited().await.unwrap().success());
    let said = doctor.tail().join("\n");
    for line in [
        "FAIL  database    cannot be reached",
        "check host, port and TLS of DATABASE_URL",
        "FAIL  broker      does not answer",
        "FAIL  sidecar     does not answer",
        "FAIL  secret      BETTER_AUTH_SECRET has 8 characters and needs 32 or more",
        "make one with `openssl rand",
        "ok    zones",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    assert!(
        !said.contains("guess me") && !said.contains("wrong@"),
        "{said}"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
fn variable(name: &str) -> PathBuf {
    let value = env::var(name);
    let value = value.unwrap_or_else(|_| panic!("{name} must be set; run `cargo xtask test it`"));
    Path::new(&value).to_path_buf()
}
