//! What comes due: how fast what follows is made when everything comes due at once, how late it is
//! when it comes steadily, and how long it takes to find it among a million tasks.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::{SignedDuration, Timestamp, Unit, tz::TimeZone};
use proto::v1::{ClaimDueRequest, task_service_client::TaskServiceClient};
use serde::Deserialize;
use sidecar::{Sidecar, SidecarArgs};
use sqlx::{AssertSqlSafe, Connection, Executor};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};
use uuid::Uuid;

use super::Effort;
use crate::copies;
use crate::cpu::Cores;
use crate::http::Client;
use crate::memory::peak_bytes;
use crate::report::{Finding, Limit, figure};
use crate::socket::{Message, Socket};
use crate::stage::{BACKEND, SCHEDULER, Stage};
use crate::stats::{Latencies, median, number};
use crate::user::{TITLE, User};

pub(super) const NAME: &str = "due";
pub(super) const USERS: u32 = 64;

/// Creates in one request, and requests at a time.
const BATCH: usize = 100;
const WRITERS: usize = 8;

/// Tasks that come due in each second: 1,020 a minute.
const A_SECOND: usize = 17;

/// Tasks of an account among the million, one of which has come due.
const TASKS: usize = 1_000;

/// As many as the scheduler takes on at a time.
const CLAIM: u32 = 1_000;

const CLAIMS: usize = 20;

/// The second shows whether the first has left anything behind. More would take too long.
const BURSTS: usize = 2;

/// How long what came due may take before it counts as lost.
const PATIENCE: Duration = Duration::from_mins(20);

/// How many of the new occurrences are there, and what else that took.
struct Burst {
    per_minute: f64,
    /// The same rows by `INSERT … SELECT`.
    peer_per_minute: f64,
    /// The most memory that the scheduler had until then, in MiB.
    rss: f64,
    cores: Cores,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let rounds = effort.rounds.div_ceil(2);
    let mut bursts = Vec::new();
    for _ in 0..BURSTS {
        bursts.push(burst(stage, effort.due).await?);
    }
    let mut lateness = Vec::new();
    for _ in 0..rounds {
        lateness.push(steadily(stage, effort.duration * 10).await?);
    }
    let claims = find(stage, effort.open_tasks).await?;
    let each = |of: fn(&Burst) -> f64| bursts.iter().map(of).collect::<Vec<_>>();
    let (ours, peers) = (
        each(|burst| burst.per_minute),
        each(|burst| burst.peer_per_minute),
    );
    let finding = |what, unit, rounds, limit, detail| Finding {
        bench: NAME,
        what,
        unit,
        rounds,
        limit,
        detail,
        cores: None,
    };
    let cores: Vec<Cores> = bursts.iter().map(|burst| burst.cores.clone()).collect();
    let rss = each(|burst| burst.rss);
    let growth = rss
        .last()
        .zip(rss.first())
        .map(|(last, first)| last / first);
    Ok(vec![
        Finding {
            cores: Some(Cores::mean(&cores)),
            ..finding(
                "next occurrences a minute ÷ the same rows by INSERT … SELECT",
                "",
                ours.iter()
                    .zip(&peers)
                    .map(|(ours, peer)| ours / peer)
                    .collect(),
                Limit::AtLeast(0.3),
                format!(
                    "{} occurrences of {USERS} users due at one moment, until the last is made: by \
                     cron, trigger, Kafka and command {}/min; their rows, events and agenda by SQL \
                     in one transaction {}/min.",
                    figure(number(effort.due)),
                    figure(median(&ours)),
                    figure(median(&peers)),
                ),
            )
        },
        finding(
            "next occurrences a minute",
            "/min",
            ours,
            Limit::AtLeast(10_000.0),
            "As above.".to_owned(),
        ),
        finding(
            "memory of the scheduler",
            "MiB RSS",
            rss,
            Limit::AtMost(64.0),
            "The peak of its resident set until the end of each of these rounds.".to_owned(),
        ),
        finding(
            "memory of the scheduler, last round ÷ first",
            "",
            growth.into_iter().collect(),
            Limit::AtMost(1.25),
            "The same peaks: a burst leaves nothing behind that the next one adds to.".to_owned(),
        ),
        finding(
            "lateness at 1,000 due a minute, p99",
            "s",
            lateness
                .iter()
                .map(|late| late.percentile(99.0) / 1e3)
                .collect(),
            Limit::AtMost(5.0),
            format!(
                "From the moment when it is due until the socket of its user has it: {}.",
                lateness.last().map(Latencies::summary).unwrap_or_default()
            ),
        ),
        finding(
            "a claim of 1,000 due among a million open tasks, p99",
            "ms",
            vec![claims.percentile(99.0)],
            Limit::AtMost(50.0),
            format!(
                "{} open tasks that come again. As the scheduler asks, through both sidecars, \
                 with the leases written, by the index alone: {}.",
                figure(number(effort.open_tasks)),
                claims.summary()
            ),
        ),
    ])
}

/// Tasks that are open and come again every day, the next time at `at`.
fn create(user: &User, at: &[Timestamp]) -> Vec<u8> {
    let operations: Vec<_> = at
        .iter()
        .map(|at| {
            let day_before = *at - SignedDuration::from_hours(24);
            let due = day_before.to_zoned(TimeZone::UTC).datetime();
            format!(
                r#"{{"op":"create","task":{{"title":"{TITLE}","due_date":"{due}","recurrence":{{"rule":"daily","open":"pile_up"}}}}}}"#
            )
        })
        .collect();
    let body = format!(r#"{{"operations":[{}]}}"#, operations.join(","));
    user.post("/tasks/batch", &body)
}

/// The next whole second after so long.
fn in_time(wait: Duration) -> Result<Timestamp> {
    let at = telemetry::clock::now() + SignedDuration::try_from(wait)?;
    Ok(at.round(Unit::Second)? + SignedDuration::from_secs(1))
}

/// The same moment by the clock that never goes back.
fn instant(at: Timestamp) -> Result<tokio::time::Instant> {
    let wait = Duration::try_from(at.duration_since(telemetry::clock::now()));
    Ok(tokio::time::Instant::now() + wait.context("it is too late: the tasks took too long")?)
}

/// Makes tasks whose next occurrences all come due at one moment, and times them from there.
async fn burst(stage: &Stage, due: usize) -> Result<Burst> {
    let at = in_time(Duration::from_secs(20) + Duration::from_millis(2) * u32::try_from(due)?)?;
    write(stage, due, at).await?;
    stage.drained().await?;
    let before = events(stage).await?;
    let start = instant(at)?;
    sleep_until(start).await;
    let cpu = stage.cpu()?;
    // One of the new task, and one of that before it.
    while events(stage).await? < before + 2 * due {
        ensure!(start.elapsed() < PATIENCE, "what is due does not get made");
        sleep(Duration::from_millis(100)).await;
    }
    let elapsed = start.elapsed();
    let cores = cpu.until(&stage.cpu()?);
    let rss = peak_bytes(stage.app(SCHEDULER)?.service.pid()).context("it is gone")?;
    stage.drained().await?;
    let peer = insert(stage, at, due).await?;
    stage.drained().await?;
    let a_minute = |elapsed: Duration| number(due) / elapsed.as_secs_f64() * 60.0;
    Ok(Burst {
        per_minute: a_minute(elapsed),
        peer_per_minute: a_minute(peer),
        rss: rss / f64::from(1 << 20),
        cores,
    })
}

async fn write(stage: &Stage, due: usize, at: Timestamp) -> Result<()> {
    let client = std::sync::Arc::new(Client::new(stage.rest()?));
    let requests: Vec<_> = stage
        .users()
        .iter()
        .map(|user| create(user, &[at; BATCH]))
        .collect();
    let requests: std::sync::Arc<[Vec<u8>]> = requests.into();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (client, requests) = (client.clone(), requests.clone());
        writers.spawn(async move {
            for n in (writer..due / BATCH).step_by(WRITERS) {
                client
                    .send(&requests[n % requests.len()])
                    .await?
                    .expect(200)?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    Ok(())
}

/// Events of all users. Their heads say it without reading the log, which would cost what is being
/// measured.
async fn events(stage: &Stage) -> Result<usize> {
    let heads = sqlx::query_scalar::<_, i64>("select sum(seq)::bigint from taskflow.streams");
    Ok(usize::try_from(heads.fetch_one(&stage.db).await?)?)
}

/// Writes the rows that the spawning wrote once more, for other users.
async fn insert(stage: &Stage, since: Timestamp, due: usize) -> Result<Duration> {
    let mut db = stage.db.acquire().await?;
    db.execute(
        r#"create temp table copies as
               select user_id as old, gen_random_uuid() as new from taskflow.profiles
               where exists (select from taskflow.agenda a where a.user_id = profiles.user_id);
           insert into auth."user" (id, name, email) select new, 'bench', new || '@bench.invalid' from copies"#,
    )
    .await?;
    let mut statements = Vec::new();
    for (table, of_this_round) in [
        (
            "tasks",
            "t.created_at >= $since and (t.recurrence ->> 'number')::int = 2",
        ),
        ("events", "t.created_at >= $since"),
        (
            "agenda",
            "t.task_id in (select n.id from taskflow.tasks n where n.user_id = t.user_id
                 and n.created_at >= $since and (n.recurrence ->> 'number')::int = 2)",
        ),
    ] {
        let columns: Vec<String> = sqlx::query_scalar(
            "select column_name::text from information_schema.columns
             where table_schema = 'taskflow' and table_name = $1
               and is_generated = 'NEVER' and is_identity = 'NO'",
        )
        .bind(table)
        .fetch_all(&mut *db)
        .await?;
        let values = columns.iter().map(|column| match column.as_str() {
            "user_id" => "c.new".to_owned(),
            other => format!("t.{other}"),
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let which = of_this_round.replace("$since", &format!("'{since}'::timestamptz"));
        statements.push(format!(
            "insert into taskflow.{table} ({}) select {values}
             from copies c join taskflow.{table} t on t.user_id = c.old where {which}",
            columns.join(", "),
        ));
    }
    statements.push(format!(
        "insert into taskflow.outbox (id)
         select e.id from copies c join taskflow.events e on e.user_id = c.new
         where e.created_at >= '{since}'::timestamptz and e.event_type <> 'user.created'"
    ));
    let started = Instant::now();
    let mut transaction = db.begin().await?;
    let mut written = 0;
    for statement in statements {
        written += transaction
            .execute(AssertSqlSafe(statement))
            .await?
            .rows_affected();
    }
    transaction.commit().await?;
    let elapsed = started.elapsed();
    // A task, its event, that of the one before it, both to be published, and what is to be done.
    ensure!(
        written == 6 * u64::try_from(due)?,
        "{written} rows are not those of {due} occurrences"
    );
    db.execute("drop table copies").await?;
    Ok(elapsed)
}

/// Tasks that come due one after the other for so long: how late each arrives on a socket.
async fn steadily(stage: &Stage, duration: Duration) -> Result<Latencies> {
    let (heard_tx, mut heard) = mpsc::unbounded_channel();
    let mut listeners = JoinSet::new();
    let users = &stage.users()[..A_SECOND];
    let client = Client::new(stage.rest()?);
    let seconds = usize::try_from(duration.as_secs())?;
    let first = in_time(Duration::from_secs(10))?;
    let dues: Vec<_> = (0..seconds)
        .map(|second| Ok(first + SignedDuration::from_secs(i64::try_from(second)?)))
        .collect::<Result<_>>()?;
    for user in users {
        client.send(&create(user, &dues)).await?.expect(200)?;
    }
    stage.drained().await?;
    instant(first)?;
    for user in users {
        let mut socket = Socket::open(stage.sockets()?, &user.socket(&user.jwt, None)).await?;
        socket.ready().await?;
        listeners.spawn(listen(socket, heard_tx.clone()));
    }
    let expected = users.len() * seconds;
    let mut arrivals = HashMap::new();
    let all = async {
        while arrivals.len() < expected {
            tokio::select! {
                arrival = heard.recv() => {
                    let (task, at) = arrival.context("nobody listens any more")?;
                    arrivals.insert(task, at);
                }
                Some(ended) = listeners.join_next() => ended??,
            }
        }
        anyhow::Ok(())
    };
    timeout(duration + PATIENCE, all)
        .await
        .context("what is due does not arrive")??;
    let tasks: Vec<Uuid> = arrivals.keys().copied().collect();
    let due: Vec<(Uuid, jiff_sqlx::Timestamp)> =
        sqlx::query_as("select id, due_at from taskflow.tasks where id = any($1)")
            .bind(&tasks)
            .fetch_all(&stage.db)
            .await?;
    ensure!(due.len() == expected, "not every arrival is a task");
    let mut late = Latencies::new()?;
    for (task, due_at) in due {
        late.record(Duration::try_from(
            arrivals[&task].duration_since(due_at.to_jiff()),
        )?);
    }
    Ok(late)
}

/// Says which tasks were created, and when that arrived.
async fn listen(mut socket: Socket, heard: mpsc::UnboundedSender<(Uuid, Timestamp)>) -> Result<()> {
    #[derive(Deserialize)]
    struct Data {
        task_id: Option<Uuid>,
    }
    loop {
        let bytes = socket.next().await?;
        let now = telemetry::clock::now();
        let message: Message<'_, Data> = serde_json::from_slice(&bytes)?;
        if message.kind == "task.created"
            && let Some(task) = message.data.task_id
            && heard.send((task, now)).is_err()
        {
            return Ok(());
        }
    }
}

/// Takes on what has come due among so many open tasks, again and again.
async fn find(stage: &Stage, open_tasks: usize) -> Result<Latencies> {
    let scheduler = stage.app(SCHEDULER)?;
    scheduler.service.terminate(Duration::from_secs(10)).await?;
    let user = &stage.users()[stage.users().len() - 1];
    let tomorrow = in_time(Duration::from_hours(24))?;
    let passed = telemetry::clock::now().round(Unit::Second)? - SignedDuration::from_mins(5);
    let client = Client::new(stage.rest()?);
    for start in (0..TASKS).step_by(BATCH) {
        let mut dues = [tomorrow; BATCH];
        if start == 0 {
            dues[0] = passed;
        }
        client.send(&create(user, &dues)).await?.expect(200)?;
    }
    let tables = ["streams", "profiles", "tasks", "agenda"];
    copies::copy(stage, user, open_tasks / TASKS, &tables).await?;
    let sidecar = Sidecar::new(&SidecarArgs {
        dapr_grpc_endpoint: None,
        dapr_grpc_port: scheduler.dapr_grpc_port()?,
        dapr_api_token: Some(stage.secret("DAPR_API_TOKEN")?.into()),
        app_api_token: None,
        app_port: 0,
        in_process: None,
    })?;
    let mut backend = TaskServiceClient::new(sidecar.app(BACKEND)?);
    let request = ClaimDueRequest {
        limit: CLAIM,
        lease_seconds: 1,
    };
    // The connection and the first plan are nobody's.
    backend.claim_due(request).await?;
    let due = (open_tasks / TASKS).min(CLAIM as usize);
    let before = whole_reads(stage).await?;
    let mut latencies = Latencies::new()?;
    for _ in 0..CLAIMS {
        sleep(Duration::from_millis(1_100)).await;
        let asked = Instant::now();
        let claimed = backend.claim_due(request).await?.into_inner().entries.len();
        latencies.record(asked.elapsed());
        ensure!(claimed >= due, "{claimed} of {due} that are due were found");
    }
    // What a connection has read, it reports within a second.
    sleep(Duration::from_secs(2)).await;
    let read = whole_reads(stage).await? - before;
    ensure!(
        read == 0,
        "the agenda was read from end to end {read} times"
    );
    Ok(latencies)
}

/// How often all of the agenda was read to find something in it.
async fn whole_reads(stage: &Stage) -> Result<i64> {
    let reads = "select seq_scan from pg_stat_user_tables
                 where schemaname = 'taskflow' and relname = 'agenda'";
    Ok(sqlx::query_scalar(reads).fetch_one(&stage.db).await?)
}
