/// What is wrong with a rule: which part, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {detail}")]
pub struct RuleError {
    /// Such as `BYDAY`, or `rule` for the whole.
    pub part: String,
    /// Completes a sentence that begins with the part.
    pub detail: String,
}

impl RuleError {
    pub(crate) fn new(part: &str, detail: impl Into<String>) -> Self {
        Self {
            part: part.to_owned(),
            detail: detail.into(),
        }
    }

    pub(crate) fn whole(detail: impl Into<String>) -> Self {
        Self::new("rule", detail)
    }
}
