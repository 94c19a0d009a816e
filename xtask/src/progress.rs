//! Tells the person at the terminal what is being waited for.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::process::LineSink;

/// The progress bars of one command. Without a terminal every step is two plain lines.
#[derive(Clone)]
pub struct Progress {
    shown: Shown,
}

#[derive(Clone)]
enum Shown {
    Bars(MultiProgress),
    Lines,
    Nothing,
}

/// One bar: what is being done, what it waits for now, and since when.
pub struct Step {
    name: String,
    bar: Option<ProgressBar>,
    lines: bool,
    finished: bool,
    waiting_for: Mutex<String>,
}

impl Progress {
    /// Bars on a terminal, lines in a log.
    pub fn new() -> Self {
        let shown = if std::io::stderr().is_terminal() {
            Shown::Bars(MultiProgress::new())
        } else {
            Shown::Lines
        };
        Self { shown }
    }

    /// For tests and benchmarks, whose own output is what matters.
    pub fn hidden() -> Self {
        Self {
            shown: Shown::Nothing,
        }
    }

    pub fn step(&self, name: &str) -> Step {
        let bar = match &self.shown {
            Shown::Bars(bars) => {
                let bar = bars.add(ProgressBar::new_spinner().with_style(style()));
                bar.set_prefix(name.to_owned());
                bar.enable_steady_tick(Duration::from_millis(120));
                Some(bar)
            }
            Shown::Lines | Shown::Nothing => None,
        };
        Step {
            name: name.to_owned(),
            bar,
            lines: matches!(self.shown, Shown::Lines),
            finished: false,
            waiting_for: Mutex::default(),
        }
    }

    /// Prints a line to standard output, above the bars if there are any.
    pub fn line(&self, text: &str) {
        let print = || {
            // A closed pipe is no reason to stop serving.
            let _ = writeln!(std::io::stdout(), "{text}");
        };
        match &self.shown {
            Shown::Bars(bars) => bars.suspend(print),
            Shown::Lines => print(),
            Shown::Nothing => {}
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Step {
    /// Says what the step waits for now.
    pub fn waits_for(&self, what: &str) {
        let mut last = self
            .waiting_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *last == what {
            return;
        }
        what.clone_into(&mut last);
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        } else if self.lines {
            eprintln!("… {}: {what}", self.name);
        }
    }

    /// Shows the latest line of a tool's output. In a log that would be noise.
    pub(crate) fn output(&self) -> LineSink {
        let bar = self.bar.clone();
        Arc::new(move |line| {
            if let Some(bar) = &bar {
                bar.set_message(line.trim().to_owned());
            }
        })
    }

    pub fn done(mut self, result: &str) {
        self.finished = true;
        self.finish('✓', result);
    }

    fn finish(&self, mark: char, text: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_with_message(format!("{mark} {text}"));
        } else if self.lines {
            eprintln!("{mark} {}: {text}", self.name);
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.finished {
            self.finish('✗', "not finished");
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner:.cyan} {prefix:18} {wide_msg} {elapsed:.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}
