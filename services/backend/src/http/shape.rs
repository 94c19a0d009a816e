//! What serde, and the parsers behind it, have against a value, told to whoever sent it.

use crate::error::ApiError;

/// The error about what stands at `path`.
pub(crate) fn wrong(path: &str, message: &str) -> ApiError {
    let parent = path.trim_end_matches(['.', '?']);
    let Some(name) = events::named_field(message) else {
        return ApiError::invalid(parent, told(parent, message));
    };
    let field = if parent.is_empty() || parent == name {
        name.to_owned()
    } else if parent.ends_with(&format!(".{name}")) {
        parent.to_owned()
    } else {
        format!("{parent}.{name}")
    };
    ApiError::invalid(field, message)
}

fn told(field: &str, message: &str) -> String {
    let what = if field.is_empty() {
        "The body".to_owned()
    } else {
        format!("`{field}`")
    };
    match wanted(message) {
        Some(wanted) => format!("{what} must be {wanted}"),
        None if message.starts_with("must ") => format!("{what} {message}"),
        None => format!("{what}: {message}"),
    }
}

/// What a value should have been, where the message speaks of Rust's types or of a parser's inside.
fn wanted(message: &str) -> Option<&'static str> {
    const WHOLE: &str = "a whole number";
    if message.starts_with("UUID parsing failed") {
        return Some("an id, which is a UUID");
    }
    match message {
        // Of a query string, where all is text.
        "invalid digit found in string" | "cannot parse integer from empty string" => Some(WHOLE),
        "invalid float literal" | "cannot parse float from empty string" => Some("a number"),
        // A parameter that stands there twice.
        "unsupported value" => Some("given once"),
        _ => match message.rsplit_once(", expected ")?.1 {
            "i16" | "i32" | "i64" => Some(WHOLE),
            "u8" | "u16" | "u32" | "u64" | "usize" => Some("a whole number, and not negative"),
            "f64" => Some("a number"),
            "a boolean" => Some("`true` or `false`"),
            "a sequence" => Some("a list"),
            "a map" => Some("an object"),
            other if other.starts_with("struct ") => Some("an object"),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_what_a_value_must_be() {
        for (path, message, told) in [
            (
                "position",
                "invalid type: string \"x\", expected f64",
                "`position` must be a number",
            ),
            (
                "minutes",
                "invalid value: integer `-1`, expected u32",
                "`minutes` must be a whole number, and not negative",
            ),
            (
                "after",
                "invalid digit found in string",
                "`after` must be a whole number",
            ),
            ("limit", "unsupported value", "`limit` must be given once"),
            (
                ".",
                "invalid type: sequence, expected struct NewTask",
                "The body must be an object",
            ),
            (
                "items[0].id",
                "UUID parsing failed: invalid length: found 2",
                "`items[0].id` must be an id, which is a UUID",
            ),
            ("as_of", "must be an instant", "`as_of` must be an instant"),
            (
                "priority",
                "unknown variant `x`, expected `low` or `high`",
                "`priority`: unknown variant `x`, expected `low` or `high`",
            ),
            ("a", "unknown field `b`", "unknown field `b`"),
        ] {
            let problem = wrong(path, message).problem();
            assert_eq!(problem.detail, told, "{path}");
        }
    }

    #[test]
    fn the_field_is_where_it_stands() {
        for (path, message, field) in [
            (".", "missing field `title`", "title"),
            ("title", "duplicate field `title`", "title"),
            ("inner", "unknown field `m`", "inner.m"),
            ("inner.m", "unknown field `m`", "inner.m"),
            (
                "inner.level?",
                "invalid type: integer `3`, expected a string",
                "inner.level",
            ),
        ] {
            let problem = wrong(path, message).problem();
            assert_eq!(problem.field.as_deref(), Some(field), "{path}");
        }
    }
}
