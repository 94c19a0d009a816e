//! What the other services may ask; `TaskService` is here. Reached only through the sidecar,
//! which shows our token; who may ask what is said at each call.

mod api;
mod caller;
mod conversations;
mod gathered;
mod notifications;
mod scheduling;

pub(crate) use api::Api;
pub(crate) use conversations::Conversations;
pub(crate) use notifications::Notifications;

use std::time::Duration;

use events::UserId;
use proto::v1::{
    ClaimDueRequest, ClaimDueResponse, ListEventsRequest, ListEventsResponse, ListHeadsRequest,
    ListHeadsResponse, ListValidTokensRequest, ListValidTokensResponse, RedeemTicketRequest,
    RedeemTicketResponse, SpawnOccurrencesRequest, SpawnOccurrencesResponse, VerifyTokenRequest,
    VerifyTokenResponse, list_heads_response::Head, task_service_server::TaskService,
};
use tokio::time::timeout;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{app::App, event::notices, ticket, token};

/// The app-ids that may call, each its own calls. `dapr/config.yaml` says the same where Dapr has
/// mTLS and can hold them to it; without, the sidecar names the caller but nobody proves it.
const REALTIME: &str = "taskflow-realtime";
const SCHEDULER: &str = "taskflow-scheduler";
const AGENT: &str = "taskflow-agent";

/// How many users or tokens can be asked about at once.
const MAX_IDS: usize = 10_000;

/// How long whoever uses up a ticket waits for the log that is to come along.
const LOG: Duration = Duration::from_secs(1);

pub(crate) struct Tasks(pub(crate) App);

impl Tasks {
    /// A user's log after a cursor; without one, its head only.
    async fn log(
        &self,
        user: UserId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<ListEventsResponse, Status> {
        let mut db = self.0.pool.acquire().await.map_err(unavailable)?;
        let Some(head) = live_head(&mut db, user).await? else {
            return Ok(ListEventsResponse {
                no_such_user: true,
                ..ListEventsResponse::default()
            });
        };
        let limit = match limit {
            0 => 500,
            limit => i64::from(limit.min(1000)),
        };
        let notices = match after {
            Some(after) => {
                let after = i64::try_from(after).unwrap_or(i64::MAX);
                let notices = notices::after(&mut db, user, after, limit);
                notices.await.map_err(unavailable)?
            }
            None => Vec::new(),
        };
        Ok(ListEventsResponse {
            notices,
            head: head.unsigned_abs(),
            no_such_user: false,
        })
    }
}

#[tonic::async_trait]
impl TaskService for Tasks {
    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        admit(&request, REALTIME)?;
        let request = request.into_inner();
        let user = UserId(uuid(&request.user_id)?);
        let log = self.log(user, Some(request.after), request.limit).await?;
        Ok(Response::new(log))
    }

    async fn list_heads(
        &self,
        request: Request<ListHeadsRequest>,
    ) -> Result<Response<ListHeadsResponse>, Status> {
        admit(&request, REALTIME)?;
        let users = uuids(&request.into_inner().user_ids)?;
        let heads = sqlx::query!(
            "select s.user_id, s.seq from taskflow.streams s join taskflow.profiles p using (user_id)
             where s.user_id = any($1)",
            &users,
        )
        .fetch_all(&self.0.pool)
        .await
        .map_err(unavailable)?
        .into_iter()
        .map(|row| Head {
            user_id: row.user_id.to_string(),
            seq: row.seq.unsigned_abs(),
        })
        .collect();
        Ok(Response::new(ListHeadsResponse { heads }))
    }

    async fn redeem_ticket(
        &self,
        request: Request<RedeemTicketRequest>,
    ) -> Result<Response<RedeemTicketResponse>, Status> {
        admit(&request, REALTIME)?;
        let request = request.into_inner();
        let redeemed = ticket::redeem(&self.0.pool, &request.ticket, telemetry::clock::now());
        let Some(session) = redeemed.await.map_err(unavailable)? else {
            return Ok(Response::new(RedeemTicketResponse::default()));
        };
        let log = self.log(session.user_id, request.after, request.limit);
        Ok(Response::new(RedeemTicketResponse {
            user_id: session.user_id.to_string(),
            session_expires_at: session.expires_at.as_second(),
            token_id: token_id(&session),
            // The ticket is used up: an answer that came too late would lose it.
            log: timeout(LOG, log).await.ok().and_then(Result::ok),
        }))
    }

    async fn verify_token(
        &self,
        request: Request<VerifyTokenRequest>,
    ) -> Result<Response<VerifyTokenResponse>, Status> {
        admit(&request, REALTIME)?;
        let verified = token::verify::verify(
            &self.0.pool,
            &request.into_inner().token,
            telemetry::clock::now(),
        )
        .await
        .map_err(unavailable)?;
        // Whoever may only call tools does not listen.
        let verified = verified.filter(|identity| {
            let grant = identity.grant.as_ref();
            grant.is_none_or(|grant| grant.check_tool(None).is_ok())
        });
        Ok(Response::new(verified.map_or_else(
            VerifyTokenResponse::default,
            |identity| VerifyTokenResponse {
                user_id: identity.session.user_id.to_string(),
                token_id: token_id(&identity.session),
                expires_at: identity.session.expires_at.as_second(),
            },
        )))
    }

    async fn list_valid_tokens(
        &self,
        request: Request<ListValidTokensRequest>,
    ) -> Result<Response<ListValidTokensResponse>, Status> {
        admit(&request, REALTIME)?;
        let ids = uuids(&request.into_inner().token_ids)?;
        let valid = token::store::which_are_valid(&self.0.pool, &ids, telemetry::clock::now());
        let valid = valid.await.map_err(unavailable)?;
        Ok(Response::new(ListValidTokensResponse {
            token_ids: valid.iter().map(Uuid::to_string).collect(),
        }))
    }

    async fn claim_due(
        &self,
        request: Request<ClaimDueRequest>,
    ) -> Result<Response<ClaimDueResponse>, Status> {
        admit(&request, SCHEDULER)?;
        let claimed = scheduling::claim_due(&self.0, request.into_inner()).await?;
        Ok(Response::new(claimed))
    }

    async fn spawn_occurrences(
        &self,
        request: Request<SpawnOccurrencesRequest>,
    ) -> Result<Response<SpawnOccurrencesResponse>, Status> {
        admit(&request, SCHEDULER)?;
        let spawned = scheduling::spawn_occurrences(&self.0, request.into_inner()).await?;
        Ok(Response::new(spawned))
    }
}

fn token_id(actor: &auth::Actor) -> String {
    actor
        .token
        .map(|token| token.to_string())
        .unwrap_or_default()
}

fn admit<T>(request: &Request<T>, who: &str) -> Result<(), Status> {
    if sidecar::caller(request).app_id.as_deref() == Some(who) {
        Ok(())
    } else {
        Err(Status::permission_denied("this app-id may not call this"))
    }
}

/// The newest `seq` of a user whose account still exists.
async fn live_head(db: &mut sqlx::PgConnection, user: UserId) -> Result<Option<i64>, Status> {
    sqlx::query_scalar!(
        "select s.seq from taskflow.streams s join taskflow.profiles p using (user_id)
         where s.user_id = $1",
        user.0,
    )
    .fetch_optional(db)
    .await
    .map_err(unavailable)
}

fn uuids(texts: &[String]) -> Result<Vec<Uuid>, Status> {
    if texts.len() > MAX_IDS {
        return Err(Status::invalid_argument("more than 10,000 ids"));
    }
    texts.iter().map(|text| uuid(text)).collect()
}

fn uuid(text: &str) -> Result<Uuid, Status> {
    text.parse()
        .map_err(|_| Status::invalid_argument("not a UUID"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn unavailable(error: sqlx::Error) -> Status {
    tracing::warn!(error = %error, "database unavailable");
    Status::unavailable("the database did not answer")
}
