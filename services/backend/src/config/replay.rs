//! `replay`: events published again from the log.

use clap::Args;
use events::{Topic, UserId};
use jiff::Timestamp;

use super::topic;

/// Which events, and how fast. A replay that was interrupted goes on where it was when it is
/// started again with the same arguments, --rate aside.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// The topic whose events are published again.
    #[arg(long, value_parser = topic)]
    pub topic: Topic,

    /// Only events written at this instant (RFC 3339) or later.
    #[arg(long)]
    pub from: Option<Timestamp>,

    /// Only events written before this instant.
    #[arg(long)]
    pub to: Option<Timestamp>,

    /// Only the events of this user.
    #[arg(long)]
    pub user: Option<UserId>,

    /// With --user: only from this `seq` on.
    #[arg(long, requires = "user")]
    pub from_seq: Option<u32>,

    /// With --user: only up to and with this `seq`.
    #[arg(long, requires = "user")]
    pub to_seq: Option<u32>,

    /// Only events that are not on the topic. Reads all of it, with a Kafka client.
    #[arg(long)]
    pub only_missing: bool,

    /// Events a second at most; 0 for as many as the broker takes.
    #[arg(long, default_value_t = 5_000)]
    pub rate: u32,

    /// Begin anew instead of going on where an interrupted replay was.
    #[arg(long)]
    pub restart: bool,
}
