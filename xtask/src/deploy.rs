//! `cargo xtask test deploy`: whether what is deployed is well-formed, says what it should, and
//! refuses what is wrong. Nothing is started.

mod alerts;
mod boundaries;
mod chart;
mod compose;
mod conventions;
mod documents;
mod environment;
mod generated;
mod images;
mod ingress;
mod network;
mod references;
mod schemas;
mod typos;

use anyhow::{Context, Result};

pub use boundaries::memory_limits;
pub(crate) use chart::Chart;
pub use chart::NAMESPACE;
pub use documents::step;
pub(crate) use generated::{COPIES, copies, manifests};

use crate::progress::Progress;
use crate::{install, workspace};

/// What people are told to install, as Helm renders it: the variant's name, and its objects.
pub async fn variants(progress: &Progress) -> Result<Vec<(&'static str, String)>> {
    let chart = Chart {
        helm: install::helm(progress).await?,
    };
    let mut rendered = Vec::new();
    for variant in chart::VARIANTS {
        rendered.push((variant.name, chart.template(variant.args()).await?));
    }
    Ok(rendered)
}

/// Checks chart, Compose file, alerts and documents, and that the checks see what is wrong.
pub async fn check(progress: &Progress) -> Result<()> {
    let (helm, promtool, described) = tokio::try_join!(
        install::helm(progress),
        install::promtool(progress),
        install::schemas(progress)
    )?;
    let schemas = schemas::Schemas::read(&described)?;
    let chart = Chart { helm };
    for variant in chart::VARIANTS {
        let step = progress.step(&format!("chart, {}", variant.name));
        chart.lint(variant).await?;
        let objects = chart.render(variant).await?;
        for object in &objects {
            schemas.check(object)?;
        }
        conventions::check(&objects).with_context(|| variant.name.to_owned())?;
        ingress::check(&objects).with_context(|| variant.name.to_owned())?;
        boundaries::check(&objects).with_context(|| variant.name.to_owned())?;
        network::check(&objects).with_context(|| variant.name.to_owned())?;
        step.done(&format!("{} objects", objects.len()));
    }
    let step = progress.step("typos");
    typos::values_are_refused(&chart).await?;
    typos::objects_are_refused(&chart.render(&chart::EVERYTHING).await?, &schemas)?;
    step.done("refused");
    let step = progress.step("docker-compose.yml and images");
    compose::check(&workspace::root(), &described)?;
    environment::check(&workspace::root())?;
    images::check(&workspace::root())?;
    step.done("as specified");
    let step = progress.step("alerts and dashboard");
    alerts::check(&promtool).await?;
    step.done("promtool has no complaint");
    let step = progress.step("documents");
    references::check()?;
    let run = documents::check(&chart).await?;
    step.done(&format!(
        "{run} commands run, the others say what they need"
    ));
    Ok(())
}
