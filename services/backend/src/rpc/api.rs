//! `ApiService`: REST for the agent, with the identity of whoever asks it.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderName, HeaderValue, Method, Request as HttpRequest},
    response::IntoResponse,
};
use proto::v1::{
    self, CallRequest, CallResponse, FindAnswerRequest, FindAnswerResponse, GetIdentityRequest,
    GetIdentityResponse, api_service_server::ApiService, call_request::Agreed,
    get_identity_response::Outcome, question::Line,
};
use telemetry::{correlation, trace::TraceContext};
use tonic::{Request, Response, Status};
use tower::ServiceExt;

use super::{
    AGENT, admit,
    caller::{Asking, answer, refused},
    uuid,
};
use crate::{
    app::App,
    error::ApiError,
    http::{
        access::{DryRun, Identity, SaidYes, Tool},
        precondition::{BoundTo, IdempotencyKey},
    },
    router,
    token::model::Scope,
    write::{self, Question},
};

/// What the agent may say in a request's head, besides who asks.
const PASSED_ON: [&str; 3] = ["content-type", "idempotency-key", "if-match"];

/// Where everything lies that has an owner.
const OWNED: &str = "/api/";

/// Where every write is one [`crate::write::Write`], which can be taken back.
const TRIABLE: [&str; 7] = [
    "tasks",
    "projects",
    "tags",
    "reminders",
    "profile",
    "undo",
    "recurrence",
];

pub(crate) struct Api {
    app: App,
    rest: Router,
}

impl Api {
    pub(crate) fn new(app: App) -> Self {
        Self {
            rest: router::for_agent(app.clone()),
            app,
        }
    }
}

#[tonic::async_trait]
impl ApiService for Api {
    async fn call(&self, request: Request<CallRequest>) -> Result<Response<CallResponse>, Status> {
        admit(&request, AGENT)?;
        let correlation_id = sidecar::caller(&request).correlation_id;
        let call = request.into_inner();
        let mut question = None;
        let answer = if call.dry_run && !is_triable(&call) {
            refused(ApiError::invalid(
                "dry_run",
                "This cannot be tried without doing it",
            ))
            .await
        } else {
            let request = http_request(call, correlation_id.as_str())?;
            match self.rest.clone().oneshot(request).await {
                Ok(response) => {
                    question = response.extensions().get::<Question>().map(asked);
                    answer(response).await
                }
                Err(never) => match never {},
            }
        };
        Ok(Response::new(CallResponse {
            answer: Some(answer),
            question,
        }))
    }

    async fn find_answer(
        &self,
        request: Request<FindAnswerRequest>,
    ) -> Result<Response<FindAnswerResponse>, Status> {
        admit(&request, AGENT)?;
        let correlation_id = sidecar::caller(&request).correlation_id;
        let request = request.into_inner();
        let asking = Asking::new(request.caller)?;
        let BoundTo(request_hash) = bound_to(&request.bound_to)?;
        let key = IdempotencyKey {
            key: request.key,
            request_hash,
        };
        let found = match asking.ctx(&self.app, correlation_id).await {
            Ok(ctx) => write::answered(&self.app, &ctx, &key).await,
            Err(error) => Err(error),
        };
        let mut response = FindAnswerResponse::default();
        match found {
            Ok(Some(reply)) => response.answer = Some(answer(reply.into_response()).await),
            Ok(None) => {}
            Err(error) => response.refused = Some(refused(error).await),
        }
        Ok(Response::new(response))
    }

    async fn get_identity(
        &self,
        request: Request<GetIdentityRequest>,
    ) -> Result<Response<GetIdentityResponse>, Status> {
        admit(&request, AGENT)?;
        let asking = Asking::new(request.into_inner().caller)?;
        let outcome = match asking.identify(&self.app).await {
            Ok(identity) => Outcome::Identity(described(&identity)),
            Err(error) => Outcome::Refused(refused(error).await),
        };
        Ok(Response::new(GetIdentityResponse {
            outcome: Some(outcome),
        }))
    }
}

fn is_triable(call: &CallRequest) -> bool {
    let mut segments = call.path.split(['/', '?']).skip(3);
    call.method == "GET" || segments.next().is_some_and(|kind| TRIABLE.contains(&kind))
}

fn bound_to(hash: &[u8]) -> Result<BoundTo, Status> {
    let hash: Result<[u8; 32], _> = hash.try_into();
    hash.map(BoundTo)
        .map_err(|_| Status::invalid_argument("`bound_to` has 32 bytes"))
}

fn asked(question: &Question) -> v1::Question {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let lines = question.lines.iter().map(|line| Line {
        task_id: line.task.map(|id| id.to_string()).unwrap_or_default(),
        title: line.title.clone(),
        change: line.change.clone(),
    });
    v1::Question {
        deletes: count(question.deletes),
        completes: count(question.completes),
        changes: count(question.changes),
        lines: lines.collect(),
        more: count(question.more),
        fingerprint: question.fingerprint.clone(),
    }
}

fn http_request(call: CallRequest, correlation_id: &str) -> Result<HttpRequest<Body>, Status> {
    let asking = Asking::new(call.caller)?;
    let method = match call.method.as_str() {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        _ => return Err(Status::invalid_argument("no such method")),
    };
    if !call.path.starts_with(OWNED) {
        return Err(Status::invalid_argument("`path` must begin with /api/"));
    }
    let mut request = HttpRequest::builder()
        .method(method)
        .uri(call.path)
        .body(Body::from(call.body))
        .map_err(|_| Status::invalid_argument("`path` is none"))?;
    let headers = request.headers_mut();
    *headers = asking.headers;
    for header in call.headers {
        let name = HeaderName::try_from(header.name);
        let passed_on = name.ok().filter(|name| PASSED_ON.contains(&name.as_str()));
        if let Some(name) = passed_on {
            let value = HeaderValue::try_from(header.value)
                .map_err(|_| Status::invalid_argument("a header's value is none"))?;
            headers.append(name, value);
        }
    }
    let trace = TraceContext::current().to_string();
    for (name, value) in [
        (correlation::HEADER, correlation_id),
        ("traceparent", &trace),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    let extensions = request.extensions_mut();
    extensions.insert(ConnectInfo(SocketAddr::new(asking.address, 0)));
    if let Some(tool) = asking.tool {
        extensions.insert(Tool(tool));
    }
    if call.dry_run {
        extensions.insert(DryRun);
    }
    if !call.bound_to.is_empty() {
        extensions.insert(bound_to(&call.bound_to)?);
    }
    match call.agreed {
        Some(Agreed::Fingerprint(fingerprint)) => {
            extensions.insert(SaidYes::Question(fingerprint));
        }
        Some(Agreed::ConfirmationId(id)) => {
            extensions.insert(SaidYes::Confirmation(uuid(&id)?));
        }
        None => {}
    }
    Ok(request)
}

fn described(identity: &Identity) -> v1::Identity {
    let session = &identity.session;
    v1::Identity {
        user_id: session.user_id.to_string(),
        token_id: super::token_id(session),
        may_write: identity.scope == Scope::Write,
        expires_at: session.expires_at.as_second(),
        grant: identity.grant.as_deref().map(|grant| v1::Grant {
            tools: grant.tools.iter().flatten().cloned().collect(),
            project_ids: grant
                .project_ids
                .iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            writes_per_hour: grant.writes_per_hour.map_or(0, u32::from),
        }),
    }
}
