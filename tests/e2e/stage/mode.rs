//! The ways in which the product is run, and what each of them cannot show.

use std::path::Path;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use xtask::progress::Progress;
use xtask::stack::Infra;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A process for each service, with a sidecar beside it.
    Sidecars,
    /// All services in one process, which speaks to Kafka itself.
    Direct,
    /// The same without a broker.
    Alone,
}

/// How the names of trials begin, and why they are left out.
type LeftOut = (&'static str, &'static str);

/// Without sidecars.
const STANDALONE: [LeftOut; 13] = [
    ("sidecars: ", "there are none"),
    ("refusals: ", "they start one service alone"),
    ("crash: the backend's sidecar", "there is none"),
    ("crash: realtime's sidecar", "there is none"),
    ("crash: the scheduler's sidecar", "there is none"),
    ("crash: the notifier's sidecar", "there is none"),
    (
        "crash: scheduler and notifier",
        "they do not die alone; `crash: the backend` is the same",
    ),
    (
        "crash: realtime, ",
        "it does not die alone; `crash: the backend` is the same",
    ),
    (
        "drain: a stopping realtime",
        "nobody can write while it is away",
    ),
    ("twins: ", "there is one process"),
    ("reminders: two notifiers", "there is one process"),
    ("series: two schedulers", "there is one process"),
    ("planted: ", "they prove the checks, which are the same"),
];

/// Without a broker.
const ALONE: [LeftOut; 10] = [
    ("spine: the topic", "it reads a topic"),
    ("writers: 24", "it reads a topic"),
    ("poison: ", "they write to a topic"),
    ("dead letters: ", "they write to a topic"),
    ("replay: a deleted topic", "there is none"),
    ("replay: killed", "it reads a topic"),
    ("replay: only what is missing", "it reads a topic"),
    ("series: whatever asks twice", "it writes to a topic"),
    ("series: a scheduler that dies", "it kills the broker"),
    ("crash: the broker", "there is none"),
];

/// What hangs on what carries the events. These trials are made each time, as are those below;
/// the others wait until somebody asks for trials by name, such as `cargo xtask test e2e direct:`,
/// as is done every night.
const CARRIED: [&str; 6] = [
    "spine: ",
    "resume: ",
    "series: a completed occurrence",
    "reminders: one takes every way",
    "webhooks: what is wanted",
    "crash: the backend, ",
];

/// What takes a broker to show.
const ON_A_BROKER: [&str; 4] = [
    "series: whatever asks twice",
    "poison: ",
    "dead letters: ",
    "crash: the broker",
];

/// What one process does in its own way, whatever carries the events; so once will do.
const IN_ONE_PROCESS: [&str; 8] = [
    "isolation: ",
    "rest: health",
    "rest: metrics",
    "rest: every answer",
    "agent: every ChatKit frame",
    "agent: no tool reaches",
    "drain: a stopping backend",
    "crash: the database, answered",
];

impl Mode {
    /// A process for each service, with all the sidecars, has the machine for itself. One process
    /// is light: with a broker and without run side by side.
    pub(crate) const SIDE_BY_SIDE: [&[Self]; 2] = [&[Self::Sidecars], &[Self::Direct, Self::Alone]];

    pub(crate) fn is_standalone(self) -> bool {
        self != Self::Sidecars
    }

    /// A trial's name in this mode.
    pub(crate) fn named(self, trial: &str) -> String {
        format!("{}{trial}", self.prefix())
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Sidecars => "",
            Self::Direct => "direct: ",
            Self::Alone => "alone: ",
        }
    }

    pub(super) async fn infra(self, dir: &Path, progress: &Progress) -> Result<Infra> {
        match self {
            Self::Sidecars | Self::Direct => Infra::start(dir, progress).await,
            Self::Alone => Infra::without_broker(dir, progress).await,
        }
    }

    /// The trials to make: those that can be, and unless they were asked for `by_name` only those
    /// that tell something of this mode. A reason that leaves out none is out of date.
    pub(crate) fn choose(self, trials: Vec<Trial>, by_name: bool) -> Result<Vec<Trial>> {
        let mut reasons: Vec<LeftOut> = Vec::new();
        if self.is_standalone() {
            reasons.extend(STANDALONE);
        }
        if self == Self::Alone {
            reasons.extend(ALONE);
        }
        let is = |trial: &Trial, begins: &str| {
            let name = trial.name().strip_prefix(self.prefix());
            name.is_some_and(|name| name.starts_with(begins))
        };
        for (begins, why) in &reasons {
            ensure!(
                trials.iter().any(|trial| is(trial, begins)),
                "no trial is called `{begins}…`, left out because {why}"
            );
        }
        let telling = match self {
            Self::Sidecars => vec![""],
            Self::Direct => [&CARRIED[..], &ON_A_BROKER].concat(),
            Self::Alone => [&CARRIED[..], &IN_ONE_PROCESS].concat(),
        };
        for begins in &telling {
            ensure!(
                trials.iter().any(|trial| is(trial, begins)),
                "no trial is called `{begins}…`"
            );
        }
        let chosen = trials.into_iter().filter(|trial| {
            let is_possible = !reasons.iter().any(|(begins, _)| is(trial, begins));
            is_possible && (by_name || telling.iter().any(|begins| is(trial, begins)))
        });
        Ok(chosen.collect())
    }
}
