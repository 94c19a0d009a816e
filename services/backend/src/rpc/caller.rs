//! Who asks the agent: checked as REST checks whoever asks it.

use std::net::IpAddr;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
    response::IntoResponse,
};
use http_body_util::{BodyExt, Collected, Limited};
use proto::v1::{self, Answer};
use telemetry::correlation::{self, CorrelationId};
use tonic::Status;

use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::{
        access::{self, Identity, RUN},
        reply::CHANGE_SET,
    },
    token::model::Scope,
};

/// A call's answer must fit into what daprd lets through, 4 MiB.
const MAX_ANSWER_BYTES: usize = 3 << 20;

/// What of an answer's head the agent gets to see.
const ANSWERED: [&str; 7] = [
    "content-type",
    "etag",
    "location",
    "retry-after",
    "www-authenticate",
    CHANGE_SET,
    correlation::HEADER,
];

/// Whoever asks the agent, as an HTTP request would show them.
pub(super) struct Asking {
    pub(super) headers: HeaderMap,
    pub(super) address: IpAddr,
    /// The tool that is being carried out, if any.
    pub(super) tool: Option<String>,
}

impl Asking {
    /// An address that is none is the agent's mistake. A bearer that no header could hold is no
    /// good, which it learns as anybody does.
    pub(super) fn new(caller: Option<v1::Caller>) -> Result<Self, Status> {
        let caller = caller.ok_or_else(|| Status::invalid_argument("no caller"))?;
        let address = caller.client_address.parse();
        let address = address.map_err(|_| Status::invalid_argument("no `client_address`"))?;
        let mut headers = HeaderMap::new();
        if let Ok(mut bearer) = HeaderValue::try_from(caller.authorization) {
            bearer.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, bearer);
        }
        if !caller.run_id.is_empty() {
            let run = HeaderValue::try_from(caller.run_id);
            let run = run.map_err(|_| Status::invalid_argument("`run_id` is none"))?;
            headers.insert(RUN, run);
        }
        Ok(Self {
            headers,
            address,
            tool: Some(caller.tool).filter(|tool| !tool.is_empty()),
        })
    }

    pub(super) async fn identify(&self, app: &App) -> Result<Identity, ApiError> {
        let now = telemetry::clock::now();
        let identity = access::identify(app, &self.headers, self.address, now).await?;
        app.limits.check_user(identity.session.user_id)?;
        Ok(identity)
    }

    /// The context of what is asked, by somebody who may write.
    pub(super) async fn ctx(
        &self,
        app: &App,
        correlation_id: CorrelationId,
    ) -> Result<Ctx, ApiError> {
        let identity = self.identify(app).await?;
        if identity.scope == Scope::Read {
            return Err(ApiError::ReadOnly);
        }
        if let Some(grant) = &identity.grant {
            grant.check_tool(self.tool.as_deref())?;
        }
        identity.into_ctx(&self.headers, correlation_id, telemetry::clock::now())
    }

    /// The context of writing down so many calls of tools: by whoever may only read, too, and each
    /// of the calls has its own tool. Each counts as a request: what was refused in the agent has
    /// not been counted yet.
    pub(super) async fn ctx_of_records(
        &self,
        app: &App,
        calls: usize,
        correlation_id: CorrelationId,
    ) -> Result<Ctx, ApiError> {
        let identity = self.identify(app).await?;
        let others = calls.saturating_sub(1);
        app.limits.check_more(identity.session.user_id, others)?;
        identity.into_ctx(&self.headers, correlation_id, telemetry::clock::now())
    }
}

/// The very answer that REST gives to an error.
pub(super) async fn refused(error: ApiError) -> Answer {
    answer(error.into_response()).await
}

pub(super) async fn answer(response: Response<Body>) -> Answer {
    let (mut head, body) = response.into_parts();
    let body = if let Ok(body) = Limited::new(body, MAX_ANSWER_BYTES).collect().await {
        body.to_bytes()
    } else {
        let limit = MAX_ANSWER_BYTES;
        let (refused, body) = ApiError::AnswerTooLarge { limit }
            .into_response()
            .into_parts();
        head = refused;
        let body = body.collect().await;
        body.map(Collected::to_bytes).unwrap_or_default()
    };
    let headers = ANSWERED.iter().filter_map(|name| {
        Some(v1::Header {
            name: (*name).to_owned(),
            value: head.headers.get(*name)?.to_str().ok()?.to_owned(),
        })
    });
    Answer {
        status: head.status.as_u16().into(),
        headers: headers.collect(),
        body: body.into(),
    }
}
