//! The secret of sessions is exchanged for another, as the runbook says, while people are signed in.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use testing::Signer;

use crate::kube::{OURS, gone, pods, secret};
use crate::release::Release;
use crate::stage::Stage;
use crate::upgrade::without_failure;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "rotation: people stay signed in while the secret of sessions is exchanged",
        sessions,
    )]
}

async fn sessions(release: &Release) -> Result<()> {
    let before = secret("taskflow", "BETTER_AUTH_SECRET").await?;
    let owner = release.sign_up().await?;
    without_failure(release, async {
        let old = pods(OURS).await?;
        release.follow_each(&["accept", "sign"]).await?;
        gone(&old).await
    })
    .await?;
    let after = secret("taskflow", "BETTER_AUTH_SECRET").await?;
    ensure!(after != before, "sessions are signed as before");
    let renewed = owner.with_token(Some(Signer::new(&after).token(owner.user)?));
    let forged = owner.with_token(Some(Signer::new(&after.repeat(2)).token(owner.user)?));
    for (session, status) in [(&owner, 200), (&renewed, 200), (&forged, 401)] {
        let answer = session.get("/tasks").await?;
        ensure!(answer.status == status, "{answer:?}");
        let ready = release.socket(session, None).await?.ready().await;
        ensure!(
            ready.is_ok() == (status == 200),
            "{ready:?} instead of {status}"
        );
    }
    Ok(())
}
