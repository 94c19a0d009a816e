//! One call of the sidecar: its deadline and its error.

use std::time::Duration;

use tonic::{Code, Request, Response, Status};

/// A call of the sidecar failed.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` failed")]
pub struct CallError {
    name: &'static str,
    #[source]
    status: Status,
}

impl CallError {
    pub fn code(&self) -> Code {
        self.status.code()
    }

    pub(crate) fn status(&self) -> &Status {
        &self.status
    }
}

/// A request that the sidecar, too, gives up after `deadline`.
pub(crate) fn within<T>(deadline: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// Waits for the reply no longer than `deadline`. The one that travels with the
/// request does not cover the time until a connection stands.
pub(crate) async fn call<T>(
    name: &'static str,
    deadline: Duration,
    reply: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, CallError> {
    tokio::time::timeout(deadline, reply)
        .await
        .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")))
        .map(Response::into_inner)
        .map_err(|status| CallError { name, status })
}
