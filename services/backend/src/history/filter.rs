//! Which events a page of the history holds.

use events::UserId;
use serde::Deserialize;
use sqlx::{PgConnection, QueryBuilder};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    error::ApiError,
    event::{list::check_types, log::EventRow, moment::Moment},
    http::query,
};

/// Who made a change.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActorKind {
    User,
    AgentRun,
    Rule,
    Import,
    Token,
    System,
}

impl ActorKind {
    const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AgentRun => "agent_run",
            Self::Rule => "rule",
            Self::Import => "import",
            Self::Token => "token",
            Self::System => "system",
        }
    }
}

/// An event of a page, and what goes for all of its account.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    #[sqlx(flatten)]
    pub(super) event: EventRow,
    /// Whether anything was ever taken back: mostly nothing was, and what was need not be asked.
    pub(super) any_undone: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    #[serde(default)]
    #[param(inline)]
    actor: Option<ActorKind>,
    /// What an agent did in this run.
    #[serde(default)]
    run: Option<String>,
    /// May be repeated: only these event types. Absent: all but notifications and
    /// conversations.
    #[serde(default)]
    r#type: Vec<String>,
    /// From an instant on, or from the event with this `seq`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    from: Option<Moment>,
    /// Up to an instant, or to the event with this `seq`, which still belongs to it.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<u32>,
}

impl HistoryParams {
    pub(super) fn limit(&self) -> Result<i64, ApiError> {
        query::limit(self.limit, 50, 200)
    }

    /// The newest events before the cursor, of everything or of one thing; one more than the
    /// limit tells whether anything follows.
    pub(super) async fn rows(
        &self,
        db: &mut PgConnection,
        user: UserId,
        aggregate: Option<Uuid>,
    ) -> Result<Vec<Row>, ApiError> {
        let limit = self.limit()?;
        check_types(&self.r#type)?;
        if self.run.as_ref().is_some_and(|run| run.contains('\0')) {
            return Err(ApiError::invalid("run", "`run` must not contain U+0000"));
        }
        let mut query = QueryBuilder::new(
            "select event_id, user_id, seq, event_type, aggregate_id, version, schema, \
             data::text as data, correlation_id, causation_id, actor_kind, actor_id, \
             token_id, change_set_id, cause, created_at, \
              exists(select from taskflow.events where user_id = $1 \
                     and cause ->> 'kind' in ('undo', 'undo_run')) as any_undone \
             from taskflow.events where user_id = ",
        );
        // `$1`, by which the statement above goes, too.
        query.push_bind(user.0);
        if let Some(aggregate) = aggregate {
            query.push(" and aggregate_id = ").push_bind(aggregate);
        }
        if let Some(actor) = self.actor {
            query.push(" and actor_kind = ").push_bind(actor.name());
        }
        if let Some(run) = &self.run {
            query
                .push(" and actor_kind = 'agent_run' and actor_id = ")
                .push_bind(run);
        }
        if self.r#type.is_empty() {
            // That somebody was told of something, or something was said or called, changes nothing
            // of what they have.
            query.push(
                " and event_type not like 'notification.%' and topic <> 'conversations.events'",
            );
        } else {
            query
                .push(" and event_type = any(")
                .push_bind(&self.r#type)
                .push(")");
        }
        if let Some(from) = self.from {
            let from = from.first_seq(db, user).await?;
            query.push(" and seq >= ").push_bind(from);
        }
        if let Some(to) = self.to {
            let to = to.last_seq(db, user).await?;
            query.push(" and seq <= ").push_bind(to);
        }
        if let Some(cursor) = self.cursor {
            query.push(" and seq < ").push_bind(i64::from(cursor));
        }
        // Of one thing it is the same order, and the one that its index has.
        query.push(match aggregate {
            Some(_) => " order by version desc limit ",
            None => " order by seq desc limit ",
        });
        query.push_bind(limit + 1);
        Ok(query.build_query_as().fetch_all(db).await?)
    }
}
