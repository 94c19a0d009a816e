//! When and how somebody wants to hear of their tasks: `notifications` in their settings.

use events::Channel;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{error::ApiError, http::shape};

/// The setting that the server reads; all others are the app's.
const SETTING: &str = "notifications";

/// What is absent has its default; what is unknown is refused, because it would be ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Alerts {
    /// Where reminders go that do not say it themselves.
    pub(crate) channels: Vec<Channel>,
    /// When somebody wants to be reminded of what is due on a day.
    pub(crate) all_day_at: Time,
    /// When nobody wants to be reminded of anything that comes by itself.
    pub(crate) quiet_hours: Option<QuietHours>,
}

/// Local times; `to` may lie on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuietHours {
    pub(crate) from: Time,
    pub(crate) to: Time,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            channels: vec![Channel::InApp, Channel::Push],
            all_day_at: Time::constant(9, 0, 0, 0),
            quiet_hours: None,
        }
    }
}

impl Alerts {
    /// What the settings say.
    pub(crate) fn of(settings: &Map<String, Value>) -> Self {
        Self::read(settings.get(SETTING))
    }

    /// The setting, or what holds without one that can be read.
    pub(crate) fn read(setting: Option<&Value>) -> Self {
        Self::parse(setting).unwrap_or_default()
    }

    /// Refuses settings that could not be read.
    pub(crate) fn check(settings: &Map<String, Value>) -> Result<(), ApiError> {
        Self::parse(settings.get(SETTING))
            .map(drop)
            .map_err(|error| {
                let path = format!("settings.{SETTING}.{}", error.path());
                shape::wrong(&path, &error.into_inner().to_string())
            })
    }

    fn parse(
        setting: Option<&Value>,
    ) -> Result<Self, serde_path_to_error::Error<serde_json::Error>> {
        setting.map_or_else(|| Ok(Self::default()), serde_path_to_error::deserialize)
    }
}

impl QuietHours {
    pub(crate) fn contain(self, time: Time) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_has_its_default_and_what_is_unknown_is_refused() {
        assert_eq!(Alerts::of(&Map::new()), Alerts::default());
        let some = json!({"all_day_at": "07:30"});
        let some = Alerts::read(Some(&some));
        assert_eq!(some.all_day_at, Time::constant(7, 30, 0, 0));
        for wrong in [
            json!({"all_day": "07:30"}),
            json!({"all_day_at": "25:00"}),
            json!({"channels": ["pigeon"]}),
            json!({"quiet_hours": {"from": "22:00"}}),
            json!("loud"),
        ] {
            let settings = json!({ "notifications": wrong });
            let settings = settings.as_object().unwrap();
            assert!(Alerts::check(settings).is_err(), "{settings:?}");
        }
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let hours = |from: i8, to: i8| QuietHours {
            from: Time::constant(from, 0, 0, 0),
            to: Time::constant(to, 0, 0, 0),
        };
        let at = |hour| Time::constant(hour, 0, 0, 0);
        assert!(hours(22, 7).contain(at(23)) && hours(22, 7).contain(at(6)));
        assert!(!hours(22, 7).contain(at(7)) && !hours(22, 7).contain(at(12)));
        assert!(hours(13, 15).contain(at(13)) && !hours(13, 15).contain(at(15)));
        assert!(!hours(9, 9).contain(at(9)));
    }
}
