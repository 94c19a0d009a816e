//! `rebuild`: the log folded once more, into a shadow of the tables, and the two compared.
//!
//! Log and tables are read as of one moment, over two connections: one reads the log in the
//! order in which it is folded ([`fold`]), the other copies what comes out into the schema
//! `taskflow_shadow` ([`shadow`]), compares ([`compare`](mod@compare)) and, if asked to, makes
//! the tables equal ([`swap`]). All that is written is one transaction: interrupted, it was
//! never there.

mod compare;
mod fold;
mod row;
mod shadow;
mod swap;
mod table;

use std::fmt;

use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{config::RebuildArgs, snapshot};

/// Any number that nothing else in the database locks.
const LOCK: i64 = 0x7461_736b_7265_6264;

/// Nobody writes to the log meanwhile; reading goes on.
const HOLD_WRITERS: &str = "lock table taskflow.streams in exclusive mode";

/// Parts of the shadow on their way to Postgres at most.
const CHUNKS: usize = 4;

/// Differences that are told one by one.
const SHOWN: usize = 20;

/// What came of it.
#[derive(Debug)]
pub struct Report {
    pub accounts: u64,
    pub events: u64,
    /// How many rows differ, or could not be folded.
    pub count: usize,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// A row of the tables that is not what the log says. Names no values: they are personal.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    pub table: &'static str,
    pub user: Uuid,
    /// Of the task, the project or the tag; the account's own for a profile.
    pub id: Uuid,
    pub what: What,
}

#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// The log has it, the table has not.
    Missing,
    /// The table has it, the log has not.
    Unexplained,
    /// The columns that differ.
    Differs(Vec<String>),
    /// The log itself does not hold together.
    Broken(String),
}

impl Report {
    const fn new() -> Self {
        Self {
            accounts: 0,
            events: 0,
            count: 0,
            differences: Vec::new(),
        }
    }

    fn add(&mut self, difference: Difference) {
        self.count += 1;
        if self.differences.len() < SHOWN {
            self.differences.push(difference);
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table, user, id, ..
        } = self;
        write!(f, "{table}  user {user}  id {id}  ")?;
        match &self.what {
            What::Missing => write!(f, "is missing"),
            What::Unexplained => write!(f, "is not in the log"),
            What::Differs(columns) => write!(f, "differs in {}", columns.join(", ")),
            What::Broken(why) => write!(f, "cannot be folded: {why}"),
        }
    }
}

/// Folds, compares, and swaps if asked to.
pub async fn rebuild(pool: &PgPool, args: &RebuildArgs) -> anyhow::Result<Report> {
    let mut writer = snapshot::connect(pool).await?;
    let mut reader = snapshot::connect(pool).await?;
    // Of the session: in the transaction it would be the snapshot's first statement.
    let alone = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "won!""#, LOCK)
        .fetch_one(&mut writer)
        .await?;
    anyhow::ensure!(alone, "another rebuild is running on this database");

    shadow::drop_old(&mut writer).await?;

    let users: Vec<Uuid> = args.user.iter().map(|user| user.0).collect();
    let first = args.swap.then_some(HOLD_WRITERS);
    let (mut writer, mut reader) = snapshot::take(&mut writer, &mut reader, first).await?;
    ensure_times(&mut reader, &users).await?;
    shadow::create(&mut writer).await?;
    let (chunks, mut filled) = mpsc::channel(CHUNKS);
    let (mut report, ()) = tokio::try_join!(
        fold::run(&mut reader, &users, chunks),
        shadow::fill(&mut writer, &mut filled),
    )?;
    if args.swap
        && let Some(broken) = report.differences.first()
    {
        anyhow::bail!("the log does not hold together, so nothing was swapped: {broken}");
    }
    compare::into(&mut writer, &users, &mut report).await?;
    if args.swap {
        swap::run(&mut writer, &users).await?;
    }
    if args.verify {
        writer.rollback().await?;
    } else {
        if !args.swap {
            shadow::forget_erased(&mut writer, pool).await?;
        }
        writer.commit().await?;
    }
    Ok(report)
}

/// A time that no writer could have written could not even be read.
async fn ensure_times(db: &mut PgConnection, users: &[Uuid]) -> anyhow::Result<()> {
    let odd = sqlx::query_scalar!(
        "select event_id from taskflow.events
         where ($1::uuid[] = '{}' or user_id = any($1))
           and (created_at < '0001-01-01Z' or created_at >= '9999-12-30Z')
         limit 1",
        users,
    )
    .fetch_optional(db)
    .await?;
    if let Some(event) = odd {
        anyhow::bail!("event {event}: its time is none that there can be");
    }
    Ok(())
}

/// The command: what was found on standard output, and an error if that is one.
#[expect(clippy::print_stdout, reason = "the answer to a command")]
pub(crate) async fn command(pool: &PgPool, args: &RebuildArgs) -> anyhow::Result<()> {
    let report = rebuild(pool, args).await?;
    for difference in &report.differences {
        println!("{difference}");
    }
    let more = report.count - report.differences.len();
    if more > 0 {
        println!("and {more} more");
    }
    let (events, accounts) = (report.events, report.accounts);
    println!(
        "{events} events of {accounts} accounts folded, {} differences{}",
        report.count,
        if args.swap { ", swapped" } else { "" }
    );
    if !args.verify && !args.swap {
        println!("the fold is in the schema taskflow_shadow; it holds what people wrote");
    }
    anyhow::ensure!(
        !args.verify || report.count == 0,
        "the tables are not what the log says"
    );
    Ok(())
}
