//! The three ways of doing a sidecar's work.

use std::{env, fs, path::PathBuf, sync::Arc, time::Duration};

use direct::{Bus, Kafka, States};
use events::Topic;
use sidecar::{
    BoxError, Broker, Callbacks, Direct, Group, KafkaArgs, Record, Retries, ServeError, Sidecar,
    Source, TooLarge,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::service::Routes;
use uuid::Uuid;

use crate::{
    app::args,
    daprd::{Pubsub, WithDaprd},
};

/// As often as the sidecars of these tests are told to.
const RETRIES: Retries = Retries {
    times: 2,
    first_pause: Duration::from_millis(20),
    longest_pause: Duration::from_millis(20),
};

/// Something that does a sidecar's work, for apps with names of their own.
pub(crate) trait World: Sized {
    type App: Beside;

    async fn start() -> Self;

    /// An app that others can call by `app_id`; it returns once it serves.
    async fn app(&self, app_id: &str, callbacks: Callbacks, services: Routes) -> Self::App;

    /// Names that no other test uses.
    fn app_id(&self, name: &str) -> String {
        format!("{name}-{}", Uuid::new_v4().simple())
    }
}

/// An app and what does its sidecar's work; both end when dropped.
pub(crate) trait Beside {
    fn sidecar(&self) -> &Sidecar;

    /// Ends in the middle of whatever it does.
    async fn die(self);
}

/// A real daprd on a real broker.
pub(crate) struct WithSidecar {
    /// The folder by which sidecars find one another.
    names: PathBuf,
}

impl Drop for WithSidecar {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.names);
    }
}

impl World for WithSidecar {
    type App = WithDaprd;

    async fn start() -> Self {
        let names = env::temp_dir().join(format!("sidecar-names-{}", Uuid::now_v7()));
        tokio::fs::create_dir_all(&names).await.unwrap();
        Self { names }
    }

    async fn app(&self, app_id: &str, callbacks: Callbacks, services: Routes) -> WithDaprd {
        let pubsub = Pubsub::Kafka(brokers());
        let names = Some(self.names.as_path());
        WithDaprd::start_as(app_id, names, pubsub, callbacks, services).await
    }
}

impl Beside for WithDaprd {
    fn sidecar(&self) -> &Sidecar {
        &self.sidecar
    }

    async fn die(self) {
        self.kill().await;
    }
}

/// Kafka, spoken to directly.
pub(crate) struct OnKafka(InProcess);

/// The tables of a database.
pub(crate) struct OnBus(InProcess);

/// The same where no dead letter fits.
pub(crate) struct WithoutLetters(InProcess);

struct InProcess(Direct);

pub(crate) struct Task {
    sidecar: Sidecar,
    server: JoinHandle<Result<(), ServeError>>,
    _shutdown: DropGuard,
}

impl World for OnKafka {
    type App = Task;

    async fn start() -> Self {
        let args = KafkaArgs {
            brokers: Some(brokers()),
            ..KafkaArgs::default()
        };
        let kafka = Arc::new(Kafka::new(&args).unwrap());
        Self(InProcess::start(|_| kafka).await)
    }

    async fn app(&self, app_id: &str, callbacks: Callbacks, services: Routes) -> Task {
        self.0.app(app_id, callbacks, services).await
    }
}

impl World for OnBus {
    type App = Task;

    async fn start() -> Self {
        Self(
            InProcess::start(|pool| {
                let bus = Bus::new(pool);
                tokio::spawn(bus.clone().keep());
                Arc::new(bus)
            })
            .await,
        )
    }

    async fn app(&self, app_id: &str, callbacks: Callbacks, services: Routes) -> Task {
        self.0.app(app_id, callbacks, services).await
    }
}

impl World for WithoutLetters {
    type App = Task;

    async fn start() -> Self {
        Self(InProcess::start(|pool| Arc::new(NoLetters(Bus::new(pool)))).await)
    }

    async fn app(&self, app_id: &str, callbacks: Callbacks, services: Routes) -> Task {
        self.0.app(app_id, callbacks, services).await
    }
}

/// Finds every dead letter too large.
struct NoLetters(Bus);

#[tonic::async_trait]
impl Broker for NoLetters {
    async fn publish(&self, topic: &str, records: &[Record]) -> Result<(), BoxError> {
        match Topic::from_dead_letter_name(topic) {
            Some(_) => Err(TooLarge.into()),
            None => self.0.publish(topic, records).await,
        }
    }

    async fn keep_only(&self, app_id: &str, topics: &[&'static str]) -> Result<(), BoxError> {
        self.0.keep_only(app_id, topics).await
    }

    async fn subscribe(
        &self,
        app_id: &str,
        group: Group,
        topics: &[&'static str],
        begun: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Box<dyn Source>, BoxError> {
        self.0.subscribe(app_id, group, topics, begun).await
    }

    async fn check(&self) -> Result<(), BoxError> {
        self.0.check().await
    }
}

impl InProcess {
    async fn start(broker: impl FnOnce(PgPool) -> Arc<dyn Broker>) -> Self {
        let url = create_database().await;
        let pool = direct::open(url.parse().unwrap()).await.unwrap();
        let states = Arc::new(States::new(pool.clone()));
        Self(Direct::new(broker(pool), states, RETRIES))
    }

    async fn app(&self, app_id: &str, callbacks: Callbacks, services: Routes) -> Task {
        let mut args = args(1);
        args.in_process = Some(self.0.app(app_id));
        let sidecar = Sidecar::new(&args).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(sidecar::serve(
            listener,
            callbacks,
            services,
            sidecar.clone(),
            shutdown.clone(),
        ));
        Task {
            sidecar,
            server,
            _shutdown: shutdown.drop_guard(),
        }
    }
}

impl Beside for Task {
    fn sidecar(&self) -> &Sidecar {
        &self.sidecar
    }

    async fn die(self) {
        self.server.abort();
        let _ = self.server.await;
    }
}

/// For one world alone.
async fn create_database() -> String {
    let server = variable("DATABASE_URL");
    let name = format!("contract_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let (at, _) = server.rsplit_once('/').unwrap();
    format!("{at}/{name}")
}

fn brokers() -> String {
    variable("KAFKA_BROKERS")
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
fn variable(name: &str) -> String {
    env::var(name)
        .unwrap_or_else(|_| panic!("{name} must be set; run `cargo xtask test it` instead"))
}
