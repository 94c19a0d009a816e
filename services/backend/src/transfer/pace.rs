//! Bodies that have to keep coming: an import is outside the time limit of requests, and whoever
//! sends a file as slowly as can be would hold a place, and perhaps a connection, for ever.

use std::{
    io::{Error, ErrorKind},
    time::Duration,
};

use axum::body::{Body, Bytes};
use futures::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout};

use crate::error::ApiError;

/// The longest pause.
const GAP: Duration = Duration::from_secs(10);

/// Waited for in all, before the rate counts.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes a second at least, on average.
const LEAST_RATE: f64 = 16.0 * 1024.0;

/// The body's parts, with an error of the kind `TimedOut` when they come too slowly.
pub(super) fn paced(body: Body) -> impl Stream<Item = Result<Bytes, Error>> + Unpin {
    let parts = stream::try_unfold(Pace::of(body), async |mut pace| {
        Ok(pace.next().await?.map(|part| (part, pace)))
    });
    Box::pin(parts)
}

/// What an error of [`paced`] is to the client.
pub(super) fn unread(error: &Error) -> ApiError {
    if error.kind() == ErrorKind::TimedOut {
        ApiError::TooSlow
    } else {
        ApiError::Malformed("The body could not be read".to_owned())
    }
}

struct Pace {
    body: axum::body::BodyDataStream,
    came: f64,
    /// For the client, not for what is done with the parts.
    waited: Duration,
}

impl Pace {
    fn of(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            came: 0.0,
            waited: Duration::ZERO,
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let asked = Instant::now();
        let part = timeout(GAP, self.body.next())
            .await
            .map_err(|_| Error::from(ErrorKind::TimedOut))?
            .transpose()
            .map_err(Error::other)?;
        self.waited += asked.elapsed();
        if let Some(part) = &part {
            self.came += f64::from(u32::try_from(part.len()).unwrap_or(u32::MAX));
            let counted = self.waited.saturating_sub(GRACE);
            if self.came < LEAST_RATE * counted.as_secs_f64() {
                return Err(ErrorKind::TimedOut.into());
            }
        }
        Ok(part)
    }
}
