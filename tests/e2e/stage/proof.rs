//! After every trial: the tables are the fold of the log, and the log is what was written.

use anyhow::{Result, bail};
use events::UserId;

use super::Product;
use crate::violation::Violation;

/// Said by `rebuild --verify`, and by nothing else.
const DIFFERS: &str = "the tables are not what the log says";

/// Said by `verify-log`, and by nothing else.
const BROKEN: &str = "the log is not what was written";

impl Product {
    /// Looks at these accounts, as an operator would.
    pub(crate) async fn adds_up(&self, users: &[UserId]) -> Result<()> {
        if users.is_empty() {
            return Ok(());
        }
        // One rebuild at a time.
        let _turn = self.proof.lock().await;
        let mut only = Vec::new();
        for user in users {
            only.extend(["--user".to_owned(), user.to_string()]);
        }
        for command in [&["rebuild", "--verify"][..], &["verify-log"]] {
            let output = self
                .command(command)?
                .args(&only)
                .env("DATABASE_URL", self.stack.secret("DATABASE_URL")?)
                .env("RUST_LOG", "warn")
                .output()
                .await?;
            if output.status.success() {
                continue;
            }
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            if said.contains(DIFFERS) || said.contains(BROKEN) {
                return Err(Violation::Unfolded(said).into());
            }
            bail!("{} failed: {said}", command.join(" "));
        }
        Ok(())
    }
}
