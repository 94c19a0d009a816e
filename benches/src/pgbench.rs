//! The peer of a create: `pgbench` with the very statements that the backend sends.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use xtask::install;
use xtask::progress::Progress;

use crate::stage::Stage;
use crate::stats::Latencies;
use crate::user::{DESCRIPTION, TITLE, USER_ID_SQL};

/// What is run.
#[derive(Clone, Copy)]
pub enum Script {
    /// A create as the backend does it.
    Create,
    /// The same without the insert into the log.
    WithoutLog,
}

/// A `pgbench` that was found.
pub struct Pgbench {
    program: PathBuf,
    /// Goes into the ids that it makes, so that no two runs make the same.
    runs: u32,
}

/// What one run did.
pub struct Ran {
    pub transactions: usize,
    pub per_second: f64,
    pub latencies: Latencies,
}

impl Pgbench {
    /// Looks beside the server that we run, then where Debian puts it, then on `PATH`.
    pub async fn find() -> Result<Self> {
        let ours = install::postgres(&Progress::hidden())
            .await?
            .join("bin/pgbench");
        let debian = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten();
        let program = debian
            .map(|version| version.path().join("bin/pgbench"))
            .chain([ours])
            .find(|program| program.exists())
            .or_else(|| children::program("pgbench"))
            .context("`pgbench` is missing: on Debian, `apt install postgresql` brings it")?;
        Ok(Self { program, runs: 0 })
    }

    /// As fast as the server answers, in prepared mode.
    pub async fn run(
        &mut self,
        stage: &Stage,
        script: Script,
        clients: usize,
        duration: Duration,
    ) -> Result<Ran> {
        self.runs += 1;
        let folder = stage.dir.join(format!("pgbench-{}", self.runs));
        fs::create_dir_all(&folder)?;
        let append = match script {
            Script::Create => APPEND,
            Script::WithoutLog => APPEND_NOTHING,
        };
        let text = format!("{BEFORE}{append}commit;\n").replace("USER_ID", USER_ID_SQL);
        fs::write(folder.join("create.sql"), text)?;
        let data = format!(
            r#"{{"title":"{TITLE}","description":"{DESCRIPTION}","priority":"high","tags":[],"project_id":null,"parent_id":null,"position":1.0,"due":null,"due_at":null,"completed_at":null}}"#
        );
        let variables = [
            ("run", self.runs.to_string()),
            ("n", "0".to_owned()),
            ("users", stage.users().len().to_string()),
            ("title", TITLE.to_owned()),
            ("description", DESCRIPTION.to_owned()),
            ("data", data),
            ("topic", events::Topic::Tasks.name().to_owned()),
            ("type", "task.created".to_owned()),
            ("actor", "user".to_owned()),
            (
                "correlation",
                "018f0000-0000-7000-8000-000000000000".to_owned(),
            ),
            (
                "trace",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
            ),
        ];
        let output = Command::new(&self.program)
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--log",
                "--log-prefix=log",
            ])
            .arg(format!("--client={clients}"))
            .arg(format!("--jobs={}", clients.min(2)))
            .arg(format!("--time={}", duration.as_secs().max(1)))
            .args(variables.map(|(name, value)| format!("--define={name}={value}")))
            .arg("--file=create.sql")
            .arg(stage.database_url())
            .current_dir(&folder)
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("starting {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "pgbench failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let failed = figure(&said, "number of failed transactions: ")?;
        ensure!(failed == 0.0, "{failed} transactions of pgbench failed");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count"
        )]
        let transactions = figure(&said, "number of transactions actually processed: ")? as usize;
        Ok(Ran {
            transactions,
            per_second: figure(&said, "tps = ")?,
            latencies: latencies(&folder)?,
        })
    }
}

/// The number that follows `label`.
fn figure(said: &str, label: &str) -> Result<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix(label));
    let digits = line.and_then(|line| line.split_whitespace().next());
    let value = digits.and_then(|digits| digits.trim_end_matches('/').parse().ok());
    value.with_context(|| format!("pgbench did not say `{label}`:\n{said}"))
}

/// The third column of pgbench's log is microseconds.
fn latencies(folder: &Path) -> Result<Latencies> {
    let mut latencies = Latencies::new()?;
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("log.") {
            let text = fs::read_to_string(entry.path())?;
            for micros in text.lines().filter_map(|line| line.split(' ').nth(2)) {
                latencies.record(Duration::from_micros(micros.parse()?));
            }
            fs::remove_file(entry.path())?;
        }
    }
    Ok(latencies)
}

/// `write.rs` and `task/store.rs` of the backend. Ids are made of the run,
/// the client and a counter: as unique and as ascending as the UUIDv7 that the backend makes.
const BEFORE: &str = r"
\set user random(1, :users)
\set n :n + 1
begin;
select s.seq, s.at, encode(s.head_hash, 'hex') as hash, s.salt, p.time_zone,
       p.settings -> 'notifications' as notifications
from taskflow.streams s join taskflow.profiles p using (user_id)
where s.user_id = USER_ID
for update
\gset
with tagged as (
    insert into taskflow.tags (user_id, name, created_at)
    select USER_ID, name, now() from unnest('{}'::text[]) as name
    on conflict do nothing
    returning name
), inserted as (
    insert into taskflow.tasks
        (id, user_id, project_id, parent_id, title, description, tags, priority, position,
         due, due_at, created_at, updated_at, completed_at, version, recurrence, reminders)
    values ((lpad(to_hex(:run::bigint), 4, '0') || lpad(to_hex(:n::bigint), 8, '0') || '70018' || lpad(to_hex(:client_id::bigint), 15, '0'))::uuid,
        USER_ID, null, null, :title, :description, '{}', 3, :seq::float8 + 1,
        null, null, now(), now(), null, 1, null, '[]')
)
select name from tagged;
";

/// `write/append.rs`.
const APPEND: &str = r"with stream as (
    update taskflow.streams set seq = :seq::bigint + 1, at = now(), head_hash = decode(:hash, 'hex')
    where user_id = USER_ID
), appended as (
    insert into taskflow.events
        (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
         correlation_id, causation_id, actor_kind, actor_id, change_set_id, cause, traceparent,
         created_at, prev_hash)
    select d.event_id, USER_ID, d.seq, d.topic, d.event_type, d.aggregate_id, d.version, 2,
           d.data::json, :correlation, d.causation_id, :actor, null,
           (lpad(to_hex(:run::bigint), 4, '0') || lpad(to_hex(:n::bigint), 8, '0') || '70038' || lpad(to_hex(:client_id::bigint), 15, '0'))::uuid,
           null::text::json, :trace, now(), d.prev_hash
    from unnest(
        array[(lpad(to_hex(:run::bigint), 4, '0') || lpad(to_hex(:n::bigint), 8, '0') || '70028' || lpad(to_hex(:client_id::bigint), 15, '0'))::uuid],
        array[:seq::bigint + 1], array[:topic]::text[], array[:type]::text[],
        array[(lpad(to_hex(:run::bigint), 4, '0') || lpad(to_hex(:n::bigint), 8, '0') || '70018' || lpad(to_hex(:client_id::bigint), 15, '0'))::uuid],
        array[1]::bigint[], array[:data]::text[], array[null]::uuid[], array[decode(:hash, 'hex')])
        as d (event_id, seq, topic, event_type, aggregate_id, version, data, causation_id, prev_hash)
    order by d.seq
    returning id
)
insert into taskflow.outbox (id) select id from appended;
";

/// The user's writes are still counted and still wait for each other.
const APPEND_NOTHING: &str = r"
update taskflow.streams set seq = :seq::bigint + 1, at = now() where user_id = USER_ID;
";
