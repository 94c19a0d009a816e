//! A scheduler whose ticks, triggers and events are handed to it.

use std::{num::NonZeroU32, sync::Arc};

use events::{Trigger, TriggerType, UserId};
use proto::v1::task_service_server::TaskServiceServer;
use scheduler::{
    backend::Backend,
    due::Due,
    spawn::{self, Spawner},
};
use sidecar::{Outcome, Sidecar, SidecarArgs, TriggerHandler};
use telemetry::{clock, health::Health};
use tokio::{net::TcpListener, sync::Notify};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Endpoint, Server};
use uuid::Uuid;

use crate::{backend::FakeBackend, daprd::FakeDaprd};

pub(crate) struct World {
    pub(crate) backend: FakeBackend,
    pub(crate) daprd: FakeDaprd,
    pub(crate) wake: Arc<Notify>,
    spawner: Spawner,
}

impl World {
    pub(crate) async fn start(triggers_per_second: u32) -> Self {
        let (backend, daprd) = (FakeBackend::default(), FakeDaprd::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(
            Server::builder()
                .add_service(TaskServiceServer::new(backend.clone()))
                .add_service(daprd.clone())
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        let health = Health::new("scheduler", "0");
        let channel = Endpoint::from_shared(address.clone())
            .unwrap()
            .connect_lazy();
        let asked = Backend::new(channel, health.clone());
        let (spawner, waiting) = Spawner::new();
        tokio::spawn(spawn::run(waiting, asked.clone()));
        let wake = Arc::new(Notify::new());
        let due = Due {
            backend: asked,
            sidecar: Sidecar::new(&SidecarArgs {
                dapr_grpc_endpoint: Some(address),
                dapr_grpc_port: 0,
                dapr_api_token: None,
                app_api_token: None,
                app_port: 0,
                in_process: None,
            })
            .unwrap(),
            health,
            triggers_per_second: NonZeroU32::new(triggers_per_second).unwrap(),
            lease_seconds: NonZeroU32::new(30).unwrap(),
        };
        tokio::spawn(due.run(Arc::clone(&wake)));
        Self {
            backend,
            daprd,
            wake,
            spawner,
        }
    }

    /// Delivers the trigger of a task as daprd would.
    pub(crate) async fn trigger(&self, task: &str) -> Outcome {
        self.trigger_of(TriggerType::Occurrence, task).await
    }

    pub(crate) async fn trigger_of(&self, trigger_type: TriggerType, subject: &str) -> Outcome {
        self.deliver(trigger_type, subject, &[]).await
    }

    /// Delivers the trigger that many tasks share.
    pub(crate) async fn shared_trigger(&self, tasks: &[String]) -> Outcome {
        let (first, others) = tasks.split_first().unwrap();
        self.deliver(TriggerType::Occurrence, first, others).await
    }

    async fn deliver(
        &self,
        trigger_type: TriggerType,
        subject: &str,
        others: &[String],
    ) -> Outcome {
        let trigger = Trigger {
            trigger_id: Uuid::now_v7(),
            trigger_type,
            user_id: UserId::generate(),
            subject_id: subject.parse().unwrap(),
            others: others.iter().map(|task| task.parse().unwrap()).collect(),
            due_at: clock::now(),
            correlation_id: "c-1".to_owned(),
        };
        TriggerHandler::handle(&self.spawner, trigger).await
    }
}
