//! The tags that change-sets made, changed or forgot, on their way back.
//!
//! That tasks carry them goes back with the tasks. What is to be there again is there before
//! those, and what is to go goes after: a deleted task may come back first, and lose it by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use events::{Event, EventId, Payload, UserId, tag_aggregate};
use sqlx::PgConnection;

use super::{
    merge::json,
    report::{FieldChange, Kind, Report, Subject},
    sets::Deed,
};
use crate::{
    error::ApiError,
    projection::{
        at,
        tag::{Tags, apply},
    },
    tag::{
        change::{self, Look},
        store,
    },
    task,
    write::Write,
};

/// Tags whose tasks are looked for in one statement.
const NAMES: usize = 500;

/// What a deed did to a name.
pub(super) struct Step {
    name: String,
    /// `None`: there was no such tag.
    before: Option<Look>,
    after: Option<Look>,
    /// The last event of the deed.
    event: EventId,
}

/// What the deeds did to tags, the last first.
pub(super) async fn steps(write: &mut Write, mut deeds: Vec<Deed>) -> Result<Vec<Step>, ApiError> {
    deeds.sort_by_key(|deed| std::cmp::Reverse(deed.span().1));
    let Some(last) = deeds.first() else {
        return Ok(Vec::new());
    };
    let (user, until) = (write.ctx.user, last.span().1);
    let looks = Looks::read(write.tx(), user, until).await?;
    let mut steps = Vec::new();
    for deed in &deeds {
        let (start, end) = deed.span();
        let names: BTreeSet<&str> = deed.events.iter().flat_map(names).collect();
        for name in names {
            let (before, after) = (looks.at(name, start), looks.at(name, end));
            if before != after {
                steps.extend(deed.events.last().map(|last| Step {
                    name: name.to_owned(),
                    before,
                    after,
                    event: last.id,
                }));
            }
        }
    }
    Ok(steps)
}

/// Gives the tags that were there their looks again.
pub(super) async fn bring_back(
    write: &mut Write,
    steps: &[Step],
    report: &mut Report,
) -> Result<(), ApiError> {
    for step in steps {
        let Some(before) = &step.before else {
            continue;
        };
        write.causation = Some(step.event);
        let subject = subject(write.ctx.user, &step.name);
        match store::find(write, &step.name).await? {
            None => {
                report.undo(&subject, vec![field("name", None, Some(&step.name))]);
                change::create(write, &step.name, before.clone()).await?;
            }
            // Somebody may have made it anew since, by putting it on a task.
            Some(now) if step.after.as_ref().is_none_or(|after| *after == now) => {
                if *before != now {
                    let change = field("color", now.color.as_deref(), before.color.as_deref());
                    report.undo(&subject, vec![change]);
                }
                change::update(write, (&step.name, &now), (&step.name, before)).await?;
            }
            Some(_) => report.skip(&subject, vec!["color"], "color changed since", None),
        }
    }
    Ok(())
}

/// Forgets the tags that were not there.
pub(super) async fn take_away(
    write: &mut Write,
    steps: &[Step],
    report: &mut Report,
) -> Result<(), ApiError> {
    // What was done to a name first says whether there was such a tag.
    let mut first = BTreeMap::new();
    for step in steps {
        first.insert(step.name.as_str(), step);
    }
    let new = first.into_values().filter(|step| step.before.is_none());
    let new: Vec<&Step> = new.collect();
    for steps in new.chunks(NAMES) {
        forget(write, steps, report).await?;
    }
    Ok(())
}

/// Forgets tags, but for those that a task carries.
async fn forget(write: &mut Write, steps: &[&Step], report: &mut Report) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let names: Vec<String> = steps.iter().map(|step| step.name.clone()).collect();
    let carriers = task::store::of_tags(write.tx(), user, &names).await?;
    let live = carriers.iter().filter(|task| task.deleted_at.is_none());
    let carried: HashSet<String> = live.flat_map(|task| task.tags.clone()).collect();
    let mut going = HashMap::new();
    for step in steps {
        let Some(now) = store::find(write, &step.name).await? else {
            continue;
        };
        let subject = subject(user, &step.name);
        if step.after.as_ref() != Some(&now) {
            report.skip(&subject, vec!["color"], "color changed since", None);
        } else if carried.contains(&step.name) {
            report.skip(&subject, Vec::new(), "other tasks carry it now", None);
        } else {
            report.undo(&subject, vec![field("name", Some(&step.name), None)]);
            going.insert(step.name.as_str(), step.event);
        }
    }
    change::take_off(write, carriers, |tag| going.contains_key(tag)).await?;
    for step in steps {
        if let Some(event) = going.get(step.name.as_str()) {
            write.causation = Some(*event);
            change::forget(write, &step.name).await?;
        }
    }
    Ok(())
}

/// How each tag looked after each event about it, in order.
#[derive(Default)]
struct Looks(HashMap<String, Vec<(u64, Option<Look>)>>);

impl Looks {
    async fn read(db: &mut PgConnection, user: UserId, until: i64) -> Result<Self, ApiError> {
        let mut tags = Tags::new();
        let mut looks = Self::default();
        for event in at::tag_events(db, user, until).await? {
            apply(&mut tags, &event)?;
            for name in names(&event) {
                let look = tags.get(name).map(|tag| Look {
                    color: tag.color.clone(),
                });
                let of_name = looks.0.entry(name.to_owned()).or_default();
                of_name.push((event.seq, look));
            }
        }
        Ok(looks)
    }

    /// After the event with this `seq`; `None` if there was no such tag.
    fn at(&self, name: &str, seq: i64) -> Option<Look> {
        let mut newest_first = self.0.get(name)?.iter().rev();
        let (_, look) = newest_first.find(|(at, _)| *at <= seq.unsigned_abs())?;
        look.clone()
    }
}

/// The tags that an event is about.
fn names(event: &Event) -> Vec<&str> {
    match &event.payload {
        Payload::TagCreated(tag) => vec![tag.name.as_str()],
        Payload::TagDeleted(tag) => vec![tag.name.as_str()],
        Payload::TagUpdated(tag) => {
            let old = tag.changes.name.as_ref();
            let old = old.map(|name| name.before.as_str());
            old.into_iter().chain([tag.name.as_str()]).collect()
        }
        _ => Vec::new(),
    }
}

fn subject(user: UserId, name: &str) -> Subject {
    Subject {
        kind: Kind::Tag,
        id: tag_aggregate(user, name),
        name: name.to_owned(),
    }
}

fn field(name: &'static str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange {
        field: name,
        before: json(&before),
        after: json(&after),
    }
}
