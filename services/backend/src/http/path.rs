//! Ids in paths. A malformed id is an id that nothing has: 404.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use events::{ConversationId, NotificationId, ProjectId, ReminderId, TaskId, TokenId, WebhookId};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::error::ApiError;

/// The `{id}` of a task.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TaskPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: TaskId,
}

/// The `{id}` of a project.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ProjectPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: ProjectId,
}

/// The `{name}` of a tag.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TagPath {
    pub(crate) name: String,
}

/// The `{id}` of a dead letter.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct LetterPath {
    pub(crate) id: Uuid,
}

/// The `{id}` of an API token.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TokenPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: TokenId,
}

/// The `{id}` of a notification.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct NotificationPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: NotificationId,
}

/// The `{id}` of a reminder.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ReminderPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: ReminderId,
}

/// The `{id}` of a webhook.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct WebhookPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: WebhookId,
}

/// The `{id}` of a push subscription.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SubscriptionPath {
    pub(crate) id: Uuid,
}

/// The `{id}` of a conversation.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ConversationPath {
    #[param(value_type = uuid::Uuid)]
    pub(crate) id: ConversationId,
}

impl<S: Send + Sync> FromRequestParts<S> for TaskPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Task").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ProjectPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Project").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TokenPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Token").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TagPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let name = param(parts, state, "name").await;
        // Postgres has no U+0000, so no tag is called so.
        let name = name.filter(|name| !name.contains('\0'));
        name.map(|name| Self { name })
            .ok_or(ApiError::NotFound("Tag"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LetterPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Dead letter").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NotificationPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Notification").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ReminderPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Reminder").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ConversationPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Conversation").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for WebhookPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Webhook").await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SubscriptionPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        id(parts, state, "Push subscription")
            .await
            .map(|id| Self { id })
    }
}

/// The `{id}` of a `thing`.
async fn id<S: Send + Sync, T: FromStr>(
    parts: &mut Parts,
    state: &S,
    thing: &'static str,
) -> Result<T, ApiError> {
    let id = param(parts, state, "id").await;
    id.and_then(|id| id.parse().ok())
        .ok_or(ApiError::NotFound(thing))
}

async fn param<S: Send + Sync>(parts: &mut Parts, state: &S, wanted: &str) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    params
        .iter()
        .find_map(|(name, value)| (name == wanted).then(|| value.to_owned()))
}
