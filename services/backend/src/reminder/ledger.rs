//! Rows of `taskflow.deliveries`, and when the agenda looks at a reminder again.

use events::{Channel, NotificationId, ReminderId, TaskId, UserId};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::progress::{Delivery, State, Step};
use crate::{agenda, home::Home, task::model::Task};

/// Of one reminder, that are told of.
const FIRINGS: i64 = 50;

/// A reminder that came due, once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Firing {
    pub(crate) reminder: ReminderId,
    pub(crate) task: TaskId,
    pub(crate) due_at: jiff::Timestamp,
}

struct Row {
    task_id: Uuid,
    due_at: Timestamp,
    id: Uuid,
    channel: String,
    destination: Option<Uuid>,
    state: State,
    attempts: i32,
    may_be_twice: bool,
    claim_id: Option<Uuid>,
    wake_at: Option<Timestamp>,
    steps: Json<Vec<Step>>,
}

impl TryFrom<Row> for Delivery {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let channel = Channel::from_name(&row.channel)
            .ok_or_else(|| sqlx::Error::Decode("there is no such channel".into()))?;
        Ok(Self {
            id: row.id,
            channel,
            destination: row.destination,
            state: row.state,
            attempts: row.attempts,
            may_be_twice: row.may_be_twice,
            claim_id: row.claim_id,
            wake_at: row.wake_at.map(Timestamp::to_jiff),
            steps: row.steps.0,
        })
    }
}

/// All deliveries of a firing, held until the transaction ends.
pub(super) async fn of_firing(
    db: &mut PgConnection,
    user: UserId,
    firing: &Firing,
) -> sqlx::Result<Vec<Delivery>> {
    sqlx::query_as!(
        Row,
        r#"select task_id, due_at, id, channel, destination, state as "state: State", attempts,
                  may_be_twice, claim_id, wake_at, steps as "steps: Json<Vec<Step>>"
           from taskflow.deliveries
           where user_id = $1 and reminder_id = $2 and due_at = $3 order by id for update"#,
        user.0,
        firing.reminder.0,
        firing.due_at.to_sqlx(),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Delivery::try_from)
    .collect()
}

/// The firing that a delivery belongs to.
pub(super) async fn firing_of(
    db: &mut PgConnection,
    user: UserId,
    delivery: Uuid,
) -> sqlx::Result<Option<Firing>> {
    let row = sqlx::query!(
        r#"select reminder_id, task_id, due_at as "due_at: Timestamp"
           from taskflow.deliveries where user_id = $1 and id = $2"#,
        user.0,
        delivery,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Firing {
        reminder: ReminderId(row.reminder_id),
        task: TaskId(row.task_id),
        due_at: row.due_at.to_jiff(),
    }))
}

/// The newest firings of a reminder, the last first, each with its deliveries.
pub(super) async fn of_reminder(
    db: &mut PgConnection,
    user: UserId,
    reminder: ReminderId,
) -> sqlx::Result<Vec<(Firing, Vec<Delivery>)>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select task_id, due_at, id, channel, destination, state as "state: State", attempts,
                  may_be_twice, claim_id, wake_at, steps as "steps: Json<Vec<Step>>"
           from taskflow.deliveries
           where user_id = $1 and reminder_id = $2
             and due_at in (
                 select distinct due_at from taskflow.deliveries
                 where user_id = $1 and reminder_id = $2 order by due_at desc limit $3
             )
           order by due_at desc, id"#,
        user.0,
        reminder.0,
        FIRINGS,
    )
    .fetch_all(db)
    .await?;
    let mut firings: Vec<(Firing, Vec<Delivery>)> = Vec::new();
    for row in rows {
        let firing = Firing {
            reminder,
            task: TaskId(row.task_id),
            due_at: row.due_at.to_jiff(),
        };
        let delivery = Delivery::try_from(row)?;
        match firings.last_mut() {
            Some((last, deliveries)) if last.due_at == firing.due_at => deliveries.push(delivery),
            _ => firings.push((firing, vec![delivery])),
        }
    }
    Ok(firings)
}

/// Writes a delivery as it is, whether or not it is there.
pub(super) async fn put(
    db: &mut PgConnection,
    user: UserId,
    firing: &Firing,
    delivery: &Delivery,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into taskflow.deliveries
            (user_id, id, reminder_id, task_id, due_at, channel, destination, state, attempts,
             may_be_twice, claim_id, wake_at, steps)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (user_id, id) do update set
            state = excluded.state, attempts = excluded.attempts,
            may_be_twice = excluded.may_be_twice, claim_id = excluded.claim_id,
            wake_at = excluded.wake_at, steps = excluded.steps",
        user.0,
        delivery.id,
        firing.reminder.0,
        firing.task.0,
        firing.due_at.to_sqlx(),
        delivery.channel.name(),
        delivery.destination,
        delivery.state as _,
        delivery.attempts,
        delivery.may_be_twice,
        delivery.claim_id,
        delivery.wake_at.map(ToSqlx::to_sqlx),
        Json(&delivery.steps) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether this firing is on the agenda still: not if the reminder was moved, snoozed or
/// cancelled.
pub(super) async fn is_on_agenda(
    db: &mut PgConnection,
    user: UserId,
    firing: &Firing,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from taskflow.agenda
               where user_id = $1 and kind = 'reminder' and subject_id = $2 and due_at = $3
           ) as "exists!""#,
        user.0,
        firing.reminder.0,
        firing.due_at.to_sqlx(),
    )
    .fetch_one(db)
    .await
}

/// The time of a reminder on the agenda, and whether it is still to be looked at.
pub(super) async fn on_agenda(
    db: &mut PgConnection,
    user: UserId,
    reminder: ReminderId,
) -> sqlx::Result<Option<(jiff::Timestamp, bool)>> {
    let row = sqlx::query!(
        r#"select due_at as "due_at: Timestamp", wake_at < 'infinity' as "waits!"
           from taskflow.agenda
           where user_id = $1 and kind = 'reminder' and subject_id = $2"#,
        user.0,
        reminder.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.due_at.to_jiff(), row.waits)))
}

/// Says when the reminder is to be looked at again: when one of its deliveries is.
pub(super) async fn wake(
    db: &mut PgConnection,
    user: UserId,
    firing: &Firing,
    deliveries: &[Delivery],
) -> sqlx::Result<()> {
    let wake_at = deliveries.iter().filter_map(|delivery| delivery.wake_at);
    sqlx::query!(
        "update taskflow.agenda set wake_at = coalesce($4::timestamptz, 'infinity')
         where user_id = $1 and kind = 'reminder' and subject_id = $2 and due_at = $3",
        user.0,
        firing.reminder.0,
        firing.due_at.to_sqlx(),
        wake_at.min().map(ToSqlx::to_sqlx) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Firings of reminders whose time moves with the person: what was sent at one that lies in the
/// past then, too, is not sent again.
pub(crate) async fn follow(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
    home: &Home,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    let entries = tasks.iter().flat_map(|task| agenda::of(task, home));
    let (reminders, dues): (Vec<Uuid>, Vec<Timestamp>) = entries
        .filter(|entry| entry.kind == agenda::Kind::Reminder && entry.due_at <= now)
        .map(|entry| (entry.subject, entry.due_at.to_sqlx()))
        .unzip();
    sqlx::query!(
        "update taskflow.deliveries l set due_at = d.due_at
         from unnest($2::uuid[], $3::timestamptz[]) as d (reminder_id, due_at)
         join taskflow.agenda a
             on a.user_id = $1 and a.kind = 'reminder' and a.subject_id = d.reminder_id
         where l.user_id = $1 and l.reminder_id = d.reminder_id
           and l.due_at = a.due_at and l.due_at <> d.due_at
           and not exists (
               select from taskflow.deliveries o
               where o.user_id = $1 and o.reminder_id = d.reminder_id and o.due_at = d.due_at
           )",
        user.0,
        &reminders,
        &dues[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A notification was read: what it tells of has reached the person.
pub(crate) async fn seen(
    db: &mut PgConnection,
    user: UserId,
    notification: NotificationId,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.deliveries set state = 'seen', steps = steps || $3::jsonb
         where user_id = $1 and id = $2 and state = 'accepted' and channel = 'in_app'",
        user.0,
        notification.0,
        Json([Step::new(now, State::Seen)]) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
