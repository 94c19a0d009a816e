//! What a tool would take off the list, counted in the events that its request would write, and
//! whether it needs the user's own yes.

use std::collections::{BTreeMap, HashMap};

use events::{Actor, Payload, UserId};
use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Draft;
use crate::{
    confirmation::store as confirmations,
    ctx::{Agreed, Ctx},
    error::ApiError,
};

/// Tasks that may go without a yes.
const FREE: usize = 5;

/// In each turn of a conversation, or within so long.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// What is shown of a question.
const SHOWN_LINES: usize = 100;
const SHOWN_TITLE: usize = 80;

/// What the user is to say yes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) deletes: usize,
    pub(crate) completes: usize,
    /// Tasks that stay, and those that are made.
    pub(crate) changes: usize,
    /// At most a hundred, what leaves the list first.
    pub(crate) lines: Vec<Line>,
    pub(crate) more: usize,
    /// Of all lines: the same only for the same question.
    pub(crate) fingerprint: String,
}

/// What becomes of one task.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// None: it is made.
    pub(crate) task: Option<Uuid>,
    pub(crate) title: String,
    pub(crate) change: String,
}

/// A task as the drafts tell of it.
#[derive(Default)]
struct Deed {
    is_new: bool,
    /// Before it is renamed.
    title: Option<String>,
    deletes: bool,
    completes: bool,
    changes: Vec<String>,
}

/// Lets a tool's request pass, or says what the user has to say yes to first.
pub(super) async fn check(
    tx: &mut PgConnection,
    ctx: &Ctx,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let Some(tool) = &ctx.tool else {
        return Ok(());
    };
    let deeds = deeds(drafts);
    if ctx.dry_run || deeds.is_empty() || telemetry::faults::enabled("agent-asks-nobody") {
        return Ok(());
    }
    if let Some(agreed) = &tool.agreed {
        let question = question(tx, ctx.user, deeds).await?;
        let (Agreed::Question(fingerprint) | Agreed::Confirmation { fingerprint, .. }) = agreed;
        if *fingerprint != question.fingerprint {
            return Err(ApiError::NeedsConfirmation(Box::new(question)));
        }
        if let Agreed::Confirmation { id, .. } = agreed {
            confirmations::use_up(tx, ctx, *id).await?;
        }
        return Ok(());
    }
    let gone = deeds
        .values()
        .filter(|deed| deed.deletes || deed.completes)
        .count();
    if gone == 0 {
        return Ok(());
    }
    let who = who(tx, ctx).await?;
    if spent(tx, ctx, &who).await? + gone > FREE {
        let question = question(tx, ctx.user, deeds).await?;
        return Err(ApiError::NeedsConfirmation(Box::new(question)));
    }
    spend(tx, ctx, &who, gone).await
}

/// What becomes of each task. The newer an id, the later it comes.
fn deeds(drafts: &[Draft]) -> BTreeMap<Uuid, Deed> {
    let mut deeds: BTreeMap<Uuid, Deed> = BTreeMap::new();
    let is_of_task = |draft: &&Draft| draft.payload.event_type().starts_with("task.");
    for draft in drafts.iter().filter(is_of_task) {
        let deed = deeds.entry(draft.aggregate_id).or_default();
        let change = match &draft.payload {
            Payload::TaskCreated(state) => {
                deed.is_new = true;
                deed.title.get_or_insert_with(|| state.title.clone());
                "create".to_owned()
            }
            Payload::TaskCompleted(_) => {
                deed.completes = true;
                "complete".to_owned()
            }
            Payload::TaskReopened(_) => "reopen".to_owned(),
            Payload::TaskDeleted(_) => {
                deed.deletes = true;
                "delete".to_owned()
            }
            Payload::TaskRestored(_) => "restore".to_owned(),
            payload => {
                if let Payload::TaskUpdated(task) = payload
                    && let Some(title) = &task.changes.title
                {
                    deed.title.get_or_insert_with(|| title.before.clone());
                }
                let fields = payload.changed_fields();
                format!("change {}", fields.join(" and "))
            }
        };
        if !deed.changes.contains(&change) {
            deed.changes.push(change);
        }
    }
    deeds
}

async fn question(
    tx: &mut PgConnection,
    user: UserId,
    deeds: BTreeMap<Uuid, Deed>,
) -> sqlx::Result<Question> {
    let ids: Vec<Uuid> = deeds.keys().copied().collect();
    let rows = sqlx::query!(
        "select id, title from taskflow.tasks where user_id = $1 and id = any($2)",
        user.0,
        &ids,
    )
    .fetch_all(tx)
    .await?;
    let titles = rows.into_iter().map(|row| (row.id, row.title)).collect();
    Ok(Question::of(deeds, titles))
}

impl Question {
    fn of(deeds: BTreeMap<Uuid, Deed>, mut titles: HashMap<Uuid, String>) -> Self {
        let mut question = Self::default();
        let (mut going, mut staying) = (Vec::new(), Vec::new());
        for (id, deed) in deeds {
            let lines = if deed.deletes || deed.completes {
                &mut going
            } else {
                &mut staying
            };
            match (deed.deletes, deed.completes) {
                (true, _) => question.deletes += 1,
                (false, true) => question.completes += 1,
                (false, false) => question.changes += 1,
            }
            let title = titles.remove(&id);
            lines.push(Line {
                // Each try makes up another.
                task: (!deed.is_new).then_some(id),
                title: deed.title.or(title).unwrap_or_default(),
                change: deed.changes.join(", "),
            });
        }
        going.append(&mut staying);
        question.fingerprint = fingerprint(&going);
        question.more = going.len().saturating_sub(SHOWN_LINES);
        going.truncate(SHOWN_LINES);
        for line in &mut going {
            line.title = line.title.chars().take(SHOWN_TITLE).collect();
        }
        question.lines = going;
        question
    }

    /// How many tasks would leave the list.
    pub(crate) fn gone(&self) -> usize {
        self.deletes + self.completes
    }
}

fn fingerprint(lines: &[Line]) -> String {
    let lines = lines
        .iter()
        .map(|line| json!([line.task, line.title, line.change]).to_string());
    let mut lines: Vec<String> = lines.collect();
    // The ids of new tasks, by which they came, are others with each try.
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update([0]);
    }
    let hash = hash.finalize();
    hash.iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Whose removals are counted together. A run that a client names itself is not asked about: it
/// could name another with each call.
async fn who(tx: &mut PgConnection, ctx: &Ctx) -> sqlx::Result<String> {
    if let Some(token) = ctx.token {
        return Ok(format!("token:{token}"));
    }
    let run = match &ctx.actor {
        Actor::AgentRun { run_id, .. } => run_id.parse::<Uuid>().ok(),
        _ => None,
    };
    let Some(run) = run else {
        return Ok("session".to_owned());
    };
    let is_turn = sqlx::query_scalar!(
        r#"select exists(
               select from taskflow.turns where user_id = $1 and run_id = $2
           ) as "is_turn!""#,
        ctx.user.0,
        run,
    )
    .fetch_one(tx)
    .await?;
    Ok(if is_turn {
        format!("run:{run}")
    } else {
        "session".to_owned()
    })
}

async fn spent(tx: &mut PgConnection, ctx: &Ctx, who: &str) -> sqlx::Result<usize> {
    let spent = sqlx::query_scalar!(
        r#"select coalesce(sum(tasks), 0)::bigint as "spent!" from taskflow.removals
           where user_id = $1 and who = $2 and at > $3"#,
        ctx.user.0,
        who,
        (ctx.now - WINDOW).to_sqlx() as _,
    )
    .fetch_one(tx)
    .await?;
    Ok(usize::try_from(spent).unwrap_or(usize::MAX))
}

/// The user's stream is locked, so nobody else does at the same time.
async fn spend(tx: &mut PgConnection, ctx: &Ctx, who: &str, tasks: usize) -> Result<(), ApiError> {
    sqlx::query!(
        "insert into taskflow.removals as r (user_id, who, at, tasks) values ($1, $2, $3, $4)
         on conflict (user_id, who, at) do update set tasks = r.tasks + excluded.tasks",
        ctx.user.0,
        who,
        ctx.now.to_sqlx() as _,
        i64::try_from(tasks).unwrap_or(i64::MAX),
    )
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delete() -> Deed {
        Deed {
            deletes: true,
            changes: vec!["delete".to_owned()],
            ..Deed::default()
        }
    }

    fn question(count: u128, title: &str) -> Question {
        let ids = || (1..=count).map(Uuid::from_u128);
        let titles = ids().map(|id| (id, title.to_owned())).collect();
        Question::of(ids().map(|id| (id, delete())).collect(), titles)
    }

    #[test]
    fn a_question_is_known_by_all_of_its_lines() {
        let asked = question(150, "a");
        assert_eq!((asked.deletes, asked.gone()), (150, 150));
        assert_eq!((asked.lines.len(), asked.more), (100, 50));
        assert_eq!(asked.fingerprint, question(150, "a").fingerprint);
        assert_ne!(asked.fingerprint, question(151, "a").fingerprint);
        assert_ne!(asked.fingerprint, question(150, "b").fingerprint);
        // Also by what is not shown of a title.
        let long = "x".repeat(SHOWN_TITLE);
        let (one, other) = (format!("{long}1"), format!("{long}2"));
        assert_ne!(
            question(1, &one).fingerprint,
            question(1, &other).fingerprint
        );
    }

    #[test]
    fn what_is_made_is_known_without_its_id() {
        let of = |id| {
            let deed = Deed {
                is_new: true,
                title: Some("Next".to_owned()),
                changes: vec!["create".to_owned()],
                ..Deed::default()
            };
            Question::of(
                BTreeMap::from([(Uuid::from_u128(id), deed)]),
                HashMap::new(),
            )
        };
        assert_eq!(of(1).fingerprint, of(2).fingerprint);
        assert_eq!((of(1).gone(), of(1).changes), (0, 1));
    }
}
