//! What an app has beside it.

use std::collections::HashMap;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;

use crate::{App, CallError, ConfigError, InProcess, SidecarArgs, State, ToApp, daprd::Connection};

/// A handle to the sidecar beside this process, or to what does its work within the process.
/// Clones share it.
#[derive(Clone)]
pub struct Sidecar(pub(crate) Means);

#[derive(Clone)]
pub(crate) enum Means {
    Daprd(Connection),
    InProcess(InProcess),
}

impl Sidecar {
    /// Connects to nothing yet.
    pub fn new(args: &SidecarArgs) -> Result<Self, ConfigError> {
        Ok(Self(match &args.in_process {
            Some(in_process) => Means::InProcess(in_process.clone()),
            None => Means::Daprd(Connection::new(args)?),
        }))
    }

    /// Waits until a sidecar answers that does; false when shut down before one did.
    pub async fn wait(&self, shutdown: &CancellationToken) -> bool {
        let answers = async {
            match &self.0 {
                Means::Daprd(daprd) => daprd.until_it_answers().await,
                // It is here.
                Means::InProcess(_) => {}
            }
        };
        shutdown.run_until_cancelled(answers).await.is_some()
    }

    /// Why there is no sidecar now that does; none when there is one.
    pub async fn obstacle(&self) -> Option<String> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.obstacle().await,
            Means::InProcess(_) => None,
        }
    }

    /// The values of one secret, such as the entries of a Kubernetes Secret. Without a sidecar
    /// there is no store, and nothing in it: secrets are in the environment.
    pub async fn secrets(
        &self,
        store: &str,
        name: &str,
    ) -> Result<HashMap<String, SecretString>, CallError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.secrets(store, name).await,
            Means::InProcess(_) => Ok(HashMap::new()),
        }
    }

    /// The gRPC services of another app: `TaskServiceClient::new(sidecar.app("taskflow-backend")?)`.
    ///
    /// A call without a deadline of its own gets five seconds. daprd may
    /// repeat a call, so the method must bear it.
    pub fn app(&self, app_id: &str) -> Result<App, ConfigError> {
        let (channel, to_app) = match &self.0 {
            Means::Daprd(daprd) => (
                daprd.channel(),
                ToApp::through_sidecar(app_id, daprd.token())?,
            ),
            Means::InProcess(here) => (here.channel(app_id), ToApp::from(app_id, here.app_id())?),
        };
        Ok(InterceptedService::new(channel, to_app))
    }

    /// The state store that all apps share.
    pub fn state(&self) -> State {
        State(self.0.clone())
    }

    /// The app-id under which this app is known to others.
    pub(crate) async fn app_id(&self) -> Result<&str, CallError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.app_id().await,
            Means::InProcess(here) => Ok(here.app_id()),
        }
    }
}
