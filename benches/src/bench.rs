//! The benchmarks: one file each, all of them in [`ALL`].

mod agent;
mod create;
mod due;
mod fanout;
mod frontend;
mod history;
mod list;
mod live;
mod log;
mod rebuild;
mod relay;
mod replay;
mod sockets;
mod start;

use std::time::Duration;

use anyhow::Result;
use futures::future::{BoxFuture, FutureExt};

use crate::machine::{self, Fact};
use crate::memory::Peaks;
use crate::report::Finding;
use crate::stage::Stage;

/// How long everything takes.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    /// Of one measurement in a round.
    pub duration: Duration,
    /// Events in the relay's backlog.
    pub backlog: usize,
    /// Events in the log that is rebuilt.
    pub log: usize,
    /// Occurrences that come due at once.
    pub due: usize,
    /// Tasks among which those that are due have to be found.
    pub open_tasks: usize,
    /// Of a browser, which starts anew in each.
    pub visits: usize,
}

impl Effort {
    pub const FULL: Self = Self {
        rounds: 5,
        duration: Duration::from_secs(6),
        backlog: 60_000,
        log: 1_000_000,
        due: 50_000,
        open_tasks: 1_000_000,
        visits: 3,
    };

    /// Enough to see whether something is badly wrong.
    pub const QUICK: Self = Self {
        rounds: 3,
        duration: Duration::from_secs(2),
        backlog: 15_000,
        log: 100_000,
        due: 5_000,
        open_tasks: 100_000,
        visits: 1,
    };
}

/// A benchmark by the name that selects it.
pub struct Bench {
    pub name: &'static str,
    on: On,
}

/// What a benchmark is run on.
enum On {
    /// A product of its own, that programs use.
    Product {
        users: u32,
        env: &'static [(&'static str, &'static str, &'static str)],
        /// All services in one process, without sidecars and without a broker.
        standalone: bool,
        measure: for<'a> fn(&'a Stage, Effort) -> BoxFuture<'a, Result<Vec<Finding>>>,
    },
    /// The app in a browser, with everything behind it.
    Browser,
}

/// In the order in which they run.
pub const ALL: &[Bench] = &[
    Bench {
        name: start::NAME,
        on: On::Product {
            users: 1,
            env: &[],
            standalone: false,
            measure: |stage, effort| start::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: create::NAME,
        on: On::Product {
            users: create::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| create::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: list::NAME,
        on: On::Product {
            users: list::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| list::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: history::NAME,
        on: On::Product {
            users: 1,
            env: &[],
            standalone: false,
            measure: |stage, effort| history::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: log::NAME,
        on: On::Product {
            users: log::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| log::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: rebuild::NAME,
        on: On::Product {
            users: 1,
            env: &[],
            standalone: false,
            measure: |stage, effort| rebuild::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: relay::NAME,
        on: On::Product {
            users: relay::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| relay::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: replay::NAME,
        on: On::Product {
            users: replay::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| replay::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: due::NAME,
        on: On::Product {
            users: due::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| due::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: live::NAME,
        on: On::Product {
            users: live::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| live::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: sockets::NAME,
        on: On::Product {
            users: sockets::USERS,
            env: &[],
            standalone: false,
            measure: |stage, effort| sockets::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: fanout::NAME,
        on: On::Product {
            users: 1,
            env: fanout::ENV,
            standalone: false,
            measure: |stage, effort| fanout::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: agent::NAME,
        on: On::Product {
            users: agent::USERS,
            env: agent::ENV,
            standalone: false,
            measure: |stage, effort| agent::measure(stage, effort).boxed(),
        },
    },
    Bench {
        name: live::STANDALONE,
        on: On::Product {
            users: live::USERS,
            env: &[],
            standalone: true,
            measure: |stage, effort| live::measure_standalone(stage, effort).boxed(),
        },
    },
    Bench {
        name: frontend::NAME,
        on: On::Browser,
    },
];

impl Bench {
    /// Runs it, and notes how much memory the services had. Also says what it stood on.
    pub async fn run(
        &self,
        effort: Effort,
        peaks: &mut Peaks,
    ) -> Result<(Vec<Fact>, Vec<Finding>)> {
        let On::Product {
            users,
            env,
            standalone,
            measure,
        } = self.on
        else {
            return Box::pin(frontend::measure(effort)).await;
        };
        let stage = Stage::set(self.name, users, env, standalone);
        let stage = Box::pin(stage).await?;
        let facts = machine::versions(&stage).await?;
        let findings = measure(&stage, effort).await?;
        peaks.note(self.name, &stage);
        stage.strike().await?;
        Ok((facts, findings))
    }
}
