//! Finds what the broadcast lost, and whose API token was revoked.
//!
//! A sidecar that restarts joins the broadcast at its end: what was published
//! in between never comes. So the log's heads are compared with the positions
//! of all connections, now and then and after every restart of the sidecar.

use std::{convert::Infallible, sync::Arc, time::Duration};

use events::{TokenId, UserId};
use telemetry::{
    health::{self, Health},
    metrics::CONSUMER_LAG,
};
use tokio::{
    select,
    sync::watch,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    backend::{AT_ONCE, Backend, BackendError},
    close::Close,
    hub::Hub,
    mailbox::Mailbox,
};

/// After a new subscription: at once, and again when the group has settled.
const AFTER_SUBSCRIBING: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Sweeps every `period`, and when `sessions` says that the sidecar subscribed. Never ends.
pub async fn run(
    hub: &Hub,
    backend: &Backend,
    mut sessions: watch::Receiver<u64>,
    period: Duration,
    health: &Health,
) -> Infallible {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let pauses: &[Duration] = select! {
            _ = ticks.tick() => &[Duration::ZERO],
            Ok(()) = sessions.changed() => &AFTER_SUBSCRIBING,
        };
        for pause in pauses {
            sleep(*pause).await;
            match sweep(hub, backend).await {
                Ok(behind) => show(behind, health),
                Err(error) => tracing::debug!(%error, "Cannot compare positions with the log"),
            }
            if let Err(error) = put_out_revoked(hub, backend).await {
                tracing::debug!(%error, "Cannot ask which API tokens are valid");
            }
        }
    }
}

/// The sidecar does not say how far behind its consumer is; the log does, as far as somebody
/// listens.
fn show(behind: Option<u64>, health: &Health) {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 events")]
    let gauge = behind.map_or(f64::NAN, |behind| behind as f64);
    metrics::gauge!(CONSUMER_LAG, "topic" => "all").set(gauge);
    match behind {
        Some(behind) => health.set_gauge(health::CONSUMER_LAG, behind),
        None => health.clear_gauge(health::CONSUMER_LAG),
    }
}

/// Ends the connections whose API token was revoked: nothing announces it.
pub async fn put_out_revoked(hub: &Hub, backend: &Backend) -> Result<(), BackendError> {
    let connected = hub.connected();
    let by_token: Vec<(TokenId, &Arc<Mailbox>)> = connected
        .iter()
        .flat_map(|(_, mailboxes)| mailboxes)
        .filter_map(|mailbox| Some((mailbox.token()?, mailbox)))
        .collect();
    for chunk in by_token.chunks(AT_ONCE) {
        let tokens: Vec<TokenId> = chunk.iter().map(|(token, _)| *token).collect();
        let valid = backend.valid_tokens(&tokens).await?;
        for (token, mailbox) in chunk {
            if !valid.contains(token) {
                mailbox.close(Close::Expired);
            }
        }
    }
    Ok(())
}

/// Tells every connection that is behind its log to read it. How many events those that are
/// connected had not got yet, one connection of each user counted; `None` when nobody is.
pub async fn sweep(hub: &Hub, backend: &Backend) -> Result<Option<u64>, BackendError> {
    // Positions before heads: a position that is greater then comes from a log
    // that was set back, such as by restoring a backup.
    let connected: Vec<_> = hub
        .connected()
        .into_iter()
        .map(|(user, mailboxes)| {
            let with_positions = mailboxes
                .into_iter()
                .map(|mailbox| (mailbox.position(), mailbox));
            (user, with_positions.collect::<Vec<_>>())
        })
        .collect();
    let mut behind = 0;
    for chunk in connected.chunks(AT_ONCE) {
        let users: Vec<UserId> = chunk.iter().map(|(user, _)| *user).collect();
        let heads = backend.heads(&users).await?;
        for (user, mailboxes) in chunk {
            let head = heads.get(user).copied();
            let last = mailboxes.iter().map(|(position, _)| *position).min();
            behind += head.unwrap_or(0).saturating_sub(last.unwrap_or(0));
            for (position, mailbox) in mailboxes {
                match head {
                    None => mailbox.close(Close::UserGone),
                    Some(head) if *position > head => mailbox.rewound(head),
                    Some(head) if mailbox.position() < head => mailbox.reaches(head),
                    Some(_) => {}
                }
            }
        }
    }
    Ok((!connected.is_empty()).then_some(behind))
}
