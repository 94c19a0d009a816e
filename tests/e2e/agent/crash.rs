//! An agent that dies between a tool's effect and its answer has done it once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Turn, wait};
use xtask::progress::Progress;

use super::talk::say;
use crate::rest::steps::list;
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.apart(
        "agent: killed between an effect and its answer, it has acted once",
        &[("PLANTED_FAULT", "agent-hangs-after-effect")],
        killed,
    )]
}

/// The lease of the turn has to lapse.
const PATIENCE: Duration = Duration::from_mins(2);

/// The fault holds the agent where the effect is written and nothing else is; there it is killed.
/// Another, without the fault, gets the same request.
pub(crate) async fn killed(product: &Product) -> Result<()> {
    let person = product.sign_up().await?;
    // What it says means another minute when it is done anew.
    let input = json!({"title": "Once", "due_date": "in 2 hours"}).to_string();
    let add = ("add_task".to_owned(), input);
    let turns = vec![Turn::Call(vec![add]), Turn::Say("Added.".to_owned())];
    product.model.on("Add it once", turns);
    let first = say(product, &person, "Add it once", "the-key");
    let effect = wait::until("the effect", PATIENCE, async || {
        let page = person.get("/tasks").await?.expect(200)?;
        Ok((list(&page["items"]).len() == 1).then_some(()))
    });
    let agent = product.stack.app("agent")?;
    tokio::select! {
        answer = first => anyhow::bail!("it answered: {answer:?}"),
        effect = effect => effect?,
    }
    agent.service.kill9().await?;
    agent.service.restart_with("PLANTED_FAULT", "").await?;
    agent.ready(&Progress::hidden()).await?;

    let answer = wait::until("the turn to go on", PATIENCE, async || {
        let answer = say(product, &person, "Add it once", "the-key").await?;
        Ok((answer.status != 409 && answer.status != 503).then_some(answer))
    });
    let answer = answer.await?.expect(200)?;
    ensure!(answer["content"] == "Added.", "{answer}");
    let page = person.get("/tasks").await?.expect(200)?;
    if list(&page["items"]).len() > 1 {
        return Err(Violation::Repeated("what it had done".to_owned()).into());
    }
    Ok(())
}
