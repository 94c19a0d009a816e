//! Which change-sets are taken back at present.

use std::collections::HashMap;

use events::{Actor, Cause, ChangeSetId, UserId};
use sqlx::{PgConnection, types::Json};

/// A change-set, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) id: ChangeSetId,
    /// Of its first event.
    pub(crate) seq: u64,
    pub(crate) actor: Actor,
    pub(crate) cause: Option<Cause>,
}

impl Set {
    fn run(&self) -> Option<&str> {
        match &self.actor {
            Actor::AgentRun { run_id, .. } => Some(run_id),
            _ => None,
        }
    }
}

/// All that is undone, and by what. An undo that was undone itself does not count.
#[derive(Debug, Default)]
pub(crate) struct Undone {
    sets: HashMap<ChangeSetId, ChangeSetId>,
    /// Run, first event of the undo, and its change-set: what the run does later is not undone.
    runs: Vec<(String, u64, ChangeSetId)>,
    /// The change-sets of those runs: what a rule added to one has another actor.
    of_runs: HashMap<ChangeSetId, String>,
}

impl Undone {
    pub(crate) async fn read(db: &mut PgConnection, user: UserId) -> sqlx::Result<Self> {
        let rows = sqlx::query!(
            r#"select change_set_id, min(seq) as "seq!", actor_kind, actor_id,
                      (array_agg(cause))[1] as "cause!: Json<Cause>"
               from taskflow.events
               where user_id = $1 and cause ->> 'kind' in ('undo', 'undo_run')
               group by change_set_id, actor_kind, actor_id
               order by 2 desc"#,
            user.0,
        )
        .fetch_all(&mut *db)
        .await?;
        let runs = rows.iter().filter_map(|row| match &row.cause.0 {
            Cause::UndoRun { run_id } => Some(run_id.clone()),
            _ => None,
        });
        let mut undone = Self {
            of_runs: change_sets(db, user, runs.collect()).await?,
            ..Self::default()
        };
        // Newest first: whether an undo counts is decided by those after it.
        for row in rows {
            undone.take(&Set {
                id: ChangeSetId(row.change_set_id),
                seq: row.seq.unsigned_abs(),
                actor: Actor::from_parts(&row.actor_kind, row.actor_id, None)
                    .unwrap_or(Actor::System),
                cause: Some(row.cause.0),
            });
        }
        Ok(undone)
    }

    fn take(&mut self, undo: &Set) {
        if self.by(undo).is_some() {
            return;
        }
        match &undo.cause {
            Some(Cause::Undo { change_set_id }) => {
                self.sets.entry(*change_set_id).or_insert(undo.id);
            }
            Some(Cause::UndoRun { run_id }) => {
                self.runs.push((run_id.clone(), undo.seq, undo.id));
            }
            Some(Cause::Restore { .. } | Cause::Import { .. }) | None => {}
        }
    }

    /// What took a change-set back, if anything did.
    pub(crate) fn by(&self, set: &Set) -> Option<ChangeSetId> {
        let run = set
            .run()
            .or_else(|| self.of_runs.get(&set.id).map(String::as_str));
        let of_run = || {
            let mut runs = self.runs.iter();
            runs.find(|(undone, seq, _)| Some(undone.as_str()) == run && set.seq < *seq)
                .map(|(_, _, by)| *by)
        };
        self.sets.get(&set.id).copied().or_else(of_run)
    }

    /// Whether a change-set is an undo that counts: it has gone together with what it took back.
    pub(super) fn stands(&self, set: &Set) -> bool {
        self.sets.values().any(|by| *by == set.id)
            || self.runs.iter().any(|(_, _, by)| *by == set.id)
    }

    /// Counts a change-set as taken back by one that is being written.
    pub(super) fn add(&mut self, set: ChangeSetId, by: ChangeSetId) {
        self.sets.insert(set, by);
    }
}

async fn change_sets(
    db: &mut PgConnection,
    user: UserId,
    runs: Vec<String>,
) -> sqlx::Result<HashMap<ChangeSetId, String>> {
    if runs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"select distinct change_set_id, actor_id as "run_id!" from taskflow.events
           where user_id = $1 and actor_kind = 'agent_run' and actor_id = any($2)"#,
        user.0,
        &runs,
    )
    .fetch_all(db)
    .await?;
    let sets = rows.into_iter();
    Ok(sets
        .map(|row| (ChangeSetId(row.change_set_id), row.run_id))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(n: u128, cause: Option<Cause>) -> Set {
        Set {
            id: ChangeSetId(uuid::Uuid::from_u128(n)),
            seq: u64::try_from(n).unwrap(),
            actor: Actor::User,
            cause,
        }
    }

    fn undo(n: u128, of: u128) -> Set {
        let change_set_id = ChangeSetId(uuid::Uuid::from_u128(of));
        set(n, Some(Cause::Undo { change_set_id }))
    }

    fn undone(undos: &[Set]) -> Undone {
        let mut undone = Undone::default();
        undos.iter().rev().for_each(|set| undone.take(set));
        undone
    }

    #[test]
    fn an_undo_of_an_undo_is_a_redo() {
        let change = set(1, None);
        assert_eq!(undone(&[undo(2, 1)]).by(&change), Some(undo(2, 1).id));
        assert_eq!(undone(&[undo(2, 1), undo(3, 2)]).by(&change), None);
        let again = undone(&[undo(2, 1), undo(3, 2), undo(4, 3)]);
        assert_eq!(again.by(&change), Some(undo(2, 1).id));
        let anew = undone(&[undo(2, 1), undo(3, 2), undo(4, 1)]);
        assert_eq!(anew.by(&change), Some(undo(4, 1).id));
    }

    #[test]
    fn what_a_run_does_after_its_undo_stands() {
        let run = |n| Set {
            actor: Actor::AgentRun {
                run_id: "r".to_owned(),
                token_id: None,
            },
            ..set(n, None)
        };
        let cause = Cause::UndoRun {
            run_id: "r".to_owned(),
        };
        let undone = undone(&[set(5, Some(cause))]);
        assert!(undone.by(&run(4)).is_some());
        assert!(undone.by(&run(6)).is_none());
        assert!(undone.by(&set(4, None)).is_none());
    }
}
