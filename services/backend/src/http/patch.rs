//! A field of a JSON Merge Patch (RFC 7396), where absent and null differ.

use serde::{Deserialize, Deserializer};

use crate::error::ApiError;

/// What a patch says about a field. Use with `#[serde(default)]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Absent,
    /// Clear it.
    Null,
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::Value(value),
            None => Self::Null,
        })
    }
}

impl<T> Patch<T> {
    /// The new value of a field that may be empty.
    pub(crate) fn over(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Absent => current,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The new value of a field that always has one.
    pub(crate) fn over_required(self, field: &'static str, current: T) -> Result<T, ApiError> {
        match self {
            Self::Absent => Ok(current),
            Self::Null => Err(ApiError::invalid(
                field,
                format!("`{field}` cannot be null"),
            )),
            Self::Value(value) => Ok(value),
        }
    }

    /// What a replacement says: an absent field becomes empty.
    pub(crate) fn from_full(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}
