//! A tool in the words of MCP.

use std::borrow::Cow;

use rmcp::model::{CallToolResult, ContentBlock, ToolAnnotations};
use serde_json::Value;

use crate::tool::{Effect, Tool, Trouble};

/// The definition that clients are told.
pub(super) fn definition(tool: &Tool) -> rmcp::model::Tool {
    let about = &tool.about;
    let annotations = ToolAnnotations::new()
        .read_only(about.effect == Effect::Reads)
        .destructive(about.effect == Effect::Removes)
        .idempotent(about.effect == Effect::Reads)
        .open_world(false);
    rmcp::model::Tool::new(
        Cow::Borrowed(about.name),
        Cow::Borrowed(about.description),
        tool.input.clone(),
    )
    .with_title(about.title)
    .with_raw_output_schema(tool.output.clone())
    .with_annotations(annotations)
}

/// As data, and as the same in text for clients that show no data.
pub(super) fn structured(value: Value) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(value.to_string())]);
    result.structured_content = Some(value);
    result
}

pub(super) fn trouble(trouble: &Trouble) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(trouble.to_string())])
}
