//! Two ways to load a server: as fast as it answers, and as often as the clock says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures::future::try_join_all;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::http::{Client, Connection};
use crate::stats::{Latencies, number};

/// What a closed loop did.
pub struct Done {
    pub requests: usize,
    pub elapsed: Duration,
    pub latencies: Latencies,
}

impl Done {
    pub fn per_second(&self) -> f64 {
        number(self.requests) / self.elapsed.as_secs_f64()
    }
}

/// Every connection sends its next request when the last was answered. Requests are drawn at
/// random; any answer but `status` is an error.
pub async fn closed(
    addr: SocketAddr,
    connections: usize,
    duration: Duration,
    status: u16,
    requests: &Arc<[Vec<u8>]>,
) -> Result<Done> {
    let opened = try_join_all((0..connections).map(|_| Connection::open(addr))).await?;
    let started = Instant::now();
    let loops = opened.into_iter().map(|mut connection| {
        let requests = Arc::clone(requests);
        tokio::spawn(async move {
            let mut latencies = Latencies::new()?;
            let mut count = 0;
            while started.elapsed() < duration {
                let request = &requests[rand::random_range(0..requests.len())];
                let sent = Instant::now();
                connection.send(request).await?.expect(status)?;
                latencies.record(sent.elapsed());
                count += 1;
            }
            anyhow::Ok((count, latencies))
        })
    });
    let mut done = Done {
        requests: 0,
        elapsed: Duration::ZERO,
        latencies: Latencies::new()?,
    };
    for result in try_join_all(loops).await? {
        let (count, latencies) = result?;
        done.requests += count;
        done.latencies.add(&latencies)?;
    }
    done.elapsed = started.elapsed();
    Ok(done)
}

/// When the nth thing is to happen. What is late is late from then on, however long the one
/// before took: nothing is hidden by waiting.
#[derive(Clone, Copy)]
pub struct Schedule {
    start: Instant,
    every: Duration,
}

impl Schedule {
    pub fn per_second(rate: u32) -> Self {
        Self {
            start: Instant::now() + Duration::from_millis(50),
            every: Duration::from_secs(1) / rate,
        }
    }

    pub fn due(&self, n: usize) -> Instant {
        self.start + self.every.mul_f64(number(n))
    }

    /// Sends `count` requests at their times, whatever became of those before.
    pub async fn send(
        &self,
        client: &Arc<Client>,
        count: usize,
        status: u16,
        request: impl Fn(usize) -> Vec<u8>,
    ) -> Result<()> {
        let mut answers = JoinSet::new();
        for n in 0..count {
            let (client, request) = (Arc::clone(client), request(n));
            sleep_until(self.due(n).into()).await;
            answers.spawn(async move { client.send(&request).await?.expect(status) });
        }
        while let Some(answer) = answers.join_next().await {
            answer??;
        }
        Ok(())
    }
}
