//! What comes with a call: the tool's own arguments, and those that every write takes.

use events::UserId;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::trouble::Trouble;

/// Which of the common arguments a tool takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controls {
    /// It changes nothing.
    None,
    /// `idempotency_key` and `dry_run`.
    Write,
    /// And `if_version`, of the one thing that it changes.
    WriteOne,
}

/// The common arguments of a call.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub(super) idempotency_key: Option<String>,
    pub(super) if_version: Option<i64>,
    pub(super) dry_run: bool,
}

impl Controls {
    /// Adds them to the schema of a tool's arguments.
    pub(super) fn describe(self, schema: &mut Map<String, Value>) {
        let Value::Object(properties) = schema
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()))
        else {
            return;
        };
        if self == Self::None {
            return;
        }
        properties.insert(
            "idempotency_key".to_owned(),
            json!({"type": "string", "description": "Same key when you repeat this very call"}),
        );
        properties.insert(
            "dry_run".to_owned(),
            json!({"type": "boolean", "description": "Only say what would change"}),
        );
        if self == Self::WriteOne {
            properties.insert(
                "if_version".to_owned(),
                json!({"type": "integer", "description": "Only if it is at this version"}),
            );
        }
    }

    /// Parts them from the tool's own. A `user_id` is nobody's to choose: it may be there, as
    /// other task managers have it, and must then be the caller's.
    pub(super) fn split(
        self,
        mut arguments: Map<String, Value>,
        user: UserId,
    ) -> Result<(Control, Map<String, Value>), Trouble> {
        if let Some(named) = arguments.remove("user_id")
            && named != Value::String(user.to_string())
        {
            return Err(Trouble::OtherUser);
        }
        if self == Self::None {
            return Ok((Control::default(), arguments));
        }
        let control = Control {
            idempotency_key: take(&mut arguments, "idempotency_key")?,
            dry_run: take(&mut arguments, "dry_run")?.unwrap_or_default(),
            if_version: match self {
                Self::WriteOne => take(&mut arguments, "if_version")?,
                _ => None,
            },
        };
        if let Some(key) = &control.idempotency_key
            && !((1..=200).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic()))
        {
            return Err(Trouble::argument(
                "idempotency_key",
                "it must have 1 to 200 visible ASCII characters",
            ));
        }
        Ok((control, arguments))
    }
}

fn take<T: DeserializeOwned>(
    arguments: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Option<T>, Trouble> {
    let value = arguments.remove(name).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| Trouble::argument(name, error.to_string()))
}

/// Reads the tool's own arguments; an error names the one that is wrong.
pub(super) fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, Trouble> {
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let path = error.path().to_string();
        let detail = error.into_inner().to_string();
        let field = match (events::named_field(&detail), path.as_str()) {
            (Some(named), "." | "") => named.to_owned(),
            (Some(named), path) if !path.ends_with(named) => format!("{path}.{named}"),
            _ => path,
        };
        Trouble::argument(field, detail)
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its type counts")]
        title: String,
    }

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_users_id_is_the_callers_or_none() {
        let user = UserId::generate();
        let own = map(&json!({"user_id": user, "title": "a"}));
        let (_, rest) = Controls::Write.split(own, user).unwrap();
        assert_eq!(Value::Object(rest), json!({"title": "a"}));
        for other in [
            json!(UserId::generate()),
            json!("me"),
            json!(7),
            json!(null),
        ] {
            let arguments = map(&json!({"user_id": other}));
            let refused = Controls::None.split(arguments, user).unwrap_err();
            assert!(matches!(refused, Trouble::OtherUser), "{other}");
        }
    }

    #[test]
    fn an_error_names_the_argument() {
        for (arguments, field) in [
            (json!({}), "title"),
            (json!({"title": 1}), "title"),
            (json!({"title": "a", "titel": "b"}), "titel"),
        ] {
            let error = read::<Sample>(arguments).unwrap_err();
            let Trouble::Argument { field: named, .. } = error else {
                panic!("{error}");
            };
            assert_eq!(named, field);
        }
        let user = UserId::generate();
        for arguments in [
            json!({"dry_run": "yes"}),
            json!({"idempotency_key": ""}),
            json!({"if_version": "7"}),
        ] {
            Controls::WriteOne.split(map(&arguments), user).unwrap_err();
        }
    }
}
