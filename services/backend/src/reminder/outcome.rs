//! An attempt begins, and how it ended.

use events::Channel;
use uuid::Uuid;

use super::{claim, ledger, progress::Attempt};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::reply::Reply,
    push, webhook,
    write::{Begun, Write},
};

/// Whether to send: the claim holds, and the reminder was not cancelled meanwhile.
pub(crate) async fn start(
    app: &App,
    ctx: Ctx,
    delivery_id: Uuid,
    claim_id: Uuid,
) -> Result<bool, ApiError> {
    let Begun::Fresh(mut write) = Write::begin(app, ctx, None).await? else {
        return Ok(false);
    };
    let (user, now) = (write.ctx.user, write.clock);
    let Some(firing) = ledger::firing_of(write.tx(), user, delivery_id).await? else {
        return Ok(false);
    };
    if !ledger::is_on_agenda(write.tx(), user, &firing).await? {
        return Ok(false);
    }
    let mut deliveries = ledger::of_firing(write.tx(), user, &firing).await?;
    let mut ours = deliveries.iter_mut().filter(|one| one.id == delivery_id);
    if !ours.next().is_some_and(|one| one.start(claim_id, now)) {
        return Ok(false);
    }
    claim::save(&mut write, &firing, &deliveries, false).await?;
    write.commit(Reply::no_content()).await?;
    Ok(true)
}

/// Takes down how an attempt ended. What comes too late, or twice, is passed over.
pub(crate) async fn record(
    app: &App,
    ctx: Ctx,
    delivery_id: Uuid,
    claim_id: Uuid,
    attempt: Attempt,
    is_gone: bool,
) -> Result<(), ApiError> {
    let Begun::Fresh(mut write) = Write::begin(app, ctx, None).await? else {
        return Ok(());
    };
    let (user, now) = (write.ctx.user, write.clock);
    let Some(firing) = ledger::firing_of(write.tx(), user, delivery_id).await? else {
        return Ok(());
    };
    let mut deliveries = ledger::of_firing(write.tx(), user, &firing).await?;
    let mut ours = deliveries.iter_mut().filter(|one| one.id == delivery_id);
    let Some(delivery) = ours.next() else {
        return Ok(());
    };
    if !delivery.record(claim_id, attempt, now) {
        return Ok(());
    }
    if let (true, Some(destination)) = (is_gone, delivery.destination) {
        if delivery.channel == Channel::Push {
            push::store::delete(write.tx(), user, destination).await?;
        } else {
            webhook::off::switch_off(&mut write, destination, webhook::off::GONE).await?;
        }
    }
    claim::save(&mut write, &firing, &deliveries, false).await?;
    write.commit(Reply::no_content()).await?;
    Ok(())
}
