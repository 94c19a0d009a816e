//! `taskflow doctor`: looks at everything a deployment stands on, changes nothing, and says what to
//! do. It needs the environment of the deployment, and works for one with sidecars as well.

mod broker;
mod database;
mod machine;
mod secrets;
mod sidecar;

use anyhow::ensure;

use crate::config::Config;

/// What was found of one thing.
enum Finding {
    Fine(String),
    /// It works, but not as it should.
    Doubtful {
        what: String,
        todo: String,
    },
    /// It cannot work.
    Wrong {
        what: String,
        todo: String,
    },
}

impl Finding {
    fn fine(what: impl Into<String>) -> Self {
        Self::Fine(what.into())
    }

    fn doubtful(what: impl Into<String>, todo: impl Into<String>) -> Self {
        let (what, todo) = (what.into(), todo.into());
        Self::Doubtful { what, todo }
    }

    fn wrong(what: impl Into<String>, todo: impl Into<String>) -> Self {
        let (what, todo) = (what.into(), todo.into());
        Self::Wrong { what, todo }
    }
}

/// Fails when anything is wrong.
#[expect(clippy::print_stdout, reason = "the answer to a command")]
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let beside = sidecar::named();
    let has_sidecar = beside.is_some();
    findings.extend(database::look(config, has_sidecar).await);
    findings.push(("broker", broker::look(&config.kafka, has_sidecar).await));
    if let Some(args) = &beside {
        findings.push(("sidecar", sidecar::look(args).await));
    }
    findings.push(("secret", secrets::look(has_sidecar).await));
    findings.push(("zones", machine::zones()));
    let mut wrong = 0;
    for (name, finding) in findings {
        let (mark, what, todo) = match finding {
            Finding::Fine(what) => ("ok", what, None),
            Finding::Doubtful { what, todo } => ("warn", what, Some(todo)),
            Finding::Wrong { what, todo } => {
                wrong += 1;
                ("FAIL", what, Some(todo))
            }
        };
        println!("{mark:4}  {name:10}  {what}");
        if let Some(todo) = todo {
            println!("{:16}  → {todo}", "");
        }
    }
    ensure!(wrong == 0, "{wrong} of these cannot work");
    Ok(())
}
