//! `rebuild` and `verify-log`: whether the log and the tables are what they should be.

use clap::Args;
use events::UserId;

/// What becomes of the fold, besides being compared with the tables.
#[derive(Args, Clone, Debug, Default)]
pub struct RebuildArgs {
    /// Only this account; may be given more than once.
    #[arg(long)]
    pub user: Vec<UserId>,

    /// Only compare: leaves nothing behind, and fails if there is a difference.
    #[arg(long, conflicts_with = "swap")]
    pub verify: bool,

    /// Make the tables equal to the fold. Writes wait meanwhile; after 5 s they are answered 503.
    #[arg(long)]
    pub swap: bool,
}

#[derive(Args, Clone, Debug, Default)]
pub struct VerifyLogArgs {
    /// Only this account; may be given more than once.
    #[arg(long)]
    pub user: Vec<UserId>,
}
