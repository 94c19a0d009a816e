//! Appends a write's events to the user's stream and to the outbox.

use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Draft;
use crate::{ctx::Ctx, error::ApiError};

pub(super) async fn append(
    tx: &mut PgConnection,
    ctx: &Ctx,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let mut ids: Vec<Uuid> = Vec::with_capacity(drafts.len());
    let mut topics: Vec<String> = Vec::with_capacity(drafts.len());
    let mut types: Vec<String> = Vec::with_capacity(drafts.len());
    let mut aggregates: Vec<Uuid> = Vec::with_capacity(drafts.len());
    let mut versions: Vec<i64> = Vec::with_capacity(drafts.len());
    let mut data: Vec<Value> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let topic = draft
            .payload
            .topic()
            .ok_or_else(|| internal("an event of unknown type cannot be written"))?;
        ids.push(events::EventId::generate().0);
        topics.push(topic.name().to_owned());
        types.push(draft.payload.event_type().to_owned());
        aggregates.push(draft.aggregate_id);
        versions.push(draft.version);
        data.push(
            draft
                .payload
                .to_data()
                .map_err(|error| ApiError::Internal(error.into()))?,
        );
    }
    let count = i64::try_from(drafts.len()).map_err(|error| ApiError::Internal(error.into()))?;
    let actor =
        serde_json::to_value(&ctx.actor).map_err(|error| ApiError::Internal(error.into()))?;
    sqlx::query!(
        "with stream as (
            update taskflow.streams set seq = seq + $2 where user_id = $1 returning seq - $2 as base
        ), appended as (
            insert into taskflow.events
                (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
                 correlation_id, actor, change_set_id, traceparent, created_at)
            select d.event_id, $1, stream.base + d.n, d.topic, d.event_type, d.aggregate_id,
                   d.version, $9, d.data, $10, $11, $12, $13, $14
            from stream, unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::bigint[], $8::jsonb[])
                with ordinality as d (event_id, topic, event_type, aggregate_id, version, data, n)
            order by d.n
            returning id
        )
        insert into taskflow.outbox (id) select id from appended",
        ctx.user.0,
        count,
        &ids,
        &topics,
        &types,
        &aggregates,
        &versions,
        &data,
        i32::try_from(events::SCHEMA).unwrap_or(i32::MAX),
        ctx.correlation_id,
        actor,
        ctx.change_set.0,
        ctx.traceparent,
        ctx.now.to_sqlx(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn internal(message: &'static str) -> ApiError {
    ApiError::Internal(anyhow::anyhow!(message))
}
