//! `taskflow-backend dlq`

use anyhow::{bail, ensure};
use events::Topic;
use sidecar::Sidecar;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    settle::{self, Dropped, Replayed},
    store::{self, Filter},
};
use crate::config::{DlqCommand, DlqList, DlqReplay};

/// Who acts, in a letter's history.
const BY: &str = "command";

/// Characters of a cause in a list.
const CAUSE_WIDTH: usize = 60;

pub(crate) async fn run(
    pool: &PgPool,
    sidecar: &Sidecar,
    command: &DlqCommand,
) -> anyhow::Result<()> {
    match command {
        DlqCommand::List(which) => list(pool, which).await,
        DlqCommand::Show { id } => show(pool, *id).await,
        DlqCommand::Replay(DlqReplay {
            ids, all: false, ..
        }) => replay(pool, sidecar, ids).await,
        DlqCommand::Replay(DlqReplay { topic, .. }) => replay_all(pool, sidecar, *topic).await,
        DlqCommand::Drop { id, reason } => drop(pool, *id, reason).await,
    }
}

#[expect(clippy::print_stdout, reason = "the answer to a command")]
async fn list(pool: &PgPool, which: &DlqList) -> anyhow::Result<()> {
    let filter = Filter {
        topic: which.topic,
        event_type: which.event_type.as_deref(),
        user: which.user.map(|user| user.0),
        state: which.state.as_deref(),
        before: which.before,
    };
    let letters = store::list(pool, &filter, which.limit).await?;
    println!(
        "{:36}  {:20}  {:8}  {:20}  {:20}  CAUSE",
        "ID", "RECEIVED", "STATE", "TOPIC", "TYPE"
    );
    for letter in &letters {
        println!(
            "{:36}  {:.0}  {:8}  {:20}  {:20}  {}",
            letter.id,
            letter.received_at.to_jiff(),
            letter.state.name(),
            letter.topic,
            one_line(letter.event_type.as_deref().unwrap_or("-"), CAUSE_WIDTH),
            one_line(&letter.cause, CAUSE_WIDTH),
        );
    }
    if let Some(last) = letters.last()
        && i64::try_from(letters.len()) == Ok(which.limit)
    {
        println!("older ones: --before {}", last.id);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer to a command")]
async fn show(pool: &PgPool, id: Uuid) -> anyhow::Result<()> {
    let Some(found) = store::find(pool, id).await? else {
        bail!("there is no dead letter {id}");
    };
    let letter = found.letter;
    let or_dash = |id: Option<Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    println!("id        {}", letter.id);
    println!("state     {}", letter.state.name());
    println!("received  {}", letter.received_at.to_jiff());
    println!("topic     {}", letter.topic);
    println!("event     {}", or_dash(letter.event_id));
    println!("type      {}", letter.event_type.as_deref().unwrap_or("-"));
    println!("user      {}", or_dash(letter.user_id));
    println!("handler   {}", letter.handler.as_deref().unwrap_or("-"));
    println!("cause     {}", letter.cause);
    println!("\nhistory");
    for fact in found.history {
        println!(
            "  {}  {:8}  {}  {}",
            fact.at.to_jiff(),
            fact.what,
            fact.by.as_deref().unwrap_or("-"),
            fact.why.as_deref().unwrap_or_default(),
        );
    }
    match String::from_utf8(found.payload) {
        Ok(text) => println!("\npayload, {} bytes\n{text}", text.len()),
        Err(error) => {
            let bytes = error.as_bytes();
            println!(
                "\npayload, {} bytes, not UTF-8\n{}",
                bytes.len(),
                bytes.escape_ascii()
            );
        }
    }
    Ok(())
}

/// All that wait when it begins: one that fails again meanwhile is for the next time.
async fn replay_all(pool: &PgPool, sidecar: &Sidecar, topic: Option<Topic>) -> anyhow::Result<()> {
    let ids = store::waiting(pool, topic, None).await?;
    replay(pool, sidecar, &ids).await
}

#[expect(clippy::print_stdout, reason = "the answer to a command")]
async fn replay(pool: &PgPool, sidecar: &Sidecar, ids: &[Uuid]) -> anyhow::Result<()> {
    let mut replayed = 0;
    for id in ids {
        match settle::replay(pool, sidecar, *id, BY).await? {
            Replayed::Published => {
                replayed += 1;
                println!("{id}  replayed");
            }
            Replayed::Unknown => println!("{id}  not found"),
            Replayed::Settled(state) => println!("{id}  not replayed: it is {}", state.name()),
            Replayed::Failed(error) => {
                return Err(anyhow::Error::new(error).context(format!(
                    "{replayed} of {} replayed, then {id} failed",
                    ids.len()
                )));
            }
        }
    }
    println!("{replayed} of {} replayed", ids.len());
    ensure!(replayed == ids.len(), "not every letter was replayed");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer to a command")]
async fn drop(pool: &PgPool, id: Uuid, reason: &str) -> anyhow::Result<()> {
    settle::check_reason(reason).map_err(anyhow::Error::msg)?;
    match settle::drop(pool, id, reason, BY).await? {
        Dropped::Done => println!("{id}  dropped"),
        Dropped::Unknown => bail!("there is no dead letter {id}"),
        Dropped::Settled(state) => bail!("the dead letter {id} is {} already", state.name()),
    }
    Ok(())
}

/// The beginning of a text that may hold anything, control sequences of a terminal included.
fn one_line(text: &str, width: usize) -> String {
    let line = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = text.chars().map(line).take(width + 1).collect();
    if line.chars().count() > width {
        line = line.chars().take(width - 1).chain(['…']).collect();
    }
    line
}
