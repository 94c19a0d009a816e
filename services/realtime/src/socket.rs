//! One WebSocket, from the upgrade to the close frame: one task, no other.

use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension,
    extract::{
        ConnectInfo, Path, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bytes::Bytes;
use futures::{
    SinkExt, Stream, StreamExt,
    stream::{SplitSink, SplitStream},
};
use telemetry::{clock, correlation::CorrelationId, metrics::SOCKET_DELIVERIES_TOTAL};
use tokio::{
    select,
    sync::Semaphore,
    time::{interval_at, sleep, timeout},
};

use crate::{
    admission::{self, Admitted, Credentials},
    close::Close,
    config::Limits,
    feed::Feed,
    flood::Flood,
    frame::{self, Outgoing},
    gateway::Gateway,
    inbound::{self, Inbound},
    measured::SOCKET_CONNECT_SECONDS,
    problem::problem,
};

/// Both small: thousands of sockets are idle, and hold them all the time.
const READ_BUFFER: usize = 512;
const WRITE_BUFFER: usize = 4096;

/// How long a client may take to read what was under way and the close frame.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long a client may take to answer the close frame.
const GOODBYE: Duration = Duration::from_secs(1);

type Sink = SplitSink<WebSocket, Message>;
type Source = SplitStream<WebSocket>;

/// Who wants what.
struct Visit {
    /// Whose events, by the path.
    owner: String,
    token: Option<String>,
    since: Option<u64>,
    /// From where it comes.
    network: IpAddr,
    correlation_id: CorrelationId,
    started: Instant,
}

/// `GET /ws/user/{user_id}/tasks`
pub async fn upgrade(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(owner): Path<String>,
    credentials: Credentials,
    Extension(correlation_id): Extension<CorrelationId>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    // Browsers say from which page a socket comes, and do not hold it to CORS.
    if !admission::origin_is_allowed(&headers, &gateway.origins) {
        return problem(StatusCode::FORBIDDEN, "This origin may not connect");
    }
    let visit = Visit {
        owner,
        since: credentials.since,
        network: serve::client_network(&headers, peer.ip(), gateway.trusted_proxies),
        token: credentials.into_token(&headers),
        correlation_id,
        started: Instant::now(),
    };
    let limit = gateway.limits.socket_message_bytes;
    let open = gateway.connections.token();
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| async move {
            let _open = open;
            serve(socket, &gateway, visit).await;
        })
}

async fn serve(socket: WebSocket, gateway: &Gateway, mut visit: Visit) {
    let (mut sink, mut source) = socket.split();
    let token = visit.token.take();
    let admitted = admission::admit(
        gateway,
        &visit.owner,
        token,
        visit.since,
        visit.network,
        &visit.correlation_id,
    )
    .await;
    let user = admitted.as_ref().map(|admitted| admitted.actor.user_id);
    let user = user.ok().map(tracing::field::display);
    let why = match admitted {
        Ok(admitted) => converse(&mut sink, &mut source, gateway, &visit, admitted).await,
        Err(why) => why,
    };
    tracing::info!(
        correlation_id = %visit.correlation_id,
        user_id = user,
        close_code = why.code(),
        duration_ms = visit.started.elapsed().as_millis(),
        "Socket closed: {why}",
    );
    part(&mut sink, &mut source, why).await;
}

async fn converse(
    sink: &mut Sink,
    source: &mut Source,
    gateway: &Gateway,
    visit: &Visit,
    admitted: Admitted,
) -> Close {
    let seat = match gateway.hub.join(&admitted, "ws") {
        Ok(seat) => seat,
        Err(why) => return why,
    };
    let Admitted { actor, log } = admitted;
    let feed = Feed::new(
        actor.user_id,
        visit.correlation_id.clone(),
        seat.mailbox(),
        gateway.backend.clone(),
        visit.since,
        log,
    );
    // One permit for each pong that is owed.
    let pongs = Semaphore::new(0);
    select! {
        biased;
        why = seat.closed() => why,
        () = sleep(admission::remaining(actor.expires_at)) => Close::Expired,
        why = listen(source, &pongs, &gateway.limits) => why,
        why = tell(sink, feed.batches(), &pongs, &gateway.limits, visit.started) => why,
    }
}

/// Hears the client until it has to be closed.
async fn listen(source: &mut Source, pongs: &Semaphore, limits: &Limits) -> Close {
    let mut flood = Flood::new(limits.socket_messages_per_second);
    loop {
        let Ok(heard) = timeout(limits.socket_inactivity, source.next()).await else {
            return Close::Inactive;
        };
        let heard = match inbound::understand(heard) {
            Ok(heard) => heard,
            Err(why) => return why,
        };
        if flood.is_one_more_too_many(Instant::now()) {
            return Close::Flood;
        }
        if heard == Inbound::Ping {
            pongs.add_permits(1);
        }
    }
}

/// Tells the client everything until it cannot be told more.
async fn tell(
    sink: &mut Sink,
    batches: impl Stream<Item = Result<Vec<Outgoing>, Close>>,
    pongs: &Semaphore,
    limits: &Limits,
    started: Instant,
) -> Close {
    let mut batches = pin!(batches);
    let mut connecting = Some(started);
    let every = limits.socket_ping;
    let mut ping = interval_at(tokio::time::Instant::now() + every, every);
    loop {
        let sent = select! {
            batch = batches.next() => match batch {
                Some(Ok(batch)) => {
                    let sent = send(sink, &batch).await;
                    if let Some(started) = connecting.take() {
                        let took = started.elapsed().as_secs_f64();
                        metrics::histogram!(SOCKET_CONNECT_SECONDS).record(took);
                    }
                    sent
                }
                Some(Err(why)) => return why,
                None => return Close::Disconnected,
            },
            permit = pongs.acquire() => {
                if let Ok(permit) = permit {
                    permit.forget();
                }
                sink.send(Message::Text(frame::pong(clock::now()))).await
            }
            _ = ping.tick() => sink.send(Message::Ping(Bytes::new())).await,
        };
        if sent.is_err() {
            return Close::Disconnected;
        }
    }
}

async fn send(sink: &mut Sink, batch: &[Outgoing]) -> Result<(), axum::Error> {
    let now = clock::now();
    for message in batch {
        sink.feed(Message::Text(message.json(now))).await?;
    }
    sink.flush().await?;
    metrics::counter!(SOCKET_DELIVERIES_TOTAL, "kind" => "ws").increment(batch.len() as u64);
    Ok(())
}

/// Closes as the protocol wants it, as far as the client plays along.
async fn part(sink: &mut Sink, source: &mut Source, why: Close) {
    if why != Close::Disconnected {
        let last_words = timeout(LAST_WORDS, sink.send(why.message())).await;
        if !matches!(last_words, Ok(Ok(()))) {
            return;
        }
    }
    let goodbye = async { while let Some(Ok(_)) = source.next().await {} };
    let _ = timeout(GOODBYE, goodbye).await;
}
