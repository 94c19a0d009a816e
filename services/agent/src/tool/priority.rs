//! How urgent something is, in everybody's words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Priority {
    None,
    #[serde(alias = "p4")]
    Low,
    #[serde(alias = "normal", alias = "p3")]
    Medium,
    #[serde(alias = "p2")]
    High,
    #[serde(alias = "critical", alias = "p1")]
    Urgent,
}
