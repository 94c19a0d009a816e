//! Whether a sidecar delivers to us, and since when.

use std::time::Duration;

use super::Connection;
use crate::callbacks::Served;

impl Served {
    /// Notices a sidecar that is older than this process.
    ///
    /// daprd asks for the subscriptions once in its life. When only the app
    /// restarts, daprd goes on with what it was told then.
    pub(super) async fn find_session(&self, daprd: &Connection) {
        let sessions = &self.callbacks().sessions;
        let mut asked = sessions.subscribe();
        let mut pause = Duration::from_millis(100);
        while *asked.borrow_and_update() == 0 {
            if self.is_subscribed(daprd).await {
                sessions.send_if_modified(|sessions| {
                    let first = *sessions == 0;
                    *sessions += u64::from(first);
                    first
                });
            }
            // Whatever comes first: the loop looks at both.
            let _ = tokio::time::timeout(pause, asked.changed()).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn is_subscribed(&self, daprd: &Connection) -> bool {
        let Ok(metadata) = daprd.metadata().await else {
            return false;
        };
        let known = metadata.subscriptions;
        self.callbacks().subscriptions.iter().all(|ours| {
            known
                .iter()
                .any(|known| known.pubsub_name == ours.component && known.topic == ours.topic)
        })
    }
}
