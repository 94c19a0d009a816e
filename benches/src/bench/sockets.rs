//! A thousand sockets: what one costs, how fast it opens, how fast it catches up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};
use xtask::progress::Progress;

use super::Effort;
use crate::cpu::Cores;
use crate::http::Client;
use crate::load::Schedule;
use crate::report::{Finding, Limit, figure};
use crate::socket::{self, Socket};
use crate::stage::Stage;
use crate::stats::{Latencies, median, number};
use crate::user::User;

pub(super) const NAME: &str = "sockets";
pub(super) const USERS: u32 = 1000;

/// Sockets opened a second.
const OPENING_RATE: u32 = 100;

/// Sockets that come and go first, so that what a process needs once is not charged to all.
const WARM_UP: usize = 20;

/// How long the process may take to give back what opening took.
const SETTLING: Duration = Duration::from_secs(3);

/// Events missed by a client that comes back, and how often it does.
const MISSED: usize = 500;
const RESUMES: usize = 50;

/// A round of a thousand sockets.
struct Opened {
    /// From the first packet of the connection to `ready`.
    connect: Latencies,
    /// The same with the request for the ticket before it.
    with_ticket: Latencies,
    kibibytes_each: f64,
    cores: Cores,
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let mut opened = Vec::new();
    for _ in 0..effort.rounds.div_ceil(2) {
        opened.push(open_all(stage).await?);
    }
    let client = Client::new(stage.rest()?);
    let user = &stage.users()[0];
    stage.fill(&client, user, MISSED).await?;
    stage.drained().await?;
    let (mut by_ticket, mut by_jwt) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        by_ticket.push(resume(stage, &client, user, true).await?);
        by_jwt.push(resume(stage, &client, user, false).await?);
    }
    let of_opened = |of: fn(&Opened) -> f64| opened.iter().map(of).collect::<Vec<_>>();
    let with_ticket = of_opened(|round| round.with_ticket.percentile(99.0));
    let cores: Vec<_> = opened.iter().map(|round| round.cores.clone()).collect();
    let p50s = |rounds: &[Latencies]| {
        rounds
            .iter()
            .map(|of| of.percentile(50.0))
            .collect::<Vec<_>>()
    };
    Ok(vec![
        Finding {
            bench: NAME,
            what: "memory of one of 1,000 sockets",
            unit: "KiB RSS",
            rounds: of_opened(|round| round.kibibytes_each),
            limit: Limit::AtMost(16.0),
            detail: format!(
                "RSS of realtime with 1,000 sockets of as many users, less RSS with none, in a \
                 fresh process after {WARM_UP} sockets came and went. Centrifugo 6: 46 to 50."
            ),
            cores: None,
        },
        Finding {
            bench: NAME,
            what: "connect of 1,000 sockets, p99",
            unit: "ms",
            rounds: of_opened(|round| round.connect.percentile(99.0)),
            limit: Limit::AtMost(50.0),
            detail: format!(
                "From the TCP connection to `ready`, {OPENING_RATE} a second, admitted by ticket: \
                 p50 {} ms. With the request for the ticket: p50 {} ms, p99 {} ms. What binds is \
                 the processors, for which they queue: by ticket a connection asks the backend \
                 once, through two sidecars.",
                figure(median(&of_opened(|round| round.connect.percentile(50.0)))),
                figure(median(&of_opened(|round| round
                    .with_ticket
                    .percentile(50.0)))),
                figure(median(&with_ticket)),
            ),
            cores: Some(Cores::mean(&cores)),
        },
        Finding {
            bench: NAME,
            what: "resume of 500 missed events, p50",
            unit: "ms",
            rounds: p50s(&by_ticket),
            limit: Limit::AtMost(10.0),
            detail: format!(
                "From the TCP connection with `since` to the `ready` behind the 500th event, by \
                 ticket, one after the other; p99 {} ms. By JWT: p50 {} ms. What binds is the \
                 way of 500 events through two sidecars.",
                figure(median(
                    &by_ticket
                        .iter()
                        .map(|of| of.percentile(99.0))
                        .collect::<Vec<_>>()
                )),
                figure(median(&p50s(&by_jwt))),
            ),
            cores: None,
        },
    ])
}

/// Restarts realtime, and opens a socket for every user at a steady rate.
async fn open_all(stage: &Stage) -> Result<Opened> {
    let realtime = stage.realtime()?;
    realtime.service.restart().await?;
    realtime.ready(&Progress::hidden()).await?;
    let addr = stage.sockets()?;
    let client = Arc::new(Client::new(stage.rest()?));
    for user in stage.users().iter().take(WARM_UP) {
        let path = user.socket(&ticket(&client, &user.ask_for_ticket()).await?, None);
        Socket::open(addr, &path).await?.ready().await?;
    }
    sleep(SETTLING).await;
    let none = realtime.service.usage()?.rss_bytes;
    let cpu = stage.cpu()?;
    let schedule = Schedule::per_second(OPENING_RATE);
    let mut opening = JoinSet::new();
    for (n, user) in stage.users().iter().enumerate() {
        let (client, ask) = (Arc::clone(&client), user.ask_for_ticket());
        let (empty, due) = (user.socket("", None), schedule.due(n));
        sleep_until(due.into()).await;
        opening.spawn(async move {
            let ticket = ticket(&client, &ask).await?;
            let started = Instant::now();
            let path = empty.replace("token=", &format!("token={ticket}"));
            let mut socket = Socket::open(addr, &path).await?;
            let ready = socket.ready().await?;
            ensure!(ready.recovered, "a socket is told that it missed something");
            anyhow::Ok((socket, started.elapsed(), due.elapsed()))
        });
    }
    let mut connect = Latencies::new()?;
    let mut with_ticket = Latencies::new()?;
    let mut open = Vec::new();
    while let Some(opened) = opening.join_next().await {
        let (socket, took, took_with_ticket) = opened??;
        connect.record(took);
        with_ticket.record(took_with_ticket);
        open.push(socket);
    }
    let cores = cpu.until(&stage.cpu()?);
    sleep(SETTLING).await;
    let all = realtime.service.usage()?.rss_bytes;
    let bytes = number(usize::try_from(all.saturating_sub(none))?) / number(open.len());
    Ok(Opened {
        connect,
        with_ticket,
        kibibytes_each: bytes / 1024.0,
        cores,
    })
}

async fn ticket(client: &Client, ask: &[u8]) -> Result<String> {
    let answer = client.send(ask).await?.expect(201)?;
    let ticket: Ticket = serde_json::from_slice(&answer.body).context("not a ticket")?;
    Ok(ticket.ticket)
}

/// Comes back after 500 events, again and again.
async fn resume(stage: &Stage, client: &Client, user: &User, by_ticket: bool) -> Result<Latencies> {
    let addr = stage.sockets()?;
    let head = Socket::open(addr, &user.socket(&user.jwt, None))
        .await?
        .ready()
        .await?
        .cursor;
    let since = head - u64::try_from(MISSED)?;
    let mut latencies = Latencies::new()?;
    for _ in 0..RESUMES {
        let token = if by_ticket {
            ticket(client, &user.ask_for_ticket()).await?
        } else {
            user.jwt.clone()
        };
        let path = user.socket(&token, Some(since));
        let started = Instant::now();
        let mut socket = Socket::open(addr, &path).await?;
        for seq in since + 1..=head {
            let message = socket.next().await?;
            ensure!(
                socket::seq(&message) == Some(seq),
                "event {seq} did not come in its turn"
            );
        }
        let ready = socket.ready().await?;
        latencies.record(started.elapsed());
        ensure!(
            ready.recovered && ready.cursor == head,
            "resumed at {ready:?}"
        );
    }
    Ok(latencies)
}
