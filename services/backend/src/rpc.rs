//! `TaskService`: what the other services may ask. Reached only through the sidecar,
//! which shows our token; who calls is checked against [`CALLERS`].

use events::{Event, Notice, UserId};
use proto::v1::{
    ListEventsRequest, ListEventsResponse, ListHeadsRequest, ListHeadsResponse,
    RedeemTicketRequest, RedeemTicketResponse, list_heads_response::Head,
    task_service_server::TaskService,
};
use sqlx::PgPool;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{event::log, ticket};

/// The app-ids that may call. `dapr/config.yaml` says the same where Dapr has mTLS and can
/// hold them to it; without, the sidecar names the caller but nobody proves it.
const CALLERS: [&str; 1] = ["taskflow-realtime"];

const MAX_HEADS: usize = 10_000;

pub(crate) struct Tasks {
    pub(crate) pool: PgPool,
}

#[tonic::async_trait]
impl TaskService for Tasks {
    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        admit(&request)?;
        let request = request.into_inner();
        let user = UserId(uuid(&request.user_id)?);
        let after = i64::try_from(request.after).unwrap_or(i64::MAX);
        let limit = match request.limit {
            0 => 500,
            limit => i64::from(limit.min(1000)),
        };
        let mut db = self.pool.acquire().await.map_err(unavailable)?;
        let Some(head) = live_head(&mut db, user).await? else {
            return Ok(Response::new(ListEventsResponse {
                no_such_user: true,
                ..ListEventsResponse::default()
            }));
        };
        let rows = log::after(&mut db, user, after, limit, &[])
            .await
            .map_err(unavailable)?;
        let notices = rows
            .into_iter()
            .map(|row| Event::try_from(row).map(|event| notice(&event)))
            .collect::<Result<_, _>>()
            .map_err(|error| Status::data_loss(error.to_string()))?;
        Ok(Response::new(ListEventsResponse {
            notices,
            head: head.unsigned_abs(),
            no_such_user: false,
        }))
    }

    async fn list_heads(
        &self,
        request: Request<ListHeadsRequest>,
    ) -> Result<Response<ListHeadsResponse>, Status> {
        admit(&request)?;
        let request = request.into_inner();
        if request.user_ids.len() > MAX_HEADS {
            return Err(Status::invalid_argument("more than 10,000 users"));
        }
        let users = request
            .user_ids
            .iter()
            .map(|id| uuid(id))
            .collect::<Result<Vec<_>, _>>()?;
        let heads = sqlx::query!(
            "select s.user_id, s.seq from taskflow.streams s join taskflow.profiles p using (user_id)
             where s.user_id = any($1)",
            &users,
        )
        .fetch_all(&self.pool)
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
        admit(&request)?;
        let redeemed = ticket::redeem(
            &self.pool,
            &request.into_inner().ticket,
            telemetry::clock::now(),
        )
        .await
        .map_err(unavailable)?;
        Ok(Response::new(match redeemed {
            Some((user, session_expires_at)) => RedeemTicketResponse {
                user_id: user.to_string(),
                session_expires_at: session_expires_at.as_second(),
            },
            None => RedeemTicketResponse::default(),
        }))
    }
}

fn admit<T>(request: &Request<T>) -> Result<(), Status> {
    match sidecar::caller(request).app_id {
        Some(app_id) if CALLERS.contains(&app_id.as_str()) => Ok(()),
        _ => Err(Status::permission_denied(
            "this app-id may not call TaskService",
        )),
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

fn notice(event: &Event) -> proto::v1::Notice {
    let Notice {
        event_type,
        data,
        timestamp,
    } = Notice::of(event);
    proto::v1::Notice {
        event_id: data.event_id.to_string(),
        event_type,
        seq: data.seq,
        aggregate_id: data.task_id.to_string(),
        version: data.version,
        changed: data.changed,
        timestamp: timestamp.to_string(),
        correlation_id: data.correlation_id,
    }
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
