//! Tells the person at the terminal what is being waited for.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use children::LineSink;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// The progress bars of one command. Without a terminal each change is a plain line.
#[derive(Clone)]
pub enum Progress {
    Bars(MultiProgress),
    Lines,
    Nothing,
}

/// One bar: what is being done, what it waits for now, and since when.
pub struct Step {
    progress: Progress,
    name: String,
    bar: Option<ProgressBar>,
    waits_for: Mutex<String>,
    finished: bool,
}

impl Progress {
    /// Bars on a terminal, lines in a log.
    pub fn new() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Bars(MultiProgress::new())
        } else {
            Self::Lines
        }
    }

    /// For tests and benchmarks, whose own output is what matters.
    pub fn hidden() -> Self {
        Self::Nothing
    }

    pub fn step(&self, name: &str) -> Step {
        let bar = match self {
            Self::Bars(bars) => {
                let bar = bars.add(ProgressBar::new_spinner().with_style(style()));
                bar.set_prefix(name.to_owned());
                bar.enable_steady_tick(Duration::from_millis(120));
                Some(bar)
            }
            Self::Lines | Self::Nothing => None,
        };
        Step {
            progress: self.clone(),
            name: name.to_owned(),
            bar,
            waits_for: Mutex::default(),
            finished: false,
        }
    }

    /// Prints every line of a tool's output.
    pub(crate) fn output(&self) -> LineSink {
        let progress = self.clone();
        Arc::new(move |line| progress.line(line))
    }

    /// Prints a line to standard output, above the bars if there are any.
    pub fn line(&self, text: &str) {
        // A closed pipe is no reason to stop serving.
        self.above(|| drop(writeln!(std::io::stdout(), "{text}")));
    }

    /// Prints a remark that is not the command's output.
    pub(crate) fn remark(&self, text: &str) {
        // Neither is a closed terminal, where there is still everything to be stopped.
        self.above(|| drop(writeln!(std::io::stderr(), "{text}")));
    }

    fn above(&self, print: impl FnOnce()) {
        match self {
            Self::Bars(bars) => bars.suspend(print),
            Self::Lines => print(),
            Self::Nothing => {}
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
        let last = self.waits_for.lock();
        let mut last = last.unwrap_or_else(PoisonError::into_inner);
        if *last == what {
            return;
        }
        what.clone_into(&mut last);
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None => self.progress.remark(&format!("… {}: {what}", self.name)),
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

    /// Its bar goes, so that a long-running command shows only what still waits.
    fn finish(&self, mark: char, text: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.progress
            .remark(&format!("{mark} {}: {text}", self.name));
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
    ProgressStyle::with_template("{spinner:.cyan} {prefix:20} {wide_msg} {elapsed:.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}
