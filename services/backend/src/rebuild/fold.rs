//! The log, read in the order in which it is folded, and the rows that come out.

use std::time::{Duration, Instant};

use events::{Cause, Event};
use futures::TryStreamExt;
use jiff::tz::TimeZone;
use sqlx::{PgConnection, types::Json};
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

use super::{
    Difference, Report, What,
    row::{self, Buffers},
    shadow::Chunk,
    table::{self, Table},
};
use crate::{
    agenda::{self, Alerts},
    conversation::model::ToolCall,
    event::log::EventRow,
    home::Home,
    notification::model::Notification,
    project::model::Project,
    projection::{
        conversation, notification,
        profile::{self, Profile, Settled},
        project,
        tag::{self, Tags},
        task::Folded,
    },
};

const PROGRESS: Duration = Duration::from_secs(1);

/// Folds every event of the accounts that exist, in the memory of one aggregate and the tags
/// of one account.
///
/// Account after account: first its own events, because dues need its time zone; then those of
/// its tags, in order of `seq`, because one tag can become another; then project after project,
/// and task, notification, conversation and tool call in order of their ids.
pub(super) async fn run(
    db: &mut PgConnection,
    users: &[Uuid],
    chunks: Sender<Chunk>,
) -> anyhow::Result<Report> {
    let mut rows = sqlx::query_as!(
        EventRow,
        r#"select event_id, user_id, seq, event_type, aggregate_id, version, schema,
                  coalesce(data::text, 'null') as "data!", correlation_id, causation_id,
                  actor_kind, actor_id, token_id, change_set_id,
                  cause as "cause: Json<Cause>", created_at
           from taskflow.events e
           where ($1::uuid[] = '{}' or user_id = any($1))
             and exists (select from auth."user" u where u.id = e.user_id)
           order by user_id,
                    array_position(array['user', 'tag', 'project'], split_part(event_type, '.', 1)),
                    case when event_type not like 'tag.%' then aggregate_id end,
                    seq"#,
        users,
    )
    .fetch(db);
    let mut fold = Fold::new();
    let mut told = Instant::now();
    while let Some(row) = rows.try_next().await? {
        fold.take(row)?;
        for full in fold.rows.each().into_iter().filter(|rows| rows.is_full()) {
            if let Some(chunk) = full.take() {
                chunks.send(chunk).await?;
            }
        }
        if told.elapsed() >= PROGRESS {
            told = Instant::now();
            eprintln!("{} events folded", fold.report.events);
        }
    }
    fold.end_account()?;
    for rest in fold.rows.each() {
        if let Some(chunk) = rest.take() {
            chunks.send(chunk).await?;
        }
    }
    Ok(fold.report)
}

struct Fold {
    account: Option<Account>,
    rows: Buffers,
    report: Report,
}

/// What is known of the account whose events are being read.
struct Account {
    user: Uuid,
    profile: Option<Profile>,
    tags: Tags,
    aggregate: Option<Aggregate>,
}

/// The profile, project, task or other thing whose events are being read.
struct Aggregate {
    id: Uuid,
    state: State,
    /// An event did not follow; those behind it are passed over.
    is_broken: bool,
}

enum State {
    Profile(Option<Profile>),
    Tag,
    Project(Option<Project>),
    Task(Box<Folded>),
    Notification(Option<Notification>),
    Conversation(Box<conversation::Folded>),
    ToolCall(Option<ToolCall>),
}

impl Fold {
    const fn new() -> Self {
        Self {
            account: None,
            rows: Buffers::new(),
            report: Report::new(),
        }
    }

    fn take(&mut self, row: EventRow) -> anyhow::Result<()> {
        self.report.events += 1;
        let (user, id) = (row.user_id, row.aggregate_id);
        if self
            .account
            .as_ref()
            .is_none_or(|account| account.user != user)
        {
            self.end_account()?;
            self.report.accounts += 1;
        }
        let account = self.account.get_or_insert_with(|| Account::new(user));
        if account
            .aggregate
            .as_ref()
            .is_some_and(|aggregate| aggregate.id != id)
        {
            account.end_aggregate(&mut self.rows)?;
        }
        if account.aggregate.is_none() {
            account.aggregate = Aggregate::of(id, &row.event_type);
        }
        // Otherwise of a later version, about something that has no table here.
        if let Some(aggregate) = &mut account.aggregate
            && !aggregate.is_broken
            && let Err(why) = aggregate.apply(&mut account.tags, row)
        {
            aggregate.is_broken = true;
            self.report.add(Difference {
                table: aggregate.state.table().name,
                user,
                id,
                what: What::Broken(why),
            });
        }
        Ok(())
    }

    fn end_account(&mut self) -> anyhow::Result<()> {
        let Some(mut account) = self.account.take() else {
            return Ok(());
        };
        account.end_aggregate(&mut self.rows)?;
        if let Some(profile) = &account.profile {
            row::profile(&mut self.rows.profiles, account.user, profile);
        }
        for (name, tag) in &account.tags {
            row::tag(&mut self.rows.tags, account.user, name, tag);
        }
        Ok(())
    }
}

impl Account {
    fn new(user: Uuid) -> Self {
        Self {
            user,
            profile: None,
            tags: Tags::new(),
            aggregate: None,
        }
    }

    fn end_aggregate(&mut self, rows: &mut Buffers) -> anyhow::Result<()> {
        match self.aggregate.take().map(|aggregate| aggregate.state) {
            Some(State::Profile(profile)) => self.profile = profile,
            Some(State::Project(Some(project))) => {
                row::project(&mut rows.projects, self.user, &project);
            }
            Some(State::Task(folded)) => {
                let settled = self.settled();
                if let Some(task) = folded.finish(&settled) {
                    row::task(&mut rows.tasks, self.user, &task)?;
                    for entry in agenda::of(&task, &settled.home) {
                        row::entry(&mut rows.agenda, self.user, &task, &entry);
                    }
                }
            }
            Some(State::Notification(Some(notification))) => {
                row::notification(&mut rows.notifications, self.user, &notification);
            }
            Some(State::Conversation(folded)) => {
                if let Some(conversation) = &folded.conversation {
                    row::conversation(&mut rows.conversations, self.user, conversation);
                }
                for message in &folded.messages {
                    row::message(&mut rows.messages, self.user, message);
                }
            }
            Some(State::ToolCall(Some(call))) => {
                row::tool_call(&mut rows.tool_calls, self.user, &call);
            }
            Some(
                State::Project(None)
                | State::Notification(None)
                | State::ToolCall(None)
                | State::Tag,
            )
            | None => {}
        }
        Ok(())
    }

    fn settled(&self) -> Settled {
        self.profile.as_ref().map_or_else(
            || Settled {
                home: Home {
                    zone: TimeZone::UTC,
                    alerts: Alerts::default(),
                },
                since: 0,
            },
            Profile::settled,
        )
    }
}

impl Aggregate {
    fn of(id: Uuid, event_type: &str) -> Option<Self> {
        let state = match event_type.split('.').next()? {
            "user" => State::Profile(None),
            "tag" => State::Tag,
            "project" => State::Project(None),
            "task" => State::Task(Box::default()),
            "notification" => State::Notification(None),
            "conversation" => State::Conversation(Box::default()),
            "tool" => State::ToolCall(None),
            _ => return None,
        };
        Some(Self {
            id,
            state,
            is_broken: false,
        })
    }

    fn apply(&mut self, tags: &mut Tags, row: EventRow) -> Result<(), String> {
        let event = Event::try_from(row).map_err(|error| error.to_string())?;
        match &mut self.state {
            State::Profile(profile) => profile::apply(profile, &event),
            State::Tag => tag::apply(tags, &event),
            State::Project(project) => project::apply(project, &event),
            State::Task(folded) => folded.apply(&event),
            State::Notification(notification) => notification::apply(notification, &event),
            State::Conversation(folded) => folded.apply(&event),
            State::ToolCall(call) => conversation::called(call, &event),
        }
        .map_err(|broken| broken.to_string())
    }
}

impl State {
    const fn table(&self) -> &'static Table {
        match self {
            Self::Profile(_) => &table::PROFILES,
            Self::Tag => &table::TAGS,
            Self::Project(_) => &table::PROJECTS,
            Self::Task(_) => &table::TASKS,
            Self::Notification(_) => &table::NOTIFICATIONS,
            Self::Conversation(_) => &table::CONVERSATIONS,
            Self::ToolCall(_) => &table::TOOL_CALLS,
        }
    }
}
