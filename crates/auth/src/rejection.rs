//! What a caller is told who may not pass: always the same.

use axum::{
    http::{
        StatusCode,
        header::{CONTENT_TYPE, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use events::UserId;

use crate::{Actor, Rejected};

/// An answer that does not say what was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("Missing or invalid token")]
    Unauthorized,
    #[error("This path belongs to another user")]
    Forbidden,
}

/// 403 unless the path is the actor's own. What is not a UUID is nobody's.
pub fn require_owner(path_user_id: &str, actor: &Actor) -> Result<(), Rejection> {
    match path_user_id.parse::<UserId>() {
        Ok(owner) if owner == actor.user_id => Ok(()),
        _ => Err(Rejection::Forbidden),
    }
}

impl From<Rejected> for Rejection {
    fn from(_: Rejected) -> Self {
        Self::Unauthorized
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        const PROBLEM: (axum::http::HeaderName, &str) = (CONTENT_TYPE, "application/problem+json");
        match self {
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                [PROBLEM, (WWW_AUTHENTICATE, "Bearer")],
                r#"{"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthorized","detail":"Missing or invalid token"}"#,
            )
                .into_response(),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                [PROBLEM],
                r#"{"type":"about:blank","title":"Forbidden","status":403,"code":"forbidden","detail":"This path belongs to another user"}"#,
            )
                .into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn only_the_owners_path_is_open() {
        let user_id = UserId::generate();
        let actor = Actor {
            user_id,
            expires_at: Timestamp::MAX,
            token: None,
        };
        assert_eq!(require_owner(&user_id.to_string(), &actor), Ok(()));
        for other in [&UserId::generate().to_string(), "", "me", "1", "../x", "%"] {
            assert_eq!(require_owner(other, &actor), Err(Rejection::Forbidden));
        }
    }

    #[tokio::test]
    async fn the_answers_are_problems_with_a_constant_body() {
        for (rejection, status) in [(Rejection::Unauthorized, 401), (Rejection::Forbidden, 403)] {
            let response = rejection.into_response();
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
            let challenge = response.headers().get(WWW_AUTHENTICATE).cloned();
            assert_eq!(
                challenge.is_some_and(|value| value == "Bearer"),
                status == 401
            );
            let body = axum::body::to_bytes(response.into_body(), 1024)
                .await
                .unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["type"], "about:blank");
            assert_eq!(body["status"], status);
            assert_eq!(body["detail"], rejection.to_string());
        }
    }
}
