//! A real daprd with brokers and stores in its memory.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::atomic::{AtomicU16, Ordering},
};

use secrecy::SecretString;
use sidecar::{Callbacks, Sidecar};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::app::{App, WITHIN, args};

pub(crate) const APP_ID: &str = "sidecar-test";

/// What carries the events.
pub(crate) enum Pubsub {
    Memory,
    /// By the addresses of its brokers.
    Kafka(String),
}

const MEMORY: &str = "spec: { type: pubsub.in-memory, version: v1, metadata: [] }";

const KAFKA: &str = r#"spec:
  type: pubsub.kafka
  version: v1
  metadata:
    - { name: brokers, value: "BROKERS" }
    - { name: authType, value: none }
    - { name: disableTls, value: "true" }
    - { name: consumerGroup, value: "{appID}" }
    - { name: initialOffset, value: oldest }
    - { name: sessionTimeout, value: 6s }
    - { name: heartbeatInterval, value: 1s }
    - { name: version, value: "3.0.0" }"#;

const COMPONENTS: &str = r#"
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: pubsub }
PUBSUB
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: tick }
spec:
  type: bindings.cron
  version: v1
  metadata: [{ name: schedule, value: "@every 1s" }, { name: direction, value: input }]
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: statestore }
spec:
  type: state.in-memory
  version: v1
  metadata: [{ name: keyPrefix, value: none }]
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: secrets }
spec:
  type: secretstores.local.file
  version: v1
  metadata: [{ name: secretsFile, value: "FOLDER/secrets.json" }]
"#;

/// daprd finds it only in a file of its own.
const RESILIENCY: &str = r"
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: resiliency }
spec:
  policies:
    retries:
      inbound: { policy: constant, duration: 20ms, maxRetries: 2 }
  targets:
    components:
      pubsub: { inbound: { retry: inbound } }
";

/// Without this name resolution daprd would ask the network by multicast.
const CONFIGURATION: &str = r#"
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: config }
spec:
  tracing: { samplingRate: "1" }
  nameResolution:
    component: sqlite
    version: v1
    configuration: { connectionString: "NAMES/names.db" }
"#;

const TOKEN: &str = "a token for both ways";

/// The sidecar of an app; both end when dropped.
pub(crate) struct WithDaprd {
    pub(crate) sidecar: Sidecar,
    app: App,
    daprd: Daprd,
}

struct Daprd {
    process: Child,
    folder: PathBuf,
}

impl Drop for Daprd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl WithDaprd {
    /// Returns once daprd has asked the app what it subscribes to.
    pub(crate) async fn start(callbacks: Callbacks, services: Routes) -> Self {
        Self::start_as(APP_ID, None, Pubsub::Memory, callbacks, services).await
    }

    /// The app restarts, and its sidecar does not.
    pub(crate) async fn restart_app(self, callbacks: Callbacks) -> Self {
        let port = self.app.port;
        self.app.stop().await;
        let sidecar = self.sidecar.clone();
        let app = App::start_on(port, callbacks, Routes::default(), sidecar).await;
        Self { app, ..self }
    }

    /// Both at once, and at once.
    pub(crate) async fn kill(self) {
        let Self { app, daprd, .. } = self;
        drop(daprd);
        app.server.abort();
        let _ = app.server.await;
    }

    /// Finds those that were started with the same folder of `names`, and is found by them.
    pub(crate) async fn start_as(
        app_id: &str,
        names: Option<&Path>,
        pubsub: Pubsub,
        callbacks: Callbacks,
        services: Routes,
    ) -> Self {
        let ports = free_ports();
        let mut args = args(ports[0]);
        args.dapr_api_token = Some(SecretString::from(TOKEN));
        args.app_api_token = Some(SecretString::from(TOKEN));
        let sidecar = Sidecar::new(&args).unwrap();
        let mut sessions = callbacks.sessions();
        let app = App::start(callbacks, services, sidecar.clone()).await;
        let daprd = Daprd::start(app_id, names, pubsub, app.port, ports);

        let ready = async {
            assert!(sidecar.wait(&CancellationToken::new()).await);
            sessions.wait_for(|sessions| *sessions > 0).await.unwrap();
        };
        tokio::time::timeout(WITHIN, ready).await.unwrap();
        Self {
            sidecar,
            app,
            daprd,
        }
    }
}

impl Daprd {
    fn start(
        app_id: &str,
        names: Option<&Path>,
        pubsub: Pubsub,
        app_port: u16,
        [grpc, http, internal]: [u16; 3],
    ) -> Self {
        let binary = binary();
        let folder = env::temp_dir().join(format!("sidecar-test-{}", uuid::Uuid::now_v7()));
        let names = names.unwrap_or(&folder);
        let pubsub = match pubsub {
            Pubsub::Memory => MEMORY.to_owned(),
            Pubsub::Kafka(brokers) => KAFKA.replace("BROKERS", &brokers),
        };
        let resources = folder.join("resources");
        fs::create_dir_all(&resources).unwrap();
        let write = |name: &str, text: &str| {
            let text = text
                .replace("PUBSUB", &pubsub)
                .replace("FOLDER", folder.to_str().unwrap())
                .replace("NAMES", names.to_str().unwrap());
            fs::write(folder.join(name), text).unwrap();
        };
        write("resources/components.yaml", COMPONENTS);
        write("resources/resiliency.yaml", RESILIENCY);
        write("config.yaml", CONFIGURATION);
        write(
            "secrets.json",
            r#"{"database": {"url": "postgres://"}, "plain": "text"}"#,
        );

        let process = Command::new(binary)
            .args(["--app-id", app_id, "--app-protocol", "grpc"])
            .args(["--app-port", &app_port.to_string()])
            .args(["--dapr-grpc-port", &grpc.to_string()])
            .args(["--dapr-http-port", &http.to_string()])
            .args(["--dapr-internal-grpc-port", &internal.to_string()])
            .args(["--dapr-listen-addresses", "127.0.0.1"])
            .args(["--dapr-internal-grpc-listen-address", "127.0.0.1"])
            .args(["--placement-host-address", ""])
            .args(["--scheduler-host-address", ""])
            .args(["--enable-metrics=false", "--enable-app-health-check"])
            .args(["--log-level", "warn"])
            .arg("--resources-path")
            .arg(resources)
            .arg("--config")
            .arg(folder.join("config.yaml"))
            .env("DAPR_HOST_IP", "127.0.0.1")
            .env("DAPR_API_TOKEN", TOKEN)
            .env("APP_API_TOKEN", TOKEN)
            .stdout(fs::File::create(folder.join("daprd.log")).unwrap())
            .spawn()
            .unwrap();
        Self { process, folder }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
fn binary() -> String {
    env::var("DAPRD_BIN").expect("DAPRD_BIN must name a daprd; run `cargo xtask test it` instead")
}

/// Below the range from which the system gives ports to outgoing connections.
fn free_ports<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 21_000 + u16::try_from(std::process::id() % 1_000).unwrap() * 10;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed))
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    std::array::from_fn(|_| ports.next().unwrap())
}
