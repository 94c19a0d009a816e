//! Known bugs that a test switches on to show that its check turns red.
//!
//! `PLANTED_FAULT` names one of [`NAMES`], or several with commas between them. It is read once,
//! and only in builds with the feature `planted-faults`; elsewhere [`enabled`] is a constant.

/// Every fault that can be planted.
pub const NAMES: [&str; 32] = [
    "ack-before-handle",
    "admin-ignored",
    "agent-acts-anew",
    "agent-asks-nobody",
    "agent-hangs-after-effect",
    "agent-trusts-user-id",
    "as-of-off-by-one",
    "begin-in-the-open",
    "chain-unchecked",
    "erasure-forgets",
    "export-forgets",
    "fold-forgets",
    "grant-ignored",
    "import-in-parts",
    "jwt-alg-from-token",
    "key-forgotten",
    "letter-forgets",
    "links-unchecked",
    "mark-before-send",
    "missing-user-filter",
    "no-dedupe",
    "no-occurrence-key",
    "nothing-missing",
    "relay-cursor",
    "resume-too-late",
    "scope-ignored",
    "swap-in-parts",
    "undo-forgets",
    "undo-overwrites",
    "undo-twice",
    "utc-arithmetic",
    "write-needs-broker",
];

/// Whether the named fault was planted in this process.
#[cfg(feature = "planted-faults")]
pub fn enabled(name: &str) -> bool {
    use std::sync::LazyLock;

    #[expect(
        clippy::disallowed_methods,
        reason = "a test build's switch, not configuration a service could have"
    )]
    static PLANTED: LazyLock<String> =
        LazyLock::new(|| std::env::var("PLANTED_FAULT").unwrap_or_default());

    debug_assert!(NAMES.contains(&name), "unknown fault `{name}`");
    PLANTED.split(',').any(|planted| planted == name)
}

/// Whether the named fault was planted in this process: never, in this build.
#[cfg(not(feature = "planted-faults"))]
pub const fn enabled(_name: &str) -> bool {
    false
}
