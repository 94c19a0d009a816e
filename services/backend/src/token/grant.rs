//! What an API token is limited to. Tools are checked where the request comes in, because only the
//! agent knows them ([`crate::http::access`]); the rest where events are written, so that no door
//! goes around it ([`crate::write`]).

use std::{collections::BTreeSet, num::NonZeroU32};

use events::{ProjectId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;

use crate::error::ApiError;

const MAX_TOOLS: usize = 64;
const MAX_TOOL_BYTES: usize = 64;
const MAX_PROJECTS: usize = 100;
const MAX_WRITES: u32 = 10_000;

/// The limits of an API token, such as that of an agent; what is absent is not limited. When the
/// token ends is said by its `expires_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    /// 1 to 64 names of the agent's tools. With them the token opens the agent alone (`/mcp`), and
    /// there no other tool: neither REST nor a socket, nor the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 64)]
    pub(crate) tools: Option<BTreeSet<String>>,
    /// 1 to 100 projects. Nothing else is written than their tasks, which stay in them; everything
    /// can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, min_items = 1, max_items = 100)]
    pub(crate) project_ids: Option<BTreeSet<ProjectId>>,
    /// 1 to 10,000 changes within any hour. Each task, project or other thing that a request
    /// changes counts as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    pub(crate) writes_per_hour: Option<NonZeroU32>,
}

impl Grant {
    /// Whether a tool may be used, or, without one, whether the token opens anything else.
    pub(crate) fn check_tool(&self, tool: Option<&str>) -> Result<(), ApiError> {
        let Some(tools) = &self.tools else {
            return Ok(());
        };
        match tool {
            Some(tool) if tools.contains(tool) => Ok(()),
            Some(tool) => Err(ApiError::OutsideGrant(format!(
                "This token may not use the tool `{tool}`"
            ))),
            None => Err(ApiError::OutsideGrant(
                "This token may only use the agent's tools, at /mcp".to_owned(),
            )),
        }
    }

    /// Which of its fields is wrong.
    pub(super) async fn check(&self, pool: &PgPool, user: UserId) -> Result<(), ApiError> {
        if let Some(tools) = &self.tools {
            let is_name = |tool: &String| {
                let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
                (1..=MAX_TOOL_BYTES).contains(&tool.len()) && tool.bytes().all(is_plain)
            };
            if !(1..=MAX_TOOLS).contains(&tools.len()) || !tools.iter().all(is_name) {
                return Err(ApiError::invalid(
                    "grant.tools",
                    "`grant.tools` must be 1 to 64 names such as add_task; leave it out to grant all",
                ));
            }
        }
        if let Some(projects) = &self.project_ids {
            let ids: Vec<_> = projects.iter().map(|project| project.0).collect();
            let known = sqlx::query_scalar!(
                r#"select count(*) as "count!" from taskflow.projects
                   where user_id = $1 and id = any($2) and deleted_at is null"#,
                user.0,
                &ids,
            )
            .fetch_one(pool)
            .await?;
            if !(1..=MAX_PROJECTS).contains(&ids.len())
                || usize::try_from(known).unwrap_or_default() != ids.len()
            {
                return Err(ApiError::invalid(
                    "grant.project_ids",
                    "`grant.project_ids` must be 1 to 100 of your projects; leave it out to grant all",
                ));
            }
        }
        if self
            .writes_per_hour
            .is_some_and(|writes| writes.get() > MAX_WRITES)
        {
            return Err(ApiError::invalid(
                "grant.writes_per_hour",
                "`grant.writes_per_hour` must lie between 1 and 10000",
            ));
        }
        Ok(())
    }
}
