//! Which sidecars do.

/// Before 1.17 there is no `BulkPublishEvent`, and nothing would leave the outbox.
const OLDEST: (u32, u32) = (1, 17);

/// What is wrong with a sidecar of this version, and what to do. One that was built by hand may
/// call itself anything.
pub(super) fn complaint(version: &str) -> Option<String> {
    let mut parts = version.split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
        return None;
    };
    ((major, minor) < OLDEST).then(|| {
        let (major, minor) = OLDEST;
        format!(
            "it is Dapr {version}, and the oldest that does is {major}.{minor}; install a newer \
             one and start this app again"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_sidecar_is_told_from_a_new_one_and_from_one_of_ours() {
        for version in ["1.16.9", "1.9.0", "0.11.3", "1.16.0-rc.2"] {
            assert!(complaint(version).is_some_and(|said| said.contains(version)));
        }
        for version in [
            "1.17.0",
            "1.18.2",
            "1.18.0-rc.1",
            "1.100.0",
            "2.0.0",
            "edge",
            "",
        ] {
            assert_eq!(complaint(version), None, "{version}");
        }
    }
}
