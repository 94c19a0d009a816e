//! How a task changes: the new state is compared with the old, every kind of
//! difference becomes an event of its own, and the version grows by one for each.

use events::{Change, Payload, ProjectId, Recurrence, TaskChanged, TaskChanges, TaskId};

use super::{
    input::{self, NewTask, TaskPatch},
    model::Task,
    store,
};
use crate::{
    agenda,
    error::ApiError,
    http::{patch::Patch, precondition::IfMatch},
    project, reminder, tag,
    write::Write,
};

/// Rows of one statement, so that it stays well below the time that one may take.
const ROWS: usize = 5_000;

/// Of a task that comes again.
const MAX_PARTS: usize = 499;

/// What a kind of difference is told as.
type Kind = fn(TaskChanged) -> Payload;

/// A new task at the end of the list.
pub(crate) async fn create(write: &mut Write, new: NewTask) -> Result<Task, ApiError> {
    let id = TaskId::generate();
    // Grows with every event of the user, so it is after all that is there, without a query.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 events")]
    let end = (write.seq + 1) as f64 + f64::from(u32::try_from(write.recorded()).unwrap_or(0));
    let due = input::due(
        new.due.map_or(Patch::Absent, Patch::Value),
        new.due_date.map_or(Patch::Absent, Patch::Value),
        None,
        &write.home.zone,
    )?;
    let recurrence = match new.recurrence {
        Some(recurrence) => recurrence
            .series(due.as_ref(), &write.home.zone)
            .map_err(|error| error.within("recurrence"))?,
        None => None,
    };
    let task = Task {
        id,
        title: input::title(&new.title)?,
        description: input::description(new.description.unwrap_or_default())?,
        completed: new.completed.unwrap_or(false),
        priority: new.priority.unwrap_or_default(),
        tags: input::tags(new.tags.unwrap_or_default())?,
        project_id: new.project_id,
        parent_id: new.parent_id,
        position: new.position.map_or(Ok(end), input::position)?,
        due_at: input::due_at(due.as_ref(), &write.home.zone)?,
        due,
        recurrence,
        reminders: reminder::input::reminders(new.reminders.unwrap_or_default(), &[], write.clock)?,
        created_at: write.ctx.now,
        updated_at: write.ctx.now,
        completed_at: new.completed.unwrap_or(false).then_some(write.ctx.now),
        deleted_at: None,
        version: 1,
    };
    check_links(write, &task, None).await?;
    let user = write.ctx.user;
    let new_tags = store::insert(write.tx(), user, &task).await?;
    let home = write.home.clone();
    agenda::put(write.tx(), user, None, &task, &home).await?;
    tag::change::created(write, new_tags).await?;
    write.record(id.0, task.version, Payload::TaskCreated(task.state()));
    Ok(task)
}

/// The task that is to be changed. Deleted ones are gone for everything but restore.
pub(crate) async fn find_live(
    write: &mut Write,
    id: TaskId,
    if_match: IfMatch,
) -> Result<Task, ApiError> {
    let task = find_any(write, id, if_match).await?;
    if task.deleted_at.is_some() {
        return Err(ApiError::NotFound("Task"));
    }
    Ok(task)
}

pub(crate) async fn find_any(
    write: &mut Write,
    id: TaskId,
    if_match: IfMatch,
) -> Result<Task, ApiError> {
    let user = write.ctx.user;
    let task = store::find(write.tx(), user, id)
        .await?
        .ok_or(ApiError::NotFound("Task"))?;
    if_match.check_either("task", task.version, &task.etag())?;
    Ok(task)
}

/// Applies a patch and gives the task as it is then.
pub(crate) async fn patch(
    write: &mut Write,
    before: Task,
    patch: TaskPatch,
) -> Result<Task, ApiError> {
    let mut after = before.clone();
    after.title = input::title(&patch.title.over_required("title", after.title)?)?;
    let description = patch.description.over(Some(after.description));
    after.description = input::description(description.unwrap_or_default())?;
    after.completed = patch
        .completed
        .over_required("completed", after.completed)?;
    after.priority = patch
        .priority
        .over(Some(after.priority))
        .unwrap_or_default();
    after.tags = match patch.tags {
        Patch::Absent => after.tags,
        Patch::Null => Vec::new(),
        Patch::Value(tags) => input::tags(tags)?,
    };
    after.project_id = patch.project_id.over(after.project_id);
    after.parent_id = patch.parent_id.over(after.parent_id);
    after.position = input::position(patch.position.over_required("position", after.position)?)?;
    let due = patch.due.try_map(|due| due.over(after.due.clone()))?;
    after.due = input::due(due, patch.due_date, after.due, &write.home.zone)?;
    after.reminders = match patch.reminders {
        Patch::Absent => after.reminders,
        Patch::Null => Vec::new(),
        Patch::Value(new) => reminder::input::reminders(new, &after.reminders, write.clock)?,
    };
    save(write, before, after).await
}

/// Writes the difference between two states of a task, if there is one.
pub(crate) async fn save(
    write: &mut Write,
    before: Task,
    mut after: Task,
) -> Result<Task, ApiError> {
    if after.due != before.due {
        after.due_at = input::due_at(after.due.as_ref(), &write.home.zone)?;
        // It was about the old due that somebody wanted to be told again.
        if after.reminders == before.reminders {
            for reminder in &mut after.reminders {
                reminder.snoozed_until = None;
            }
        }
    }
    if after.completed != after.completed_at.is_some() {
        after.completed_at = after.completed.then_some(write.ctx.now);
    }
    if (after.project_id, after.parent_id) != (before.project_id, before.parent_id)
        || comes_back(&before, &after)
    {
        check_links(write, &after, Some(&before)).await?;
    }
    if after.recurrence != before.recurrence {
        check_recurrence(write, &after, &before).await?;
    }
    let events = difference(&before, &after);
    if events.is_empty() {
        return Ok(before);
    }
    after.updated_at = write.ctx.now;
    let first = after.version + 1;
    after.version += i64::try_from(events.len()).unwrap_or(i64::MAX);
    let user = write.ctx.user;
    let new_tags = store::update(write.tx(), user, &after).await?;
    let home = write.home.clone();
    agenda::put(write.tx(), user, Some(&before), &after, &home).await?;
    tag::change::created(write, new_tags).await?;
    for (version, payload) in (first..).zip(events) {
        write.record(after.id.0, version, payload);
    }
    Ok(after)
}

/// Writes new tags, all known already, of however many tasks in few statements.
pub(crate) async fn save_tags(
    write: &mut Write,
    retagged: Vec<(Task, Vec<String>)>,
) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let tasks = retagged.into_iter().map(|(before, tags)| {
        let after = Task {
            tags,
            ..before.clone()
        };
        (before, after)
    });
    for tasks in record_each(write, tasks).chunks(ROWS) {
        store::set_tags(write.tx(), user, tasks).await?;
    }
    Ok(())
}

/// Takes however many tasks out of their project in few statements.
pub(crate) async fn leave_project(write: &mut Write, tasks: Vec<Task>) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let tasks = tasks.into_iter().map(|before| {
        let after = Task {
            project_id: None,
            ..before.clone()
        };
        (before, after)
    });
    for tasks in record_each(write, tasks).chunks(ROWS) {
        store::leave_project(write.tx(), user, tasks).await?;
    }
    Ok(())
}

/// Says of each task what has become another in it, of one kind; gives those of which something
/// has, as they are to be written.
fn record_each(write: &mut Write, tasks: impl Iterator<Item = (Task, Task)>) -> Vec<Task> {
    let mut changed = Vec::new();
    for (before, after) in tasks {
        if let Some(payload) = difference(&before, &after).pop() {
            let after = Task {
                updated_at: write.ctx.now,
                version: before.version + 1,
                ..after
            };
            write.record(after.id.0, after.version, payload);
            changed.push(after);
        }
    }
    changed
}

/// One event for each kind of change, so that whoever waits for one kind sees it.
pub(crate) fn difference(before: &Task, after: &Task) -> Vec<Payload> {
    let fields = TaskChanges {
        title: Change::between(before.title.clone(), after.title.clone()),
        description: Change::between(before.description.clone(), after.description.clone()),
        priority: Change::between(before.priority, after.priority),
        tags: Change::between(before.tags.clone(), after.tags.clone()),
        project_id: Change::between(before.project_id, after.project_id),
        parent_id: Change::between(before.parent_id, after.parent_id),
        position: Change::between(before.position, after.position),
        ..TaskChanges::default()
    };
    let due = TaskChanges {
        due: Change::between(before.due.clone(), after.due.clone()),
        due_at: Change::between(before.due_at, after.due_at),
        ..TaskChanges::default()
    };
    let completion = TaskChanges {
        completed_at: Change::between(before.completed_at, after.completed_at),
        ..TaskChanges::default()
    };
    let deletion = TaskChanges {
        deleted_at: Change::between(before.deleted_at, after.deleted_at),
        ..TaskChanges::default()
    };
    let recurrence = TaskChanges {
        recurrence: Change::between(before.recurrence.clone(), after.recurrence.clone()),
        ..TaskChanges::default()
    };
    let reminders = TaskChanges {
        reminders: Change::between(before.reminders.clone(), after.reminders.clone()),
        ..TaskChanges::default()
    };
    let completed: Kind = if after.completed {
        Payload::TaskCompleted
    } else {
        Payload::TaskReopened
    };
    let deleted: Kind = if after.deleted_at.is_some() {
        Payload::TaskDeleted
    } else {
        Payload::TaskRestored
    };
    let kinds: [(TaskChanges, Kind); 6] = [
        (fields, Payload::TaskUpdated),
        (due, Payload::TaskDueChanged),
        (recurrence, Payload::TaskRecurrenceChanged),
        (reminders, Payload::TaskRemindersChanged),
        (completion, completed),
        (deletion, deleted),
    ];
    kinds
        .into_iter()
        .filter(|(changes, _)| *changes != TaskChanges::default())
        .map(|(changes, payload)| payload(TaskChanged { changes }))
        .collect()
}

/// What was deleted knows nothing of what became of its project and its parent meanwhile.
const fn comes_back(before: &Task, after: &Task) -> bool {
    before.deleted_at.is_some() && after.deleted_at.is_none()
}

/// The project and the parent must be the user's own and alive, and a part has no parts but deleted
/// ones, which cannot come back to it. A task that is deleted may be a part of one that is.
async fn check_links(
    write: &mut Write,
    task: &Task,
    before: Option<&Task>,
) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let is_live = task.deleted_at.is_none();
    let checked = before.filter(|before| !comes_back(before, task));
    if let Some(project) = task.project_id
        && is_live
        && checked.is_none_or(|checked| checked.project_id != task.project_id)
        && !project::store::is_live(write.tx(), user, project).await?
    {
        return Err(ApiError::invalid("project_id", "There is no such project"));
    }
    let Some(parent_id) = task.parent_id else {
        return Ok(());
    };
    if checked.is_some_and(|checked| checked.parent_id == task.parent_id) {
        return Ok(());
    }
    if parent_id == task.id {
        return Err(ApiError::invalid(
            "parent_id",
            "A task cannot be its own parent",
        ));
    }
    if task.recurrence.is_some() {
        return Err(ApiError::invalid(
            "parent_id",
            "A task that comes again by itself cannot be a subtask",
        ));
    }
    let parent = store::find(write.tx(), user, parent_id)
        .await?
        .filter(|parent| parent.deleted_at.is_none() || !is_live)
        .ok_or_else(|| ApiError::invalid("parent_id", "There is no such task"))?;
    if parent.parent_id.is_some() {
        return Err(ApiError::invalid(
            "parent_id",
            "That task is a subtask itself; subtasks go one level deep",
        ));
    }
    if parent.recurrence.is_some() && is_live {
        check_size(write, parent_id, 1).await?;
    }
    if before.is_some() && has_live_parts(write, task.id).await? {
        return Err(ApiError::invalid(
            "parent_id",
            "This task has subtasks; subtasks go one level deep",
        ));
    }
    Ok(())
}

/// Whether a task is a whole.
async fn has_live_parts(write: &mut Write, id: TaskId) -> Result<bool, ApiError> {
    let user = write.ctx.user;
    let parts = store::parts(write.tx(), user, id).await?;
    Ok(parts.iter().any(|part| part.deleted_at.is_none()))
}

/// A part comes again with its whole, and an occurrence is one task.
async fn check_recurrence(write: &mut Write, after: &Task, before: &Task) -> Result<(), ApiError> {
    let Some(recurrence) = &after.recurrence else {
        return Ok(());
    };
    if after.parent_id.is_some() {
        return Err(ApiError::invalid(
            "recurrence",
            "A subtask comes again with the task that it is a part of",
        ));
    }
    if before.recurrence.is_none() {
        check_size(write, after.id, 0).await?;
    }
    let key = |recurrence: &Recurrence| (recurrence.series_id, recurrence.occurrence);
    let new = key(recurrence);
    if before.recurrence.as_ref().map(key) == Some(new) {
        return Ok(());
    }
    let user = write.ctx.user;
    let taken = store::by_occurrence(write.tx(), user, &[new]).await?;
    if taken.iter().any(|task| task.id != after.id) {
        return Err(ApiError::invalid(
            "recurrence",
            "Another task has become that occurrence since",
        ));
    }
    Ok(())
}

/// All parts come again with their whole, at once.
async fn check_size(write: &mut Write, whole: TaskId, more: usize) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let counts = store::count_live_parts(write.tx(), user, &[whole.0]).await?;
    if counts.get(&whole).copied().unwrap_or_default() + more <= MAX_PARTS {
        return Ok(());
    }
    let detail = format!("A task that comes again must not have more than {MAX_PARTS} subtasks");
    Err(ApiError::invalid(
        if more > 0 { "parent_id" } else { "recurrence" },
        detail,
    ))
}

/// Deletes a task and its parts. They can be restored.
pub(crate) async fn delete(write: &mut Write, task: Task) -> Result<Task, ApiError> {
    let user = write.ctx.user;
    let now = write.ctx.now;
    let parts = store::parts(write.tx(), user, task.id).await?;
    for part in parts.into_iter().filter(|part| part.deleted_at.is_none()) {
        let gone = Task {
            deleted_at: Some(now),
            ..part.clone()
        };
        save(write, part, gone).await?;
    }
    let gone = Task {
        deleted_at: Some(now),
        ..task.clone()
    };
    save(write, task, gone).await
}

/// Brings back a task and the parts that were deleted together with it.
pub(crate) async fn restore(write: &mut Write, task: Task) -> Result<Task, ApiError> {
    if task.deleted_at.is_none() {
        return Ok(task);
    }
    let back = undeleted(write, &task).await?;
    bring_back(write, task, back).await
}

/// The task as it was before it was deleted. A project that is gone since is left out.
async fn undeleted(write: &mut Write, task: &Task) -> Result<Task, ApiError> {
    Ok(Task {
        deleted_at: None,
        project_id: live_project(write, task.project_id).await?,
        ..task.clone()
    })
}

/// Gives a task a state in which it is not deleted, and brings back the parts that were deleted
/// together with it. Everything is checked before anything is written.
async fn bring_back(write: &mut Write, now: Task, back: Task) -> Result<Task, ApiError> {
    let Some(deleted_at) = now.deleted_at else {
        return save(write, now, back).await;
    };
    let user = write.ctx.user;
    let mut parts = Vec::new();
    if let Some(parent_id) = back.parent_id {
        let parent = store::find(write.tx(), user, parent_id).await?;
        if parent.is_none_or(|parent| parent.deleted_at.is_some()) {
            return Err(ApiError::Conflict(
                "The task that this one is a part of is deleted; restore that one first".to_owned(),
            ));
        }
    } else {
        // What is a part itself has none.
        parts = store::parts(write.tx(), user, now.id).await?;
        parts.retain(|part| part.deleted_at == Some(deleted_at));
    }
    if back.recurrence.is_some() && !parts.is_empty() {
        check_size(write, now.id, parts.len()).await?;
    }
    let back = save(write, now, back).await?;
    for part in parts {
        let back = undeleted(write, &part).await?;
        save(write, part, back).await?;
    }
    Ok(back)
}

/// Gives a task the fields of an earlier state, in which it was not deleted; what was deleted comes
/// back with its parts. A project that is gone since is left out.
pub(crate) async fn return_to(write: &mut Write, now: Task, then: Task) -> Result<Task, ApiError> {
    let back = Task {
        // What counts writes goes on.
        version: now.version,
        updated_at: now.updated_at,
        project_id: live_project(write, then.project_id).await?,
        // The user may live in another zone now.
        due_at: input::due_at(then.due.as_ref(), &write.home.zone)?,
        ..then
    };
    bring_back(write, now, back).await
}

async fn live_project(
    write: &mut Write,
    project: Option<ProjectId>,
) -> Result<Option<ProjectId>, ApiError> {
    let user = write.ctx.user;
    Ok(match project {
        Some(id) if project::store::is_live(write.tx(), user, id).await? => Some(id),
        _ => None,
    })
}
