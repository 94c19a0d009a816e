//! When to stop.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first SIGTERM or SIGINT.
///
/// Call it inside the runtime; the handlers are in place when it returns.
pub fn on_signal() -> io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let shutdown = CancellationToken::new();
    let token = shutdown.clone();
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "Shutting down");
        token.cancel();
    });
    Ok(shutdown)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };

    #[tokio::test]
    async fn sigterm_cancels_the_token() {
        let shutdown = super::on_signal().unwrap();
        assert!(!shutdown.is_cancelled());

        kill(Pid::this(), Signal::SIGTERM).unwrap();

        tokio::time::timeout(Duration::from_secs(5), shutdown.cancelled())
            .await
            .unwrap();
    }
}
