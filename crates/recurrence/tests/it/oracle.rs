//! python-dateutil in a process of its own.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use jiff::civil::DateTime;
use serde::Serialize;

pub(crate) struct Oracle {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Serialize)]
pub(crate) struct Question<'a> {
    pub(crate) rule: &'a str,
    pub(crate) start: DateTime,
    pub(crate) excluded: &'a [DateTime],
    /// Nothing after it is asked for.
    pub(crate) horizon: DateTime,
    pub(crate) limit: usize,
}

impl Oracle {
    pub(crate) fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test's configuration")]
        let wheels = env::var("DATEUTIL_WHEELS").expect(
            "DATEUTIL_WHEELS must name the folder of python-dateutil; \
             run `cargo xtask test it` instead",
        );
        let mut process = Command::new("python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/oracle.py"))
            .arg(wheels)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs python-dateutil");
        Self {
            questions: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    pub(crate) fn ask(&mut self, question: &Question<'_>) -> Vec<DateTime> {
        let line = serde_json::to_string(question).unwrap();
        writeln!(self.questions, "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error} after {line}"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
