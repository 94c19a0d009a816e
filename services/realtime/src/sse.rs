//! The same events for those who cannot have a socket: server-sent events.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use auth::Rejection;
use axum::{
    Extension,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use telemetry::{clock, correlation::CorrelationId, metrics::SOCKET_DELIVERIES_TOTAL};
use tokio::{select, time::sleep};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::{
    admission::{self, Admitted, Credentials},
    close::Close,
    feed::Feed,
    frame::Outgoing,
    gateway::Gateway,
    hub::Seat,
    problem::problem,
};

/// What browsers send when they reconnect.
const LAST_EVENT_ID: &str = "last-event-id";

/// Proxies end connections that are silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `GET /sse/user/{user_id}/tasks`
pub async fn events(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(owner): Path<String>,
    credentials: Credentials,
    Extension(correlation_id): Extension<CorrelationId>,
    headers: HeaderMap,
) -> Response {
    let Ok(since) = since(&headers, credentials.since) else {
        return problem(StatusCode::BAD_REQUEST, "Last-Event-ID is not a number");
    };
    let token = credentials.into_token(&headers);
    let network = serve::client_network(&headers, peer.ip(), gateway.trusted_proxies);
    let admitted = admission::admit(&gateway, &owner, token, since, network, &correlation_id).await;
    let seated = admitted.and_then(|admitted| {
        let seat = gateway.hub.join(&admitted, "sse")?;
        Ok((admitted, seat))
    });
    let (Admitted { actor, log }, seat) = match seated {
        Ok(seated) => seated,
        Err(why) => return refusal(why),
    };
    tracing::Span::current().record("user_id", tracing::field::display(actor.user_id));
    let feed = Feed::new(
        actor.user_id,
        correlation_id,
        seat.mailbox(),
        gateway.backend.clone(),
        since,
        log,
    );
    let mut batches = Box::pin(feed.batches());
    // Until now, a refusal can be a status.
    let first = select! {
        why = seat.closed() => Some(Err(why)),
        first = batches.next() => first,
    };
    if let Some(Err(why)) = first {
        return refusal(why);
    }
    let ended = until_it_ends(
        seat,
        admission::remaining(actor.expires_at),
        gateway.connections.token(),
    );
    let batches = stream::iter(first).chain(batches).take_until(ended);
    Sse::new(to_events(batches))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

/// Holds the connection's seat for as long as it lasts.
async fn until_it_ends(seat: Seat, session: Duration, _open: TaskTrackerToken) {
    select! {
        _ = seat.closed() => {}
        () = sleep(session) => {}
    }
}

fn to_events(
    batches: impl Stream<Item = Result<Vec<Outgoing>, Close>> + Send + 'static,
) -> impl Stream<Item = Result<Event, Close>> + Send + 'static {
    batches.flat_map(|batch| {
        let batch = batch.map(|batch| {
            metrics::counter!(SOCKET_DELIVERIES_TOTAL, "kind" => "sse")
                .increment(batch.len() as u64);
            let now = clock::now();
            batch.into_iter().map(move |message| {
                Event::default()
                    .id(message.cursor().to_string())
                    .event(message.event_type())
                    .data(message.json(now).as_str())
            })
        });
        match batch {
            Ok(events) => stream::iter(events).map(Ok).left_stream(),
            Err(why) => stream::iter([Err(why)]).right_stream(),
        }
    })
}

fn since(headers: &HeaderMap, since: Option<u64>) -> Result<Option<u64>, ()> {
    match headers.get(LAST_EVENT_ID) {
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.parse().ok());
            id.map(Some).ok_or(())
        }
        None => Ok(since),
    }
}

fn refusal(why: Close) -> Response {
    let status = match why {
        Close::BadToken | Close::Expired | Close::UserGone => {
            return Rejection::Unauthorized.into_response();
        }
        Close::OtherUser => return Rejection::Forbidden.into_response(),
        Close::TooMany | Close::Guessing => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    problem(status, why.reason())
}
