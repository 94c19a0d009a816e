//! One change of a user with very many sockets.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Effort;
use crate::cpu::Cores;
use crate::http::Client;
use crate::report::{Finding, Limit, figure};
use crate::socket::{self, Socket};
use crate::stage::{REALTIME, Stage};
use crate::stats::{median, number};

pub(super) const NAME: &str = "fanout";
pub(super) const ENV: &[(&str, &str, &str)] = &[(REALTIME, "SOCKETS_PER_USER", "4000")];

const SOCKETS: usize = 2000;

/// Sockets that open at a time.
const OPENING: usize = 16;

/// Changes in a round.
const CHANGES: usize = 20;

/// Deliveries a second of one change, and the milliseconds from its request to the last.
type Spread = (f64, f64);

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let user = &stage.users()[0];
    let (addr, path) = (stage.sockets()?, user.socket(&user.jwt, None));
    let sockets: Vec<(Socket, u64)> = stream::iter(0..SOCKETS)
        .map(|_| async {
            let mut socket = Socket::open(addr, &path).await?;
            let cursor = socket.ready().await?.cursor;
            anyhow::Ok((socket, cursor))
        })
        .buffer_unordered(OPENING)
        .try_collect()
        .await?;
    let (arrivals_tx, arrivals) = mpsc::unbounded_channel();
    let mut listeners = JoinSet::new();
    for (socket, cursor) in sockets {
        listeners.spawn(listen(socket, cursor, arrivals_tx.clone()));
    }
    let mut bench = Fanout {
        client: Client::new(stage.rest()?),
        create: user.create(""),
        arrivals,
        listeners,
    };
    for _ in 0..CHANGES {
        bench.change().await?;
    }
    let (mut rates, mut lasts, mut cores) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let cpu = stage.cpu()?;
        let mut spreads: Vec<Spread> = Vec::new();
        for _ in 0..CHANGES {
            spreads.push(bench.change().await?);
        }
        cores.push(cpu.until(&stage.cpu()?));
        rates.push(median(
            &spreads.iter().map(|spread| spread.0).collect::<Vec<_>>(),
        ));
        lasts.push(median(
            &spreads.iter().map(|spread| spread.1).collect::<Vec<_>>(),
        ));
    }
    Ok(vec![Finding {
        bench: NAME,
        what: "deliveries a second of one change to 2,000 sockets",
        unit: "/s",
        rounds: rates,
        limit: Limit::AtLeast(50_000.0),
        detail: format!(
            "From the first socket that has it to the last, {CHANGES} changes a round, sockets of \
             one user. From the request to the last socket: {} ms. The 2,000 clients read on the \
             same cores.",
            figure(median(&lasts))
        ),
        cores: Some(Cores::mean(&cores)),
    }])
}

struct Fanout {
    client: Client,
    create: Vec<u8>,
    arrivals: mpsc::UnboundedReceiver<Instant>,
    listeners: JoinSet<Result<()>>,
}

impl Fanout {
    async fn change(&mut self) -> Result<Spread> {
        let sent = Instant::now();
        self.client.send(&self.create).await?.expect(201)?;
        let mut first: Option<Instant> = None;
        let mut last = sent;
        let mut batch = Vec::with_capacity(SOCKETS);
        let mut left = SOCKETS;
        while left > 0 {
            let arrived = self.arrivals.recv_many(&mut batch, left);
            let came = timeout(Duration::from_secs(10), arrived).await;
            if came.is_err()
                && let Some(ended) = self.listeners.try_join_next()
            {
                ended??;
            }
            let came = came.with_context(|| format!("{left} sockets did not get the change"))?;
            left -= came;
            for at in batch.drain(..) {
                first = Some(first.map_or(at, |first| first.min(at)));
                last = last.max(at);
            }
        }
        let first = first.context("nobody got the change")?;
        let rate = number(SOCKETS) / last.duration_since(first).as_secs_f64();
        Ok((rate, last.duration_since(sent).as_secs_f64() * 1e3))
    }
}

/// Says when something arrived, as long as it is the next event.
async fn listen(
    mut socket: Socket,
    mut seq: u64,
    arrivals: mpsc::UnboundedSender<Instant>,
) -> Result<()> {
    loop {
        let message = socket.next().await?;
        let at = Instant::now();
        seq += 1;
        ensure!(
            socket::seq(&message) == Some(seq),
            "not the next event after {}",
            seq - 1
        );
        if arrivals.send(at).is_err() {
            return Ok(());
        }
    }
}
