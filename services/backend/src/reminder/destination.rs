//! The address behind a delivery, as it is when it is sent.

use events::{Channel, UserId};
use proto::v1::delivery::{Destination, Email};
use sqlx::PgConnection;

use super::progress::Delivery;
use crate::{push, webhook};

/// The address, or why there is none.
pub(super) async fn find(
    db: &mut PgConnection,
    user: UserId,
    delivery: &Delivery,
) -> sqlx::Result<Result<Destination, &'static str>> {
    Ok(match (delivery.channel, delivery.destination) {
        (Channel::Email, _) => email(db, user).await?,
        (Channel::Push, Some(id)) => push::store::find(db, user, id)
            .await?
            .map(Destination::Push)
            .ok_or("the browser is not subscribed any more"),
        (Channel::Webhook, Some(id)) => webhook::store::destination(db, user, id)
            .await?
            .map(Destination::Webhook)
            .ok_or("the webhook is off or gone"),
        (Channel::InApp | Channel::Push | Channel::Webhook, _) => Err("it leads nowhere"),
    })
}

/// Somebody else's address must not be written to, and an unproven one may be that.
async fn email(
    db: &mut PgConnection,
    user: UserId,
) -> sqlx::Result<Result<Destination, &'static str>> {
    let row = sqlx::query!(
        r#"select email, name, "emailVerified" as verified from auth."user" where id = $1"#,
        user.0,
    )
    .fetch_one(db)
    .await?;
    if !row.verified {
        return Ok(Err("your e-mail address is not verified"));
    }
    Ok(Ok(Destination::Email(Email {
        address: row.email,
        name: row.name,
    })))
}
