//! What the services stand on: a database server and a broker.

mod kafka;
pub(crate) mod postgres;
mod topics;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use children::Process;
use embedded::Postgres;

pub use kafka::Kafka;

use crate::logs::Logs;
use crate::ports::Ports;
use crate::progress::Progress;

/// How long a server may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// A PostgreSQL server, and a Kafka broker with every topic created unless there shall be none.
///
/// Topic names are fixed, so a broker serves one stack: start an `Infra` per stack.
/// It costs about four seconds and 400 MB.
pub struct Infra {
    postgres: Postgres,
    kafka: Option<Kafka>,
    _ports: Ports,
}

impl Infra {
    /// Starts both on free ports with their data and logs in `dir`, an empty folder
    /// such as [`scratch`](crate::workspace::scratch) gives.
    pub async fn start(dir: &Path, progress: &Progress) -> Result<Self> {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), dir, progress).await
    }

    /// The same at another address of this machine, where others than it find them.
    pub async fn start_at(address: IpAddr, dir: &Path, progress: &Progress) -> Result<Self> {
        let ports = Ports::claim()?;
        let logs = Logs::files(&dir.join("logs"));
        let (postgres, kafka) = (dir.join("postgres"), dir.join("kafka"));
        let next = || Ok::<_, anyhow::Error>(SocketAddr::new(address, ports.next()?));
        let (for_postgres, for_kafka, controller) = (next()?, next()?, ports.next()?);
        let (postgres, kafka) = tokio::try_join!(
            // What waits for a download and a server is large.
            Box::pin(postgres::start(&postgres, for_postgres, &logs, progress)),
            Box::pin(Kafka::start(&kafka, for_kafka, controller, &logs, progress)),
        )?;
        Ok(Self {
            postgres,
            kafka: Some(kafka),
            _ports: ports,
        })
    }

    /// Starts the database alone.
    pub async fn without_broker(dir: &Path, progress: &Progress) -> Result<Self> {
        let ports = Ports::claim()?;
        let logs = Logs::files(&dir.join("logs"));
        let folder = dir.join("postgres");
        let at = ports.next_on_loopback()?;
        let postgres = postgres::start(&folder, at, &logs, progress).await?;
        Ok(Self {
            postgres,
            kafka: None,
            _ports: ports,
        })
    }

    pub fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    pub fn kafka(&self) -> Result<&Kafka> {
        self.kafka.as_ref().context("there is no broker here")
    }

    /// The database's, and the broker's if there is one.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        let kafka = self.kafka.iter().map(Kafka::process);
        [self.postgres.process()].into_iter().chain(kafka)
    }

    pub async fn stop(&self) -> Result<()> {
        let kafka = async {
            match &self.kafka {
                Some(kafka) => kafka.stop().await,
                None => Ok(()),
            }
        };
        tokio::try_join!(self.postgres.stop(), kafka)?;
        Ok(())
    }
}
