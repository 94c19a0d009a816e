//! Where the output of long-running children goes.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::Result;
use children::{LineSink, Spec};

use crate::progress::Progress;

/// One destination for all processes of a stack.
#[derive(Clone)]
pub enum Logs {
    /// A file per process, named after it.
    Files(PathBuf),
    /// The terminal, each line behind the coloured name of its process.
    Console(Console),
}

#[derive(Clone)]
pub struct Console {
    progress: Progress,
    next_colour: Arc<AtomicU8>,
}

impl Logs {
    pub fn files(folder: &Path) -> Self {
        Self::Files(folder.to_path_buf())
    }

    pub fn console(progress: &Progress) -> Self {
        Self::Console(Console {
            progress: progress.clone(),
            next_colour: Arc::default(),
        })
    }

    pub(crate) fn attach(&self, spec: Spec) -> Spec {
        match self {
            Self::Files(folder) => {
                let file = folder.join(format!("{}.log", spec.name()));
                spec.log_file(file)
            }
            Self::Console(console) => {
                let sink = console.sink(spec.name());
                spec.log_lines(sink)
            }
        }
    }

    /// For a child that somebody else starts.
    pub(crate) fn sink(&self, name: &str) -> Result<LineSink> {
        match self {
            Self::Files(folder) => children::into_file(&folder.join(format!("{name}.log"))),
            Self::Console(console) => Ok(console.sink(name)),
        }
    }
}

impl Console {
    fn sink(&self, name: &str) -> LineSink {
        let prefix = self.prefix(name);
        let progress = self.progress.clone();
        Arc::new(move |line| progress.line(&format!("{prefix} {line}")))
    }

    fn prefix(&self, name: &str) -> String {
        if !std::io::stdout().is_terminal() {
            return format!("{name:18} │");
        }
        // Colours 1 to 6 of the terminal: all but black and white.
        let colour = 31 + self.next_colour.fetch_add(1, Ordering::Relaxed) % 6;
        format!("\x1b[{colour}m{name:18} │\x1b[0m")
    }
}
