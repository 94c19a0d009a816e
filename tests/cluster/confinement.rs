//! What a pod may not do: be root, write to its image, read what it does not need, call whom it
//! should not.

use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;
use proto::v1::{ClaimDueRequest, ListHeadsRequest, task_service_client::TaskServiceClient};
use secrecy::ExposeSecret;
use serde_json::Value;
use sidecar::{App, Sidecar, SidecarArgs};
use tonic::{Code, Response, Status};

use crate::kube::{Forward, OURS, items, json, kubectl, pod_of, secret};
use crate::release::Release;
use crate::stage::Stage;

/// Where a sidecar listens, in its pod alone.
const SIDECAR: u16 = 50001;

/// What Dapr says of a call that its access control list does not have.
const NOT_ON_THE_LIST: &str = "access control policy has denied access";

/// Where a container finds the cluster's token.
const CLUSTER_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Says who it is, and tries to write where it may not and where it may.
const TRESPASS: &str = "
import { writeFileSync } from 'node:fs';
const attempt = (file) => {
  try { writeFileSync(file, ''); } catch (error) { return error.code; }
  return 'written';
};
console.log(process.getuid(), attempt('/app/x'), attempt('/tmp/x'));
";

/// Nobody's: it has a sidecar, and is on no list.
const STRANGER: &str = "stranger";

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.trial(
            "confinement: nobody is root, and nobody writes to an image",
            unprivileged,
        ),
        stage.trial(
            "confinement: secrets come from Kubernetes, each to whom it is for",
            secrets,
        ),
        stage.trial("confinement: who is not on the list is not served", callers),
    ]
}

async fn unprivileged(_: &Release) -> Result<()> {
    let pods = json(&["get", "pods", OURS]).await?;
    for pod in items(&pods["items"]) {
        let spec = &pod["spec"];
        for container in items(&spec["containers"]).chain(items(&spec["initContainers"])) {
            let whose = || format!("{} of {}", container["name"], pod["metadata"]["name"]);
            is_confined(container, spec).with_context(whose)?;
        }
    }
    let front_end = pod_of("frontend").await?;
    let trespass = ["node", "--input-type=module", "--eval", TRESPASS];
    let exec = [
        &["exec", &front_end, "--container=app", "--"][..],
        &trespass,
    ]
    .concat();
    let said = kubectl(&exec).await?;
    ensure!(said.trim() == "65532 EROFS written", "{said}");
    Ok(())
}

fn is_confined(container: &Value, pod: &Value) -> Result<()> {
    let (own, common) = (&container["securityContext"], &pod["securityContext"]);
    let said = |name: &str| own.get(name).unwrap_or(&common[name]);
    ensure!(*said("runAsNonRoot") == true, "may be root");
    ensure!(own["readOnlyRootFilesystem"] == true, "may write");
    ensure!(own["allowPrivilegeEscalation"] == false, "may become more");
    let mut mounts = items(&container["volumeMounts"]);
    let has_token = mounts.any(|mount| mount["mountPath"] == CLUSTER_TOKEN);
    // The sidecar's components read Secrets.
    ensure!(
        has_token == (container["name"] == "daprd"),
        "has a token of the cluster, or a sidecar has none"
    );
    Ok(())
}

/// The sidecar of a pod, as the app beside it asks it.
struct Beside {
    sidecar: Sidecar,
    _forward: Forward,
}

impl Beside {
    async fn pod(pod: &str, token: Option<String>) -> Result<Self> {
        let forward = Forward::to(pod, SIDECAR).await?;
        let sidecar = Sidecar::new(&SidecarArgs {
            dapr_grpc_endpoint: None,
            dapr_grpc_port: forward.port,
            dapr_api_token: token.map(Into::into),
            app_api_token: None,
            app_port: 0,
            in_process: None,
        })?;
        Ok(Self {
            sidecar,
            _forward: forward,
        })
    }

    /// One that belongs to the release.
    async fn service(component: &str) -> Result<Self> {
        let token = secret("taskflow-api-token", "token").await?;
        Self::pod(&pod_of(component).await?, Some(token)).await
    }

    fn backend(&self) -> Result<TaskServiceClient<App>> {
        Ok(TaskServiceClient::new(
            self.sidecar.app("taskflow-backend")?,
        ))
    }
}

async fn secrets(_: &Release) -> Result<()> {
    let key = "BETTER_AUTH_SECRET";
    let realtime = Beside::service("realtime").await?;
    let served = realtime.sidecar.secrets("secrets", "taskflow").await?;
    let served = served.get(key).context("the sidecar has no such secret")?;
    let kept = secret("taskflow", key).await?;
    ensure!(
        served.expose_secret() == kept,
        "the sidecar serves another secret than Kubernetes keeps"
    );
    // The database is the backend's alone.
    let denied = realtime.sidecar.secrets("secrets", "taskflow-backend");
    ensure!(denied.await.is_err(), "realtime reads the backend's Secret");
    let backend = Beside::service("backend").await?;
    let own = backend.sidecar.secrets("secrets", "taskflow-backend");
    ensure!(own.await?.contains_key("DATABASE_URL"));

    // What Kubernetes shows to whoever may look at anything but Secrets.
    let shown = ["get", "deployments,configmaps,pods", "--output=json"];
    let shown = kubectl(&shown).await?;
    let database_url = secret("taskflow-backend", "DATABASE_URL").await?;
    for value in [kept, database_url] {
        ensure!(
            !shown.contains(&value),
            "a secret stands outside of Secrets"
        );
    }
    Ok(())
}

async fn callers(release: &Release) -> Result<()> {
    let realtime = Beside::service("realtime").await?;
    let mut backend = realtime.backend()?;
    backend.list_heads(ListHeadsRequest::default()).await?;
    // The scheduler's.
    is_denied(backend.claim_due(ClaimDueRequest::default()).await)?;
    // The agent has a service of its own there, and no other.
    let agent = Beside::service("agent").await?;
    let mut backend = agent.backend()?;
    is_denied(backend.list_heads(ListHeadsRequest::default()).await)?;

    kubectl(&["apply", "--filename", &stranger(release)?]).await?;
    let pod = format!("pod/{STRANGER}");
    kubectl(&["wait", "--for=condition=Ready", &pod, "--timeout=2m"]).await?;
    let outcome = async {
        let stranger = Beside::pod(STRANGER, None).await?;
        let mut backend = stranger.backend()?;
        is_denied(backend.list_heads(ListHeadsRequest::default()).await)
    };
    let outcome = outcome.await;
    kubectl(&["delete", "pod", STRANGER, "--now"]).await?;
    outcome
}

fn is_denied<T>(answer: Result<Response<T>, Status>) -> Result<()> {
    match answer {
        Ok(_) => bail!("the call was let through"),
        Err(status) => {
            let by_list = status.message().contains(NOT_ON_THE_LIST);
            ensure!(
                by_list && status.code() == Code::PermissionDenied,
                "{status}"
            );
            Ok(())
        }
    }
}

/// The file that describes a pod beside the release: the front end's image, which does nothing.
fn stranger(release: &Release) -> Result<String> {
    let image = format!(
        "{}/frontend:{}",
        release.cluster.images,
        xtask::cluster::TAGS[0]
    );
    let pod = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": STRANGER,
            "annotations": {
                "dapr.io/enabled": "true",
                "dapr.io/app-id": "taskflow-stranger",
            },
        },
        "spec": {"containers": [{
            "name": "app",
            "image": image,
            "command": ["node", "--eval", "setInterval(() => {}, 1000)"],
        }]},
    });
    let file = release.folder.join("stranger.json");
    fs::write(&file, pod.to_string())?;
    Ok(file.display().to_string())
}
