//! The checks of the checks: what is spelt wrong is refused.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::chart::{Chart, title};
use super::schemas::Schemas;

/// A setting that is wrong, and the word that the refusal must name.
const VALUES: [(&str, &str); 19] = [
    ("hosst=a.example", "hosst"),
    ("image.tga=1", "tga"),
    ("image.tag=latest", "tag"),
    ("image.pullPolicy=Sometimes", "pullPolicy"),
    ("secrets.databaseUrl=postgres://u:p@h/d", "databaseUrl"),
    ("dapr.nativeSidecar=maybe", "nativeSidecar"),
    ("services.backend.replica=2", "replica"),
    ("services.backend.replicas.max=4", "max"),
    ("services.agent.replicas.min=3", "services.agent.replicas"),
    ("services.agent.env.MODEL_STEPS=some", "MODEL_STEPS"),
    ("env.JWT_JWKS_URL=keys.example", "JWT_JWKS_URL"),
    (
        "services.backend.env.RATE_LIMIT_USERS=1",
        "RATE_LIMIT_USERS",
    ),
    ("services.backend.resources.limits.memory=lots", "memory"),
    ("services.scheduler.replicas.max=2", "max"),
    ("services.frontend.appPort=3500", "appPort"),
    ("services.mailer.port=8006", "mailer"),
    ("ingress.controller=haproxy", "controller"),
    ("topics.retentionHours=24", "retentionHours"),
    ("monitoring.enable=true", "enable"),
];

pub(super) async fn values_are_refused(chart: &Chart) -> Result<()> {
    for (wrong, named) in VALUES {
        let output = chart.try_template(vec![format!("--set={wrong}")]).await?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.status.success(), "the chart takes {wrong}");
        ensure!(
            complaint.contains(named),
            "the refusal of {wrong} does not name {named}: {complaint}"
        );
    }
    Ok(())
}

/// An object of the chart, where in it, how the last step is misspelt.
const OBJECTS: [(&str, &str, &str); 6] = [
    ("Deployment taskflow-scheduler", "/spec/replicas", "replica"),
    (
        "Deployment taskflow-backend",
        "/spec/template/spec/containers/0/readinessProbe/httpGet/path",
        "pfad",
    ),
    (
        "Deployment taskflow-realtime",
        "/spec/template/metadata/annotations/dapr.io~1app-port",
        "dapr.io/app-prot",
    ),
    ("Component pubsub", "/spec/version", "versoin"),
    (
        "Configuration taskflow",
        "/spec/accessControl/defaultAction",
        "defaultAktion",
    ),
    ("ServiceMonitor taskflow", "/spec/endpoints", "endpoint"),
];

pub(super) fn objects_are_refused(objects: &[Value], schemas: &Schemas) -> Result<()> {
    for (wanted, path, misspelt) in OBJECTS {
        let object = objects.iter().find(|object| title(object) == wanted);
        let mut object = object
            .with_context(|| format!("there is no {wanted}"))?
            .clone();
        rename(&mut object, path, misspelt).with_context(|| format!("{wanted} has no {path}"))?;
        ensure!(
            schemas.check(&object).is_err(),
            "{misspelt} in {wanted} is not noticed"
        );
    }
    Ok(())
}

fn rename(object: &mut Value, path: &str, misspelt: &str) -> Option<()> {
    let (parent, field) = path.rsplit_once('/')?;
    let parent = object.pointer_mut(parent)?.as_object_mut()?;
    let value = parent.remove(&field.replace("~1", "/"))?;
    parent.insert(misspelt.to_owned(), value);
    Some(())
}
