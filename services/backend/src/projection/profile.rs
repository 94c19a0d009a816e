//! An account's settings, from its events.

use events::{Event, Payload, find_zone};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::fold::{Broken, follows, set};
use crate::{agenda::Alerts, home::Home};

/// Where a person is at home, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) home: Home,
    /// The `seq` of the event that gave the zone.
    pub(crate) since: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) time_zone: String,
    pub(crate) settings: Value,
    pub(crate) version: i64,
    zone_since: u64,
}

impl Profile {
    pub(crate) fn settled(&self) -> Settled {
        Settled {
            home: Home {
                zone: find_zone(&self.time_zone).unwrap_or(TimeZone::UTC),
                alerts: Alerts::read(self.settings.get("notifications")),
            },
            since: self.zone_since,
        }
    }
}

pub(crate) fn apply(profile: &mut Option<Profile>, event: &Event) -> Result<(), Broken> {
    let Some(profile) = profile else {
        *profile = Some(created(event)?);
        return Ok(());
    };
    let version = follows(event, profile.version)?;
    match &event.payload {
        Payload::UserUpdated(updated) => {
            let changes = &updated.changes;
            set(
                event,
                "settings",
                &mut profile.settings,
                changes.settings.as_ref(),
            )?;
            set(
                event,
                "time_zone",
                &mut profile.time_zone,
                changes.time_zone.as_ref(),
            )?;
            if changes.time_zone.is_some() {
                profile.zone_since = event.seq;
            }
        }
        // What is of a later version, this one cannot show.
        Payload::UserDeleted(_) | Payload::Unknown { .. } => {}
        _ => return Err(Broken::new(event, "it is not about an account that exists")),
    }
    profile.version = version;
    Ok(())
}

fn created(event: &Event) -> Result<Profile, Broken> {
    let Payload::UserCreated(state) = &event.payload else {
        return Err(Broken::new(event, "the account was not created before"));
    };
    Ok(Profile {
        time_zone: state.time_zone.clone(),
        settings: Value::Object(Map::new()),
        version: follows(event, 0)?,
        zone_since: event.seq,
    })
}
