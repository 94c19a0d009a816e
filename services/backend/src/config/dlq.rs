//! `dlq`: dead letters on the command line.

use clap::{Args, Subcommand, builder::PossibleValuesParser};
use events::{Topic, UserId};
use uuid::Uuid;

use super::topic;

#[derive(Debug, Subcommand)]
pub enum DlqCommand {
    /// Those that match, newest first.
    List(DlqList),
    /// One, with its payload and what has become of it. The payload may hold what people wrote.
    Show { id: Uuid },
    /// Publish letters again, each on the topic it came from.
    Replay(DlqReplay),
    /// Give a letter up.
    Drop {
        id: Uuid,
        /// Kept in the letter's history.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args, Debug)]
pub struct DlqList {
    /// The topic that the message was first published to.
    #[arg(long, value_parser = topic)]
    pub topic: Option<Topic>,

    #[arg(long)]
    pub event_type: Option<String>,

    #[arg(long)]
    pub user: Option<UserId>,

    #[arg(long, value_parser = PossibleValuesParser::new(["waiting", "replayed", "dropped"]))]
    pub state: Option<String>,

    /// Only those that came before this one.
    #[arg(long)]
    pub before: Option<Uuid>,

    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
    pub limit: i64,
}

#[derive(Args, Debug)]
pub struct DlqReplay {
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub ids: Vec<Uuid>,

    /// All that wait now, oldest first.
    #[arg(long)]
    pub all: bool,

    /// With --all: only of this topic.
    #[arg(long, requires = "all", value_parser = topic)]
    pub topic: Option<Topic>,
}
