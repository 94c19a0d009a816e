//! One connection's events, complete and in order: the position, the mailbox
//! and the log put together. Sockets and event streams share it.

use std::{sync::Arc, time::Duration};

use events::UserId;
use futures::{Stream, stream};
use telemetry::correlation::CorrelationId;
use tokio::time::sleep;
use tracing::{Instrument, error_span};

use crate::{
    backend::{Backend, BackendError},
    close::Close,
    frame::Outgoing,
    mailbox::Mailbox,
    measured::HOLES_FILLED_TOTAL,
    position::{Page, Position, Step},
};

/// Pauses between attempts to reach the backend.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What a connection is to be told, batch by batch.
pub struct Feed {
    user: UserId,
    correlation_id: CorrelationId,
    mailbox: Arc<Mailbox>,
    backend: Backend,
    position: Position,
    /// What came with the ticket: the answer to the first question.
    first: Option<Page>,
}

impl Feed {
    /// The mailbox must be in the hub already: what is published while the
    /// history is read must not fall between the two. What `first` may lack, because it was read
    /// before, the hub has told the mailbox.
    pub fn new(
        user: UserId,
        correlation_id: CorrelationId,
        mailbox: Arc<Mailbox>,
        backend: Backend,
        since: Option<u64>,
        first: Option<Page>,
    ) -> Self {
        Self {
            user,
            correlation_id,
            mailbox,
            backend,
            position: Position::new(since),
            first,
        }
    }

    /// Batches, none empty, until an error. Never ends otherwise.
    pub fn batches(self) -> impl Stream<Item = Result<Vec<Outgoing>, Close>> + Send + 'static {
        stream::try_unfold(self, |mut feed| async move {
            let batch = feed.next().await?;
            feed.mailbox.set_position(feed.position.seq());
            Ok(Some((batch, feed)))
        })
    }

    async fn next(&mut self) -> Result<Vec<Outgoing>, Close> {
        loop {
            match self.position.step() {
                Step::Send(batch) => return Ok(batch),
                Step::Wait => self.position.arrived(self.mailbox.take().await),
                Step::Head => {
                    let log = self.answer(None).await?;
                    self.position.joined(log.head);
                }
                Step::Read { after } => {
                    let page = self.answer(Some(after)).await?;
                    let batch = self.read(page);
                    if !batch.is_empty() {
                        return Ok(batch);
                    }
                }
            }
        }
    }

    fn read(&mut self, page: Page) -> Vec<Outgoing> {
        let was_filling = self.position.is_filling();
        let batch = self.position.read(page);
        if was_filling && !self.position.is_filling() {
            metrics::counter!(HOLES_FILLED_TOTAL).increment(1);
        }
        batch
    }

    /// The log after a `seq`, or its head only.
    async fn answer(&mut self, after: Option<u64>) -> Result<Page, Close> {
        match self.first.take() {
            Some(first) => Ok(first),
            // Boxed: rare, and too big to be part of every idle connection.
            None => Box::pin(self.ask(after)).await,
        }
    }

    /// Asks for the log after a `seq`, or for its head only, until there is an answer.
    ///
    /// Meanwhile the mailbox fills, and when it is full the connection ends:
    /// so this needs no limit of its own.
    async fn ask(&self, after: Option<u64>) -> Result<Page, Close> {
        let (mut pause, longest) = RETRY;
        loop {
            let span = error_span!(
                parent: None,
                "feed",
                correlation_id = %self.correlation_id,
                user_id = %self.user,
            );
            match self.log(after).instrument(span).await {
                Ok(page) => return Ok(page),
                Err(BackendError::UnknownUser) => return Err(Close::UserGone),
                Err(BackendError::Unreachable(_)) => {
                    // Spread out, or everybody comes back at the same moment.
                    sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
                    pause = (pause * 2).min(longest);
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        correlation_id = %self.correlation_id,
                        user_id = %self.user,
                        "The log cannot be read"
                    );
                    return Err(Close::Unavailable);
                }
            }
        }
    }

    async fn log(&self, after: Option<u64>) -> Result<Page, BackendError> {
        match after {
            Some(after) => self.backend.page(self.user, after).await,
            None => Ok(Page {
                frames: Vec::new(),
                head: self.backend.head(self.user).await?,
            }),
        }
    }
}
