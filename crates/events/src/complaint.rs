//! What is wrong with JSON, told without quoting it.

/// What serde expected and where, without what it found: that may be anybody's text, and the
/// complaint goes to logs and health reports.
pub fn complaint(error: &serde_json::Error) -> String {
    const QUOTING: [&str; 5] = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
    ];
    let text = error.to_string();
    if !error.is_data() || text.starts_with("missing field") || text.starts_with("duplicate field")
    {
        return text;
    }
    let quotes = QUOTING.iter().any(|start| text.starts_with(start));
    match text.rsplit_once(", expected ") {
        Some((_, expected)) if quotes => format!("expected {expected}"),
        // The words of some parser, which may quote what it read.
        _ => "a value of the wrong form".to_owned(),
    }
}

/// The field that serde names only in its message: one that is unknown, missing, or there twice.
pub fn named_field(message: &str) -> Option<&str> {
    ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only parsed")]
    struct Thing {
        number: u64,
        at: Option<jiff::Timestamp>,
        kind: Option<crate::Priority>,
    }

    fn of(json: &str) -> String {
        complaint(&serde_json::from_str::<Thing>(json).unwrap_err())
    }

    #[test]
    fn tells_what_was_expected_and_where() {
        assert_eq!(
            of(r#"{"number": "hush"}"#),
            "expected u64 at line 1 column 17"
        );
        assert_eq!(of("{}"), "missing field `number` at line 1 column 2");
        assert_eq!(of("{"), "EOF while parsing an object at line 1 column 1");
    }

    #[test]
    fn never_quotes() {
        for json in [
            r#""hush""#,
            r#"["hush"]"#,
            r#"{"number": "hush, expected hush"}"#,
            r#"{"number": 1, "at": "hush"}"#,
            r#"{"number": 1, "kind": "hush"}"#,
            "hush",
        ] {
            let told = of(json);
            assert!(!told.contains("hush"), "{told}");
        }
    }
}
