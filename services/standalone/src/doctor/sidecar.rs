//! A sidecar, if the environment names one.

use clap::{CommandFactory, Parser, parser::ValueSource};
use sidecar::{Sidecar, SidecarArgs};

use super::Finding;

/// A service's settings, as far as they are of its sidecar.
#[derive(Parser)]
struct Beside {
    #[command(flatten)]
    sidecar: SidecarArgs,
}

/// Nothing where there is none.
pub(super) fn named() -> Option<SidecarArgs> {
    let set = Beside::command().try_get_matches_from(["sidecar"]).ok()?;
    let is_named = ["dapr_grpc_endpoint", "dapr_grpc_port"]
        .iter()
        .any(|name| set.value_source(name) == Some(ValueSource::EnvVariable));
    if !is_named {
        return None;
    }
    Some(Beside::try_parse_from(["sidecar"]).ok()?.sidecar)
}

pub(super) async fn look(args: &SidecarArgs) -> Finding {
    let sidecar = match Sidecar::new(args) {
        Ok(sidecar) => sidecar,
        Err(error) => {
            let todo = "correct DAPR_GRPC_ENDPOINT and DAPR_API_TOKEN";
            return Finding::wrong(error.to_string(), todo);
        }
    };
    let Some(obstacle) = sidecar.obstacle().await else {
        return Finding::fine("answers");
    };
    match obstacle.split_once("; ") {
        // Its version, and what to do about it.
        Some((what, todo)) => Finding::wrong(what, todo),
        None => Finding::wrong(
            format!("does not answer: {obstacle}"),
            "look into its log: a component that fails stops it; check DAPR_GRPC_PORT and DAPR_API_TOKEN",
        ),
    }
}
