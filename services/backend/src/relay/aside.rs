//! What cannot be published goes aside, so that it holds up nobody.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::batch::Unpublishable;

/// Who refused the event, in its letter.
pub(crate) const HANDLER: &str = "relay";

/// Moves a row from the outbox to the dead letters, with its cause; its payload is the whole row
/// of the log as JSON.
pub(super) async fn put(db: &mut PgConnection, row: &Unpublishable) -> sqlx::Result<()> {
    sqlx::query!(
        "with refused as (
            delete from taskflow.outbox where id = $1 returning id
        ), letter as (
            insert into taskflow.dead_letters as d
                (id, topic, event_id, event_type, user_id, handler, cause, payload, payload_hash,
                 received_at)
            select $2, e.topic, e.event_id, e.event_type, e.user_id, $3, $4, p.payload,
                   sha256(p.payload), $5
            from refused join taskflow.events e using (id),
                 lateral (select convert_to(row_to_json(e)::text, 'UTF8') as payload) p
            on conflict (topic, payload_hash) do update
                set state = 'waiting', cause = excluded.cause where d.state = 'replayed'
            returning id
        )
        insert into taskflow.dead_letter_history (letter_id, at, what, why, by)
        select id, $5, 'failed', $4, $3 from letter",
        row.id,
        Uuid::now_v7(),
        HANDLER,
        row.cause,
        telemetry::clock::now().to_sqlx(),
    )
    .execute(db)
    .await?;
    metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "unpublishable").increment(1);
    tracing::error!(
        cause = row.cause,
        status = "failure",
        "event {} cannot be published and is a dead letter",
        row.id
    );
    Ok(())
}

/// Puts the event of such a letter into the outbox again, for a relay that may know better now.
pub(crate) async fn take_back(db: &mut PgConnection, letter: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into taskflow.outbox (id)
         select e.id from taskflow.dead_letters d join taskflow.events e
             on e.id = (convert_from(d.payload, 'UTF8')::json ->> 'id')::bigint
         where d.id = $1
         on conflict do nothing",
        letter,
    )
    .execute(db)
    .await?;
    Ok(())
}
