//! `taskflow-backend replay`: events published again from the log, such as after a topic was
//! deleted or its retention has passed.
//!
//! In order of id, which for each user is the order of `seq`; one bulk in flight, while the next
//! is read. What is still in the outbox is left to the relay. Consumers drop what they have had,
//! so a bulk that is published twice after an interruption harms nobody.

mod on_topic;
mod pace;
mod selection;
mod session;

use anyhow::{Context, bail, ensure};
use sidecar::{KafkaArgs, Sidecar};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{
    config::ReplayArgs,
    relay::batch::{BATCH, Batch},
};
use on_topic::OnTopic;
use pace::Pace;
use selection::Selection;
use session::Session;

/// Publishes what the arguments select, and tells how it goes on standard error.
pub(crate) async fn run(
    pool: &PgPool,
    sidecar: &Sidecar,
    kafka: &KafkaArgs,
    args: &ReplayArgs,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let selection = Selection::new(args)?;
    let (session, position) = Session::begin(pool, &selection.key(), args.restart).await?;
    let on_topic = if args.only_missing {
        Some(OnTopic::read(kafka, args.topic).await?)
    } else {
        None
    };
    if position.done > 0 {
        let published = position.published;
        eprintln!("going on after {published} events that were published before");
    }
    let mut pace = Pace::new(args.rate, &position);
    let mut reader = Reader {
        selection,
        session,
        on_topic,
        until: position.until,
        bulk: pace.bulk(BATCH),
        passed_over: 0,
    };
    let (mut done, mut published) = (position.done, position.published);
    let mut next = reader.next(done).await?;
    if done > 0 && telemetry::faults::enabled("resume-too-late") {
        let passed_over = next.map_or(done, |chunk| chunk.last);
        next = reader.next(passed_over).await?;
    }
    while let Some(chunk) = next {
        if shutdown.is_cancelled() {
            reader.session.advance(done, published).await?;
            bail!("interrupted; the same command goes on where it was");
        }
        let (sent, ahead) = tokio::join!(chunk.batch.publish(sidecar), async {
            reader.session.advance(done, published).await?;
            reader.next(chunk.last).await
        });
        sent.context("publishing failed; the same command goes on where it was")?;
        done = chunk.last;
        published += i64::try_from(chunk.batch.ids.len())?;
        pace.after(chunk.batch.ids.len(), done).await;
        next = ahead?;
    }
    reader.session.finish().await?;
    tell(published);
    let passed_over = reader.passed_over;
    ensure!(passed_over == 0, "{passed_over} events cannot be published");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer to a command")]
fn tell(published: i64) {
    println!("{published} events published");
}

/// Events of the log, a bulk at a time.
struct Reader<'a> {
    selection: Selection<'a>,
    session: Session,
    on_topic: Option<OnTopic>,
    until: i64,
    bulk: usize,
    passed_over: usize,
}

struct Chunk {
    /// The log was looked at up to here, whatever of it has to be published.
    last: i64,
    batch: Batch,
}

impl Reader<'_> {
    async fn next(&mut self, after: i64) -> anyhow::Result<Option<Chunk>> {
        let range = after..=self.until;
        let db = self.session.db();
        let mut rows = self.selection.rows(db, range, self.bulk).await?;
        let Some(last) = rows.last().map(|row| row.id) else {
            return Ok(None);
        };
        if let Some(on_topic) = &mut self.on_topic {
            if rows
                .iter()
                .any(|row| !on_topic.has(row.user_id, row.event_id))
            {
                // What the relay published since must not be published again: these had left
                // the outbox when they were read, so they are on the topic by now.
                on_topic.read_on().await?;
            }
            rows.retain(|row| !on_topic.has(row.user_id, row.event_id));
        }
        let batch = Batch::of(rows);
        for row in &batch.unpublishable {
            eprintln!("left out event {}: {}", row.id, row.cause);
        }
        Ok(Some(Chunk { last, batch }))
    }
}
