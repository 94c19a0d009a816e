//! Where a person is at home, and when they want to hear of things: what turns local times into
//! instants.

use events::UserId;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use crate::{agenda::Alerts, error::ApiError};

#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) zone: TimeZone,
    pub(crate) alerts: Alerts,
}

/// The zone alone, for whoever only reads.
pub(crate) async fn zone(db: &mut PgConnection, user: UserId) -> Result<TimeZone, ApiError> {
    let name = sqlx::query_scalar!(
        "select time_zone from taskflow.profiles where user_id = $1",
        user.0
    )
    .fetch_optional(db)
    .await?
    // The account went between the check of the token and now.
    .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    Ok(events::find_zone(&name).unwrap_or(TimeZone::UTC))
}

/// All of it, for whoever only reads.
pub(crate) async fn of(db: &mut PgConnection, user: UserId) -> Result<Home, ApiError> {
    let profile = sqlx::query!(
        "select time_zone, settings -> 'notifications' as notifications
         from taskflow.profiles where user_id = $1",
        user.0,
    )
    .fetch_optional(db)
    .await?
    // As above.
    .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    Ok(Home {
        zone: events::find_zone(&profile.time_zone).unwrap_or(TimeZone::UTC),
        alerts: Alerts::read(profile.notifications.as_ref()),
    })
}
