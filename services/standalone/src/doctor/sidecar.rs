//! A sidecar, if the environment names one.

use std::time::Duration;

use clap::{CommandFactory, Parser, parser::ValueSource};
use sidecar::{Sidecar, SidecarArgs};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Finding;

const PATIENCE: Duration = Duration::from_secs(3);

/// A service's settings, as far as they are of its sidecar.
#[derive(Parser)]
struct Beside {
    #[command(flatten)]
    sidecar: SidecarArgs,
}

pub(super) async fn look() -> Option<Finding> {
    let set = Beside::command().try_get_matches_from(["sidecar"]).ok()?;
    let is_named = ["dapr_grpc_endpoint", "dapr_grpc_port"]
        .iter()
        .any(|name| set.value_source(name) == Some(ValueSource::EnvVariable));
    if !is_named {
        return None;
    }
    let args = Beside::try_parse_from(["sidecar"]).ok()?.sidecar;
    let sidecar = match Sidecar::new(&args) {
        Ok(sidecar) => sidecar,
        Err(error) => {
            let todo = "correct DAPR_GRPC_ENDPOINT and DAPR_API_TOKEN";
            return Some(Finding::wrong(error.to_string(), todo));
        }
    };
    let never = CancellationToken::new();
    Some(match timeout(PATIENCE, sidecar.wait(&never)).await {
        Ok(_) => Finding::fine("answers"),
        Err(_) => Finding::wrong(
            format!("does not answer within {PATIENCE:?}"),
            "look into its log: a component that fails stops it; check DAPR_GRPC_PORT and DAPR_API_TOKEN",
        ),
    })
}
