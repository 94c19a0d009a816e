//! What is wrong with a file, with the line that it stands in.

use std::fmt::Display;

use crate::error::ApiError;

/// A line that cannot be taken in; the first of the file is 1.
pub(super) fn wrong(line: u64, why: impl Display) -> ApiError {
    in_line(line, ApiError::invalid("", why.to_string()))
}

/// The same error about what stands in a line.
pub(super) fn in_line(line: u64, error: ApiError) -> ApiError {
    let error = match error {
        ApiError::Invalid { field, detail } => {
            ApiError::invalid(field, format!("Line {line}: {detail}"))
        }
        other => other,
    };
    error.within(&format!("line {line}"))
}
