//! `POST /api/{user_id}/chat`, answered in one piece or as it happens.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event as Sent, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt};
use proto::v1;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::turn::{self, Event, Message, Told, Wish};
use crate::{
    backend::Problem,
    door::Guest,
    gateway::Gateway,
    problem::{self, problem},
};

/// Proxies end connections that are silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    #[serde(default)]
    conversation_id: Option<Uuid>,
    message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    yes: bool,
}

/// One message, and what comes of it.
pub async fn chat(
    State(gateway): State<Arc<Gateway>>,
    Path(owner): Path<String>,
    guest: Guest,
    headers: HeaderMap,
    body: Result<Json<Request>, JsonRejection>,
) -> Response {
    if let Some(refused) = not_the_owner(&owner, &guest) {
        return refused;
    }
    let Json(request) = match body {
        Ok(body) => body,
        Err(rejection) => return malformed(&rejection),
    };
    let key = match key(&headers) {
        Ok(key) => key,
        Err(refused) => return problem::respond(&refused),
    };
    let message = Message {
        conversation: request.conversation_id,
        key,
        text: request.message,
    };
    let mode = gateway.model.mode();
    let mut events = turn::start(&gateway, guest, Wish::Say(message));
    if !wants_stream(&headers) {
        return in_one_piece(events).await;
    }
    // Until the turn has begun, a refusal can be a status.
    match events.next().await {
        Some(Event::Failed(refused)) => problem::respond(&refused),
        Some(first) => as_it_happens(first, events, mode).into_response(),
        None => stopped(),
    }
}

/// The person's own yes or no to a call that waits for it.
pub async fn decide(
    State(gateway): State<Arc<Gateway>>,
    Path((owner, id)): Path<(String, Uuid)>,
    guest: Guest,
    body: Result<Json<Decision>, JsonRejection>,
) -> Response {
    if let Some(refused) = not_the_owner(&owner, &guest) {
        return refused;
    }
    let Json(decision) = match body {
        Ok(body) => body,
        Err(rejection) => return malformed(&rejection),
    };
    let wish = Wish::Decide {
        id,
        yes: decision.yes,
    };
    let mut events = turn::start(&gateway, guest, wish);
    let mut answer = Value::Null;
    while let Some(event) = events.next().await {
        match event {
            Event::Decided(decided) => answer = json!(decided),
            Event::Answered(answered) => answer["answer"] = json!(answered),
            Event::Failed(refused) => return problem::respond(&refused),
            _ => {}
        }
    }
    if answer.is_null() {
        return stopped();
    }
    Json(answer).into_response()
}

/// The key of a request that may be sent again; without one it is a request of its own.
pub(crate) fn key(headers: &HeaderMap) -> Result<String, Box<Problem>> {
    let mut values = headers.get_all("idempotency-key").iter();
    let (Some(value), more) = (values.next(), values.next()) else {
        return Ok(Uuid::now_v7().to_string());
    };
    let text = value.to_str().unwrap_or_default();
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_ours = text.starts_with(turn::CONFIRMS);
    if more.is_some() || !visible || is_ours || !(1..=200).contains(&text.len()) {
        return Err(Box::new(Problem {
            status: StatusCode::UNPROCESSABLE_ENTITY.as_u16(),
            code: "invalid".to_owned(),
            detail: "Idempotency-Key must be 1 to 200 visible ASCII characters, sent once"
                .to_owned(),
            field: Some("Idempotency-Key".to_owned()),
            ..Problem::default()
        }));
    }
    Ok(text.to_owned())
}

pub(crate) fn malformed(rejection: &JsonRejection) -> Response {
    let (status, code) = match rejection.status() {
        StatusCode::UNPROCESSABLE_ENTITY => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
        }
        StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        _ => (StatusCode::BAD_REQUEST, "malformed"),
    };
    problem(status, code, &rejection.body_text())
}

/// Whom the path names, it must be.
fn not_the_owner(owner: &str, guest: &Guest) -> Option<Response> {
    let is_owner = owner.parse() == Ok(guest.identity.user);
    (!is_owner).then(|| {
        problem(
            StatusCode::FORBIDDEN,
            "forbidden",
            "You may not act for this user",
        )
    })
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

async fn in_one_piece(mut events: Told) -> Response {
    while let Some(event) = events.next().await {
        match event {
            Event::Answered(answer) => return Json(answer).into_response(),
            Event::Failed(refused) => return problem::respond(&refused),
            _ => {}
        }
    }
    stopped()
}

fn stopped() -> Response {
    problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "This was interrupted; try again with the same Idempotency-Key",
    )
}

fn as_it_happens(
    first: Event,
    rest: Told,
    mode: &'static str,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let events = futures::stream::iter([first]).chain(rest);
    let sent = events.filter_map(move |event| async move {
        let (name, data) = described(event, mode)?;
        Some(Ok(Sent::default().event(name).data(data.to_string())))
    });
    Sse::new(sent).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// An event's name and data; those that only `ChatKit` shows have none.
fn described(event: Event, mode: &'static str) -> Option<(&'static str, Value)> {
    Some(match event {
        Event::Started {
            conversation,
            run_id,
            ..
        } => (
            "start",
            json!({"conversation_id": conversation.id, "run_id": run_id, "mode": mode}),
        ),
        Event::Calling(call) => (
            "tool",
            json!({"id": call.id, "tool_name": call.tool, "input": read(&call.input)}),
        ),
        Event::Called(v1::ToolCall {
            id,
            tool,
            result,
            is_error,
            ..
        }) => (
            "tool_result",
            json!({"id": id, "tool_name": tool, "result": read(&result), "is_error": is_error}),
        ),
        Event::Confirmation(asked) => ("confirmation", json!(asked)),
        Event::Delta(text) => ("delta", json!({"text": text})),
        Event::Answered(answer) => ("done", json!(answer)),
        Event::Failed(refused) => ("error", problem::body(&refused)),
        Event::Step(_) | Event::Stepped(_) | Event::Decided(_) => return None,
    })
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| json.into())
}
