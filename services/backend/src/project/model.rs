//! A project as the API shows it, and what a client may say about one.

use events::{ProjectId, ProjectState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{error::ApiError, http::patch::Patch, task::input};

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Project {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    /// `#rrggbb`.
    pub(crate) color: Option<String>,
    pub(crate) position: f64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    #[serde(skip)]
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) version: i64,
}

impl Project {
    pub(super) fn state(&self) -> ProjectState {
        ProjectState {
            name: self.name.clone(),
            color: self.color.clone(),
            position: self.position,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProject {
    /// 1 to 100 characters after trimming.
    #[schema(min_length = 1, max_length = 100)]
    pub(super) name: String,
    /// `#rrggbb`.
    #[serde(default)]
    pub(super) color: Option<String>,
    #[serde(default)]
    pub(super) position: Option<f64>,
}

impl NewProject {
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            color: None,
            position: None,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(super) name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) color: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, nullable = false)]
    pub(super) position: Patch<f64>,
}

pub(crate) fn name(name: &str) -> Result<String, ApiError> {
    let name = input::line("name", name, 100)?;
    if name.is_empty() {
        return Err(ApiError::invalid("name", "The name must not be blank"));
    }
    Ok(name)
}

/// `#rrggbb`, in lower case.
pub(crate) fn color(color: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(color) = color else {
        return Ok(None);
    };
    let digits = color.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        Ok(Some(color.to_ascii_lowercase()))
    } else {
        Err(ApiError::invalid("color", "A color is written #rrggbb"))
    }
}
