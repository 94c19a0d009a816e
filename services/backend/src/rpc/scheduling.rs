//! What has come due, and the occurrences that follow.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use events::{Actor, ChangeSetId, TaskId, UserId};
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use proto::v1::{
    ClaimDueRequest, ClaimDueResponse, SpawnOccurrencesRequest, SpawnOccurrencesResponse,
    claim_due_response::{Entry, Kind},
    spawn_occurrences_response::Outcome,
};
use tonic::Status;
use uuid::Uuid;

use super::{unavailable, uuid};
use crate::{
    agenda::{self, Claimed},
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::reply::Reply,
    series::spawn::{Wanted, spawn},
    task, webhook,
    write::{Begun, Write},
};

/// Entries of one claim, and tasks of one request.
const AT_ONCE: u32 = 1_000;

const LEASE_SECONDS: u32 = 30;
const MAX_LEASE_SECONDS: u32 = 3_600;

/// Users whose occurrences are made at a time.
const USERS_AT_ONCE: usize = 8;

/// Tasks that are made for one user in one transaction: what else the user does, waits for it.
const IN_ONE_WRITE: usize = 500;

pub(super) async fn claim_due(
    app: &App,
    request: ClaimDueRequest,
) -> Result<ClaimDueResponse, Status> {
    let or = |value, default| if value == 0 { default } else { value };
    let limit = or(request.limit, AT_ONCE).min(AT_ONCE);
    let lease = or(request.lease_seconds, LEASE_SECONDS).min(MAX_LEASE_SECONDS);
    let lease = SignedDuration::from_secs(i64::from(lease));
    let (now, limit) = (telemetry::clock::now(), i64::from(limit));
    let claim = |limit| agenda::claim(&app.pool, now, limit, lease);
    // Nearly all of the time is Postgres'. On a connection each the halves have a processor each,
    // and pass over what the other has locked.
    let claimed = tokio::try_join!(
        claim(limit - limit / 2),
        claim(limit / 2),
        webhook::due::claim(&app.pool, now, limit, lease),
    );
    let (half, other_half, webhooks) = claimed.map_err(unavailable)?;
    let mut claimed = [half, other_half].concat();
    claimed.sort_unstable_by_key(|one| (one.due_at, one.user, one.subject));
    let webhooks = webhooks.into_iter().map(|due| Claimed {
        kind: "webhook".to_owned(),
        user: due.user,
        subject: due.webhook,
        due_at: now,
    });
    Ok(ClaimDueResponse {
        entries: claimed
            .into_iter()
            .chain(webhooks)
            .map(|claimed| entry(&claimed))
            .collect(),
    })
}

fn entry(claimed: &Claimed) -> Entry {
    let kind = match claimed.kind.as_str() {
        "occurrence" => Kind::Occurrence,
        "reminder" => Kind::Reminder,
        "webhook" => Kind::Webhook,
        _ => Kind::Unspecified,
    };
    Entry {
        kind: kind.into(),
        user_id: claimed.user.to_string(),
        subject_id: claimed.subject.to_string(),
        due_at: claimed.due_at.to_string(),
    }
}

pub(super) async fn spawn_occurrences(
    app: &App,
    request: SpawnOccurrencesRequest,
) -> Result<SpawnOccurrencesResponse, Status> {
    if request.tasks.len() > AT_ONCE as usize {
        return Err(Status::invalid_argument("more than 1,000 tasks"));
    }
    let asked = request
        .tasks
        .iter()
        .map(|task| Ok((UserId(uuid(&task.user_id)?), TaskId(uuid(&task.task_id)?))))
        .collect::<Result<Vec<_>, Status>>()?;
    let correlations = request.tasks.into_iter().map(|task| task.correlation_id);
    // Nearly every completed task is one that does not come again, and locks nothing.
    let followed = followed(app, &asked).await?;
    let mut of_users: BTreeMap<UserId, Wanted> = BTreeMap::new();
    for ((user, task), correlation_id) in asked.iter().zip(correlations) {
        if followed.contains(&(*user, *task)) {
            let wanted = of_users.entry(*user).or_default();
            wanted.insert(*task, correlation_id);
        }
    }
    let spawned: HashMap<(UserId, TaskId), Outcome> = stream::iter(of_users)
        .map(|(user, wanted)| of_user(app, user, wanted))
        .buffer_unordered(USERS_AT_ONCE)
        .concat()
        .await
        .into_iter()
        .collect();
    let outcomes = asked.iter().map(|key| {
        let outcome = spawned.get(key).copied();
        outcome.unwrap_or(Outcome::NothingToDo).into()
    });
    Ok(SpawnOccurrencesResponse {
        outcomes: outcomes.collect(),
    })
}

/// Those of the tasks that another occurrence follows, now or later.
async fn followed(
    app: &App,
    asked: &[(UserId, TaskId)],
) -> Result<HashSet<(UserId, TaskId)>, Status> {
    let (users, tasks): (Vec<_>, Vec<_>) =
        asked.iter().map(|(user, task)| (user.0, task.0)).unzip();
    let followed = agenda::followed(&app.pool, &users, &tasks)
        .await
        .map_err(unavailable)?;
    let typed = followed.into_iter();
    Ok(typed
        .map(|(user, task)| (UserId(user), TaskId(task)))
        .collect())
}

async fn of_user(app: &App, user: UserId, wanted: Wanted) -> Vec<((UserId, TaskId), Outcome)> {
    let mut outcomes = Vec::with_capacity(wanted.len());
    let mut parts: VecDeque<Wanted> = split(app, user, wanted).await.into();
    while let Some(part) = parts.pop_front() {
        let error = match write(app, user, &part).await {
            Ok(spawned) => {
                outcomes.extend(part.into_keys().map(|task| {
                    let outcome = if spawned.contains_key(&task) {
                        Outcome::Spawned
                    } else {
                        Outcome::NothingToDo
                    };
                    ((user, task), outcome)
                }));
                continue;
            }
            Err(error) => error,
        };
        let is_passing = error.is_passing();
        let task_id = part.keys().next();
        let error = format!("{error:?}");
        tracing::error!(user_id = %user, ?task_id, error, "occurrences were not made");
        // Perhaps because of one of them; the others must not wait for it.
        if part.len() > 1 {
            parts.extend(part.into_iter().map(|one| Wanted::from([one])));
            continue;
        }
        for task in part.into_keys() {
            let outcome = if is_passing {
                Outcome::Failed
            } else {
                put_off(app, user, task).await
            };
            outcomes.push(((user, task), outcome));
        }
    }
    outcomes
}

/// Whoever is told that it failed asks again, and those behind it wait: so one that cannot be made
/// is left to the agenda, unless that cannot be written either.
async fn put_off(app: &App, user: UserId, task: TaskId) -> Outcome {
    metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "occurrence").increment(1);
    let now = telemetry::clock::now();
    let put_off = agenda::try_later(&app.pool, user, task, now).await;
    put_off
        .map_err(unavailable)
        .map_or(Outcome::Failed, |()| Outcome::PutOff)
}

/// What is made in one transaction each: an occurrence comes with its parts.
async fn split(app: &App, user: UserId, wanted: Wanted) -> Vec<Wanted> {
    // Mostly: a completion comes alone.
    if wanted.len() == 1 {
        return vec![wanted];
    }
    let ids: Vec<Uuid> = wanted.keys().map(|task| task.0).collect();
    let sizes = async {
        let mut db = app.pool.acquire().await?;
        task::store::count_live_parts(&mut db, user, &ids).await
    };
    // Without a database it fails one by one as well as together.
    let sizes = sizes.await.unwrap_or_default();
    let mut all: Vec<Wanted> = Vec::new();
    let mut size = IN_ONE_WRITE;
    for (task, correlation_id) in wanted {
        let own = 1 + sizes.get(&task).copied().unwrap_or_default();
        if size + own > IN_ONE_WRITE || all.is_empty() {
            all.push(Wanted::new());
            size = 0;
        }
        size += own;
        if let Some(last) = all.last_mut() {
            last.insert(task, correlation_id);
        }
    }
    all
}

async fn write(
    app: &App,
    user: UserId,
    wanted: &Wanted,
) -> Result<HashMap<TaskId, TaskId>, ApiError> {
    let now = telemetry::clock::now();
    let ctx = Ctx {
        user,
        session_expires_at: now,
        token: None,
        grant: None,
        correlation_id: String::new(),
        traceparent: None,
        now,
        change_set: ChangeSetId::generate(),
        actor: Actor::System,
        cause: None,
        dry_run: false,
        tool: None,
    };
    let mut write = match Write::begin(app, ctx, None).await {
        Ok(Begun::Fresh(write)) => write,
        // The account went, and its tasks with it.
        Ok(Begun::Answered(_)) | Err(ApiError::Access(_)) => return Ok(HashMap::new()),
        Err(error) => return Err(error),
    };
    let spawned = spawn(&mut write, wanted).await?;
    write.commit(Reply::no_content()).await?;
    Ok(spawned)
}
