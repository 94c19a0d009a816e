//! Known bugs that a test switches on to show that its check turns red.
//!
//! `PLANTED_FAULT` names one of [`NAMES`]. It is read once, and only in builds
//! with the feature `planted-faults`; elsewhere [`enabled`] is a constant.

/// Every fault that can be planted.
pub const NAMES: [&str; 14] = [
    "ack-before-handle",
    "admin-ignored",
    "as-of-off-by-one",
    "chain-unchecked",
    "fold-forgets",
    "jwt-alg-from-token",
    "mark-before-send",
    "missing-user-filter",
    "no-dedupe",
    "no-occurrence-key",
    "relay-cursor",
    "scope-ignored",
    "undo-overwrites",
    "utc-arithmetic",
];

/// Whether the named fault was planted in this process.
#[cfg(feature = "planted-faults")]
pub fn enabled(name: &str) -> bool {
    use std::sync::LazyLock;

    #[expect(
        clippy::disallowed_methods,
        reason = "a test build's switch, not configuration a service could have"
    )]
    static PLANTED: LazyLock<Option<String>> =
        LazyLock::new(|| std::env::var("PLANTED_FAULT").ok());

    debug_assert!(NAMES.contains(&name), "unknown fault `{name}`");
    PLANTED.as_deref() == Some(name)
}

/// Whether the named fault was planted in this process: never, in this build.
#[cfg(not(feature = "planted-faults"))]
pub const fn enabled(_name: &str) -> bool {
    false
}
