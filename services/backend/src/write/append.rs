//! Appends a write's events to the user's stream and to the outbox.

use events::EventId;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Draft, Head};
use crate::{
    ctx::Ctx,
    error::ApiError,
    event::chain::{self, Link},
};

/// `events::SCHEMA` as the column's type.
#[expect(clippy::cast_possible_wrap, reason = "a small number")]
const SCHEMA: i32 = events::SCHEMA as i32;

/// One column an array, so that many are one statement.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    seqs: Vec<i64>,
    topics: Vec<String>,
    types: Vec<String>,
    aggregates: Vec<Uuid>,
    versions: Vec<i64>,
    data: Vec<String>,
    causations: Vec<Option<Uuid>>,
    change_sets: Vec<Uuid>,
    actor_kinds: Vec<&'static str>,
    actor_ids: Vec<Option<String>>,
    tokens: Vec<Option<Uuid>>,
    causes: Vec<Option<String>>,
    correlations: Vec<String>,
    traceparents: Vec<Option<String>>,
    prev_hashes: Vec<Vec<u8>>,
}

/// Events of one statement, so that it stays well below the time that one may take.
const EVENTS: usize = 10_000;

pub(super) async fn append(
    tx: &mut PgConnection,
    ctx: &Ctx,
    mut head: Head,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    for drafts in drafts.chunks(EVENTS) {
        append_some(tx, ctx, &mut head, drafts).await?;
    }
    Ok(())
}

async fn append_some(
    tx: &mut PgConnection,
    ctx: &Ctx,
    head: &mut Head,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let mut columns = Columns::default();
    for draft in drafts {
        let topic = draft.payload.topic().ok_or_else(|| {
            ApiError::Internal(anyhow::anyhow!(
                "an event of unknown type cannot be written"
            ))
        })?;
        let event_id = EventId::generate().0;
        let origin = &draft.origin;
        let cause = chain::cause_text(origin.cause.as_ref()).map_err(internal)?;
        let data = draft.payload.to_json().map_err(internal)?;
        let link = Link {
            prev: head.hash,
            seq: head.seq + 1,
            event_id,
            event_type: draft.payload.event_type(),
            aggregate_id: (draft.aggregate_id != ctx.user.0).then_some(draft.aggregate_id),
            version: draft.version,
            schema: SCHEMA,
            correlation_id: &origin.correlation_id,
            causation_id: draft.causation.map(|id| id.0),
            actor: &origin.actor,
            change_set_id: origin.change_set.0,
            cause: cause.as_deref(),
            created_at: ctx.now,
            data_hash: chain::data_hash(&head.salt, &data),
        };
        columns.ids.push(event_id);
        columns.seqs.push(link.seq);
        columns.topics.push(topic.name().to_owned());
        columns.types.push(link.event_type.to_owned());
        columns.aggregates.push(draft.aggregate_id);
        columns.versions.push(draft.version);
        columns.causations.push(link.causation_id);
        columns.change_sets.push(link.change_set_id);
        columns.actor_kinds.push(origin.actor.kind());
        columns.actor_ids.push(origin.actor.id().map(str::to_owned));
        let token = origin.actor.token_of_run();
        columns.tokens.push(token.map(|token| token.0));
        columns.correlations.push(origin.correlation_id.clone());
        columns.traceparents.push(origin.traceparent.clone());
        columns.prev_hashes.push(head.hash.to_vec());
        (head.seq, head.hash) = (link.seq, link.hash());
        columns.causes.push(cause);
        columns.data.push(data);
    }
    sqlx::query!(
        "with stream as (
            update taskflow.streams set seq = $2, head_hash = $3, at = $4 where user_id = $1
        ), appended as (
            insert into taskflow.events
                (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
                 correlation_id, causation_id, actor_kind, actor_id, token_id, change_set_id, cause,
                 traceparent, created_at, prev_hash)
            select d.event_id, $1, d.seq, d.topic, d.event_type, d.aggregate_id, d.version, $5,
                   d.data::json, d.correlation_id, d.causation_id, d.actor_kind, d.actor_id,
                   d.token_id, d.change_set_id, d.cause::json, d.traceparent, $4, d.prev_hash
            from unnest($6::uuid[], $7::bigint[], $8::text[], $9::text[], $10::uuid[],
                        $11::bigint[], $12::text[], $13::uuid[], $14::uuid[], $15::text[],
                        $16::text[], $17::uuid[], $18::text[], $19::text[], $20::text[],
                        $21::bytea[])
                as d (event_id, seq, topic, event_type, aggregate_id, version, data, causation_id,
                      change_set_id, actor_kind, actor_id, token_id, cause, correlation_id,
                      traceparent, prev_hash)
            order by d.seq
            returning id
        )
        insert into taskflow.outbox (id) select id from appended",
        ctx.user.0,
        head.seq,
        &head.hash,
        ctx.now.to_sqlx(),
        SCHEMA,
        &columns.ids,
        &columns.seqs,
        &columns.topics,
        &columns.types,
        &columns.aggregates,
        &columns.versions,
        &columns.data,
        &columns.causations as _,
        &columns.change_sets,
        &columns.actor_kinds as _,
        &columns.actor_ids as _,
        &columns.tokens as _,
        &columns.causes as _,
        &columns.correlations,
        &columns.traceparents as _,
        &columns.prev_hashes,
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn internal(error: serde_json::Error) -> ApiError {
    ApiError::Internal(error.into())
}
