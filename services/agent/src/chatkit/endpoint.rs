//! `POST /chatkit`

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event as Sent, KeepAlive, Sse},
    },
};
use futures::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    item::Place,
    request::{Action, Input, Order, Request},
    stream::{self, Frames},
    thread::Threads,
};
use crate::{
    backend::BackendError,
    chat::{
        endpoint::{key, malformed},
        turn::{self, Event, Message, Told, Wish},
    },
    door::Guest,
    gateway::Gateway,
    problem::{self, problem},
    tool::{Session, registry},
};

/// Proxies end connections that are silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One request of a `ChatKit` client.
pub(crate) async fn chatkit(
    State(gateway): State<Arc<Gateway>>,
    guest: Guest,
    headers: HeaderMap,
    body: Result<Json<Request>, JsonRejection>,
) -> Response {
    let Json(request) = match body {
        Ok(body) => body,
        Err(rejection) => return malformed(&rejection),
    };
    let key = match key(&headers) {
        Ok(key) => key,
        Err(refused) => return problem::respond(&refused),
    };
    match request {
        Request::Create { input } => say(&gateway, guest, None, key, &input).await,
        Request::Say { thread_id, input } => {
            say(&gateway, guest, Some(thread_id), key, &input).await
        }
        Request::Act { thread_id, action } => act(&gateway, guest, thread_id, action, key).await,
        Request::ActAtOnce { thread_id, action } => {
            act_at_once(&gateway, guest, thread_id, action, key).await
        }
        Request::Retry { thread_id, item_id } => {
            retry(&gateway, guest, thread_id, &item_id, key).await
        }
        other => match read(&gateway, &guest, other).await {
            Ok(Some(value)) => Json(value).into_response(),
            Ok(None) => invalid("This cannot be asked in that order"),
            Err(error) => problem::respond(&problem::of_backend(error)),
        },
    }
}

/// Requests that are answered at once.
async fn read(
    gateway: &Gateway,
    guest: &Guest,
    request: Request,
) -> Result<Option<Value>, BackendError> {
    let threads = Threads {
        backend: &gateway.backend,
        guest,
    };
    let value = match request {
        Request::Get { thread_id } => threads.get_thread(thread_id).await?,
        Request::List {
            order: Order::Desc,
            limit,
            after,
        } => threads.list(limit, after.as_deref()).await?,
        Request::Items {
            thread_id,
            limit,
            order,
            after,
        } => {
            threads
                .items(thread_id, order, after.as_deref(), limit)
                .await?
        }
        Request::Rename { thread_id, title } => threads.rename(thread_id, &title).await?,
        Request::Archive { thread_id } => {
            threads.archive(thread_id).await?;
            json!({})
        }
        // Nobody reads it yet; the thread must be the caller's all the same.
        Request::Feedback { thread_id } => {
            threads.get_thread(thread_id).await?;
            json!({})
        }
        Request::Create { .. }
        | Request::Say { .. }
        | Request::Retry { .. }
        | Request::Act { .. }
        | Request::ActAtOnce { .. }
        | Request::List {
            order: Order::Asc, ..
        } => return Ok(None),
    };
    Ok(Some(value))
}

async fn say(
    gateway: &Arc<Gateway>,
    guest: Guest,
    thread: Option<Uuid>,
    key: String,
    input: &Input,
) -> Response {
    let Some(text) = input.text() else {
        return invalid("Attachments are not taken");
    };
    let message = Message {
        conversation: thread,
        key,
        text,
    };
    let events = turn::start(gateway, guest, Wish::Say(message));
    frames(Frames::default(), events).await
}

async fn retry(
    gateway: &Arc<Gateway>,
    guest: Guest,
    thread: Uuid,
    item: &str,
    key: String,
) -> Response {
    let threads = Threads {
        backend: &gateway.backend,
        guest: &guest,
    };
    match threads.message(thread, item).await {
        Ok(Some((run, text))) => {
            let again = Message {
                conversation: Some(thread),
                key,
                text,
            };
            let events = turn::start(gateway, guest, Wish::Retry { run, again });
            frames(Frames::default(), events).await
        }
        Ok(None) => invalid("There is no message to answer again"),
        Err(error) => problem::respond(&problem::of_backend(error)),
    }
}

async fn act(
    gateway: &Arc<Gateway>,
    guest: Guest,
    thread: Uuid,
    action: Action,
    key: String,
) -> Response {
    let (id, yes) = match action {
        Action::Confirm { confirmation_id } => (confirmation_id, true),
        Action::Decline { confirmation_id } => (confirmation_id, false),
        Action::Undo { run_id } => {
            if let Some(refused) = not_in_person(&guest) {
                return refused;
            }
            let item = undo(gateway, &guest, thread, run_id, key).await;
            let frame =
                futures::stream::iter([Ok::<_, Infallible>(sent(&stream::replaced(&item)))]);
            return Sse::new(frame).into_response();
        }
    };
    let events = turn::start(gateway, guest, Wish::Decide { id, yes });
    frames(Frames::in_thread(thread), events).await
}

/// The same without a stream: the card as it is afterwards.
async fn act_at_once(
    gateway: &Arc<Gateway>,
    guest: Guest,
    thread: Uuid,
    action: Action,
    key: String,
) -> Response {
    let (id, yes) = match action {
        Action::Confirm { confirmation_id } => (confirmation_id, true),
        Action::Decline { confirmation_id } => (confirmation_id, false),
        Action::Undo { run_id } => {
            if let Some(refused) = not_in_person(&guest) {
                return refused;
            }
            let item = undo(gateway, &guest, thread, run_id, key).await;
            return Json(json!({"updated_item": item})).into_response();
        }
    };
    let mut events = turn::start(gateway, guest, Wish::Decide { id, yes });
    let mut frames = Frames::in_thread(thread);
    let mut updated = Value::Null;
    while let Some(event) = events.next().await {
        if let Event::Failed(refused) = &event {
            return problem::respond(refused);
        }
        let told = frames.of(event);
        let replaced = told.iter().find(|it| it["type"] == "thread.item.replaced");
        if let Some(replaced) = replaced {
            updated = replaced["item"].clone();
        }
    }
    Json(json!({"updated_item": updated})).into_response()
}

/// A button is pressed by a person. A program has the tool `undo`, which is asked about like any
/// other: taking a run back may delete as much as it has made.
fn not_in_person(guest: &Guest) -> Option<Response> {
    guest.identity.token.map(|_| {
        problem(
            StatusCode::FORBIDDEN,
            "session_required",
            "Only a session can press a button; an API token has the tool `undo`",
        )
    })
}

/// Takes back what a run has done; the card says what came of it.
async fn undo(gateway: &Gateway, guest: &Guest, thread: Uuid, run: Uuid, key: String) -> Value {
    let mut session = Session::new(
        gateway.backend.clone(),
        guest.caller.clone(),
        guest.identity.user,
        // The person's own doing, and no run.
        String::new(),
    );
    session.key = Some(key);
    session.in_person = true;
    let run = run.to_string();
    let arguments = [("run_id".to_owned(), Value::from(run.clone()))];
    let outcome = match registry::find(&guest.identity, "undo") {
        Ok(tool) => tool.call(session, arguments.into_iter().collect()).await,
        Err(trouble) => Err(trouble),
    };
    let said = match outcome {
        Ok(done) => done.sentence,
        Err(trouble) => trouble.to_string(),
    };
    let place = Place {
        thread: &thread.to_string(),
        created_at: &telemetry::clock::now().to_string(),
    };
    place.undo(&run, 0, Some(&said))
}

/// Until the turn has begun, a refusal can be a status.
async fn frames(mut frames: Frames, mut events: Told) -> Response {
    let first = match events.next().await {
        Some(Event::Failed(refused)) => return problem::respond(&refused),
        Some(first) => first,
        None => {
            return problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "This was interrupted; try again with the same Idempotency-Key",
            );
        }
    };
    let events = futures::stream::iter([first]).chain(events);
    let sent = events.flat_map(move |event| {
        let frames = frames.of(event);
        futures::stream::iter(
            frames
                .into_iter()
                .map(|frame| Ok::<_, Infallible>(sent(&frame))),
        )
    });
    Sse::new(sent)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

fn sent(frame: &Value) -> Sent {
    Sent::default().data(frame.to_string())
}

fn invalid(detail: &str) -> Response {
    problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
}
