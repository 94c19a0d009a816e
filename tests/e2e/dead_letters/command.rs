//! `taskflow-backend dlq`

use anyhow::{Result, ensure};
use uuid::Uuid;

use super::Letter;
use crate::stage::Product;

pub(super) async fn by_command(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let letter = Letter::write(product, &owner).await?;
    let (id, user) = (letter.id.as_str(), owner.user.to_string());

    let listed = dlq(product, &["list", "--user", &user]).await?;
    let line = listed.line(id)?;
    ensure!(line.contains("waiting") && line.contains("tasks.events"));
    let shown = dlq(product, &["show", id]).await?;
    ensure!(shown.succeeded && shown.text.contains(std::str::from_utf8(&letter.value)?));

    let replayed = dlq(product, &["replay", id]).await?;
    ensure!(replayed.succeeded, "{}", replayed.text);
    let history = ["failed", "replayed", "failed"];
    let detail = letter.comes_back(product, &history).await?;
    ensure!(detail["history"][1]["by"] == "command");

    ensure!(!dlq(product, &["drop", id]).await?.succeeded);
    ensure!(!dlq(product, &["drop", id, "--reason", ""]).await?.succeeded);
    let dropped = dlq(product, &["drop", id, "--reason", "no use"]).await?;
    ensure!(dropped.succeeded, "{}", dropped.text);
    let listed = dlq(product, &["list", "--user", &user, "--state", "dropped"]).await?;
    listed.line(id)?;
    let listed = dlq(product, &["list", "--user", &user, "--state", "waiting"]).await?;
    ensure!(listed.line(id).is_err());

    let unknown = Uuid::now_v7().to_string();
    for refused in [
        &["show", &unknown][..],
        &["replay", &unknown],
        &["replay", id],
        &["replay"],
        &["replay", id, "--all"],
        &["drop", &unknown, "--reason", "x"],
        &["drop", id, "--reason", "x"],
        &["list", "--topic", "nonsense"],
    ] {
        let answer = dlq(product, refused).await?;
        ensure!(!answer.succeeded, "{refused:?}: {}", answer.text);
    }
    Ok(())
}

struct Said {
    succeeded: bool,
    text: String,
}

impl Said {
    fn line(&self, start: &str) -> Result<&str> {
        ensure!(self.succeeded, "{}", self.text);
        let line = self.text.lines().find(|line| line.starts_with(start));
        line.ok_or_else(|| anyhow::anyhow!("no {start} in {}", self.text))
    }
}

async fn dlq(product: &Product, args: &[&str]) -> Result<Said> {
    let output = product
        .command(&[&["dlq"], args].concat())?
        .output()
        .await?;
    Ok(Said {
        succeeded: output.status.success(),
        text: String::from_utf8(output.stdout)?,
    })
}
