//! Which events are published again.

use std::ops::RangeInclusive;

use anyhow::ensure;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::{
    config::ReplayArgs,
    relay::batch::{self, Row},
};

pub(super) struct Selection<'a>(&'a ReplayArgs);

impl<'a> Selection<'a> {
    /// Refuses what selects nothing, which nobody means.
    pub(super) fn new(args: &'a ReplayArgs) -> anyhow::Result<Self> {
        if let (Some(from), Some(to)) = (args.from, args.to) {
            ensure!(from < to, "--from {from} must lie before --to {to}");
        }
        if let (Some(from), Some(to)) = (args.from_seq, args.to_seq) {
            ensure!(
                from <= to,
                "--from-seq {from} must not be above --to-seq {to}"
            );
        }
        Ok(Self(args))
    }

    /// The same for the same selection: what a replay that goes on is known by.
    pub(super) fn key(&self) -> [u8; 32] {
        let args = self.0;
        let or_none = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let line = format!(
            "{}\n{}\n{}\n{:?}\n{:?}\n{:?}\n{}",
            args.topic,
            or_none(args.from),
            or_none(args.to),
            args.user,
            args.from_seq,
            args.to_seq,
            args.only_missing,
        );
        Sha256::digest(line).into()
    }

    /// The first of these after the beginning of the range, and up to its end. Erased events
    /// have nothing left to publish, and what is in the outbox is the relay's.
    pub(super) async fn rows(
        &self,
        db: &mut PgConnection,
        range: RangeInclusive<i64>,
        limit: usize,
    ) -> sqlx::Result<Vec<Row>> {
        let args = self.0;
        batch::select!(
            "from taskflow.events e
             where e.topic = $1 and e.id > $2 and e.id <= $3 and e.data is not null
               and not exists (select from taskflow.outbox o where o.id = e.id)
               and ($4::timestamptz is null or e.created_at >= $4)
               and ($5::timestamptz is null or e.created_at < $5)
               and ($6::uuid is null or e.user_id = $6)
               and ($7::bigint is null or e.seq >= $7)
               and ($8::bigint is null or e.seq <= $8)
             order by e.id limit $9",
            args.topic.name(),
            *range.start(),
            *range.end(),
            args.from.map(ToSqlx::to_sqlx) as _,
            args.to.map(ToSqlx::to_sqlx) as _,
            args.user.map(|user| user.0),
            args.from_seq.map(i64::from),
            args.to_seq.map(i64::from),
            i64::try_from(limit).unwrap_or(i64::MAX),
        )
        .fetch_all(db)
        .await
    }
}
