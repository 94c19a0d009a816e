//! Makes the occurrences that follow: of many tasks in few statements, because they come due
//! together.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
};

use events::{Actor, ChangeSetId, Moment, Payload, Recurrence, SeriesId, TaskId};
use uuid::Uuid;

use super::{
    completion::{self, Completion},
    copy, next,
};
use crate::{
    agenda,
    error::ApiError,
    task::{change, model::Task, store},
    write::Write,
};

/// The tasks whose next occurrence is wanted, each with the correlation id of who asks.
pub(crate) type Wanted = BTreeMap<TaskId, String>;

/// A task that another occurrence follows.
struct Due {
    task: Task,
    recurrence: Recurrence,
    occurrence: Moment,
}

/// What is written at the end.
#[derive(Default)]
struct Rows {
    new: Vec<Task>,
    followed: Vec<Task>,
}

/// Makes what is due of it, and gives each by the task that it follows. Whatever is there already,
/// or not due, is left alone: so it does not matter how often this is asked.
pub(crate) async fn spawn(
    write: &mut Write,
    wanted: &Wanted,
) -> Result<HashMap<TaskId, TaskId>, ApiError> {
    let due = due(write, wanted).await?;
    if due.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = due.iter().map(|due| due.task.id.0).collect();
    let user = write.ctx.user;
    let completed = due.iter().filter(|due| due.task.completed);
    let completed: Vec<Uuid> = completed.map(|due| due.task.id.0).collect();
    let completions = completion::of(write.tx(), user, &completed).await?;
    let mut parts = parts(write, &ids).await?;
    let mut there = There::read(write, &due).await?;
    let mut rows = Rows::default();
    let mut made = HashMap::new();
    for due in due {
        let id = due.task.id;
        let series = due.recurrence.series_id;
        sign(write, series, completions.get(&id), wanted.get(&id));
        let key = (series, due.occurrence);
        let next = if let Some(live) = there.after(&due.recurrence) {
            live
        } else if let Some(deleted) = there.deleted.remove(&key) {
            // As after an undo of the completion.
            change::restore(write, deleted).await?.id
        } else {
            rows.add(write, &due, parts.remove(&id).unwrap_or_default())?
        };
        there.live.insert(key, next);
        rows.follow(write, due, next);
        made.insert(id, next);
    }
    rows.save(write).await?;
    Ok(made)
}

/// Those of the tasks that another occurrence follows now.
async fn due(write: &mut Write, wanted: &Wanted) -> Result<Vec<Due>, ApiError> {
    let (user, now) = (write.ctx.user, write.clock);
    let ids: Vec<Uuid> = wanted.keys().map(|id| id.0).collect();
    let (mut due, mut none) = (Vec::new(), Vec::new());
    for task in store::find_many(write.tx(), user, &ids).await? {
        // What was completed is followed, even if the clock ran ahead then.
        let is_due = |at| at <= now || task.completed_at.is_some();
        if !agenda::next_at(&task, &write.home).is_some_and(is_due) {
            continue;
        }
        let occurrence = next::next_occurrence(&task, now, &write.home.zone);
        match (occurrence, task.recurrence.clone()) {
            (Some(occurrence), Some(recurrence)) => due.push(Due {
                task,
                recurrence,
                occurrence,
            }),
            _ => none.push(task.id.0),
        }
    }
    due.sort_by_key(|due| due.recurrence.occurrence);
    if !none.is_empty() {
        agenda::put_off(write.tx(), user, &none, now).await?;
    }
    Ok(due)
}

async fn parts(write: &mut Write, ids: &[Uuid]) -> Result<HashMap<TaskId, Vec<Task>>, ApiError> {
    let user = write.ctx.user;
    let mut parts: HashMap<TaskId, Vec<Task>> = HashMap::new();
    for part in store::live_parts(write.tx(), user, ids).await? {
        if let Some(whole) = part.parent_id {
            parts.entry(whole).or_default().push(part);
        }
    }
    Ok(parts)
}

/// What of the series is there already.
struct There {
    /// What follows: an undo may have left a later occurrence where it was.
    live: BTreeMap<(SeriesId, Moment), TaskId>,
    /// The wanted occurrences that were deleted.
    deleted: HashMap<(SeriesId, Moment), Task>,
}

impl There {
    async fn read(write: &mut Write, due: &[Due]) -> Result<Self, ApiError> {
        let user = write.ctx.user;
        let keys = |of: fn(&Due) -> Moment| -> Vec<_> {
            let keys = due.iter().map(|due| (due.recurrence.series_id, of(due)));
            keys.collect()
        };
        let (own, next) = (
            keys(|due| due.recurrence.occurrence),
            keys(|due| due.occurrence),
        );
        let live = store::after_occurrence(write.tx(), user, &own).await?;
        let wanted = store::by_occurrence(write.tx(), user, &next).await?;
        Ok(Self {
            live: live
                .into_iter()
                .filter_map(|task| Some((key(&task)?, task.id)))
                .collect(),
            deleted: wanted
                .into_iter()
                .filter_map(|task| Some((key(&task)?, task)))
                .collect(),
        })
    }

    /// The next one after an occurrence.
    fn after(&self, recurrence: &Recurrence) -> Option<TaskId> {
        let own = (recurrence.series_id, recurrence.occurrence);
        let mut later = self.live.range((Bound::Excluded(own), Bound::Unbounded));
        let ((series, _), next) = later.next()?;
        (*series == recurrence.series_id).then_some(*next)
    }
}

fn key(task: &Task) -> Option<(SeriesId, Moment)> {
    let recurrence = task.recurrence.as_ref()?;
    Some((recurrence.series_id, recurrence.occurrence))
}

/// What is recorded from here on is said by the rule: as a part of the completion, or else as a
/// change-set of its own.
fn sign(
    write: &mut Write,
    series: SeriesId,
    completion: Option<&Completion>,
    correlation_id: Option<&String>,
) {
    let ctx = &mut write.ctx;
    ctx.actor = Actor::Rule {
        rule_id: series.to_string(),
    };
    if let Some(completion) = completion {
        ctx.change_set = completion.change_set;
        ctx.correlation_id.clone_from(&completion.correlation_id);
        ctx.traceparent.clone_from(&completion.traceparent);
    } else {
        ctx.change_set = ChangeSetId::generate();
        ctx.correlation_id = correlation_id.cloned().unwrap_or_default();
        ctx.traceparent = None;
    }
    write.causation = completion.map(|completion| completion.event);
}

impl Rows {
    /// The next occurrence, with copies of the task's parts.
    fn add(&mut self, write: &mut Write, due: &Due, parts: Vec<Task>) -> Result<TaskId, ApiError> {
        let mut recurrence = Recurrence {
            occurrence: due.occurrence,
            number: due.recurrence.number + 1,
            next: None,
            ..due.recurrence.clone()
        };
        if telemetry::faults::enabled("no-occurrence-key") {
            recurrence.series_id = SeriesId::generate();
        }
        let (now, home) = (write.ctx.now, &write.home.zone);
        let whole = copy::whole(&due.task, recurrence, now, home)?;
        let id = whole.id;
        let (from, to) = (due.recurrence.occurrence, due.occurrence);
        let days = (to.date() - from.date()).get_days();
        let parts = parts
            .into_iter()
            .map(|part| copy::part(part, id, days, now, home))
            .collect::<Result<Vec<_>, _>>()?;
        for task in [whole].into_iter().chain(parts) {
            let created = Payload::TaskCreated(task.state());
            write.record(task.id.0, task.version, created);
            self.new.push(task);
        }
        Ok(id)
    }

    /// The task remembers which one followed.
    fn follow(&mut self, write: &mut Write, due: Due, next: TaskId) {
        if telemetry::faults::enabled("no-occurrence-key") {
            return;
        }
        let before = due.task;
        let after = Task {
            recurrence: Some(Recurrence {
                next: Some(next),
                ..due.recurrence
            }),
            version: before.version + 1,
            updated_at: write.ctx.now,
            ..before.clone()
        };
        for payload in change::difference(&before, &after) {
            write.record(after.id.0, after.version, payload);
        }
        self.followed.push(after);
    }

    async fn save(self, write: &mut Write) -> Result<(), ApiError> {
        let (user, home) = (write.ctx.user, write.home.clone());
        store::insert_many(write.tx(), user, &self.new).await?;
        store::set_recurrences(write.tx(), user, &self.followed).await?;
        let all = [self.new, self.followed].concat();
        agenda::remake(write.tx(), user, &all, &home).await?;
        Ok(())
    }
}
