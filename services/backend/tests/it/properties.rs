//! Whatever is done, in whatever order: the tables are the fold of the log, now and at every
//! point in between, and what is taken back is as if it had never been.
//!
//! Each run is the same, so that a change is judged by the change; every night others are run.
//! `TASKFLOW_SEED` makes a run another or repeats it, and `TASKFLOW_SEQUENCES` makes it longer.

mod command;
mod person;

use backend::{
    config::{RebuildArgs, VerifyLogArgs},
    rebuild, verify_log,
};
use events::Payload;
use futures::{StreamExt, TryStreamExt, stream};
use sqlx::PgPool;

use crate::{desk, fresh};
use person::Person;

const SEED: u64 = 20_261_129;
const SEQUENCES: u64 = 200;
const COMMANDS: usize = 25;
const IN_A_RUN: usize = 12;
/// Sequences at a time.
const TOGETHER: usize = 8;

#[tokio::test]
async fn the_tables_are_the_fold_of_the_log() {
    fresh::database(async |pool| {
        let site = &desk::open(&pool).await;
        let people = sequences(async |seed| {
            let mut person = Person::sign_up(site, seed).await?;
            person.live(COMMANDS).await?;
            person.look_back().await?;
            person.begin_anew().await?;
            Ok(person)
        })
        .await;
        is_the_fold(&pool, &people).await;
        links_are_the_same_in_sql(&pool).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_might_never_have_been() {
    fresh::database(async |pool| {
        let site = &desk::open(&pool).await;
        let people = sequences(async |seed| {
            let mut person = Person::sign_up(site, seed).await?;
            person.live(COMMANDS).await?;
            person.take_back().await?;
            Ok(person)
        })
        .await;
        is_the_fold(&pool, &people).await;
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_taken_back_might_never_have_been() {
    fresh::database(async |pool| {
        let site = &desk::open(&pool).await;
        let people = sequences(async |seed| {
            let mut person = Person::sign_up(site, seed).await?;
            person.live(COMMANDS).await?;
            person.take_back_run(IN_A_RUN).await?;
            Ok(person)
        })
        .await;
        is_the_fold(&pool, &people).await;
    })
    .await;
}

#[tokio::test]
async fn a_log_that_moves_is_the_same_to_the_byte() {
    fresh::database(async |pool| {
        let site = &desk::open(&pool).await;
        let people = sequences(async |seed| {
            let mut person = Person::sign_up(site, seed).await?;
            person.live(COMMANDS).await?;
            person.move_house().await?;
            Ok(person)
        })
        .await;
        is_the_fold(&pool, &people).await;
    })
    .await;
}

/// Runs the same with many seeds.
async fn sequences<'a, F>(one: impl Fn(u64) -> F) -> Vec<Person<'a>>
where
    F: Future<Output = anyhow::Result<Person<'a>>>,
{
    let seed = from_env("TASKFLOW_SEED").unwrap_or(SEED);
    let count = from_env("TASKFLOW_SEQUENCES").unwrap_or(SEQUENCES);
    eprintln!("TASKFLOW_SEED={seed}");
    stream::iter(0..count)
        .map(|number| one(seed.wrapping_add(number)))
        .buffer_unordered(TOGETHER)
        .try_collect()
        .await
        .unwrap()
}

async fn is_the_fold(pool: &PgPool, people: &[Person<'_>]) {
    let report = verify_log(pool, &VerifyLogArgs::default()).await.unwrap();
    assert_eq!(report.broken, None);
    let verify = RebuildArgs {
        verify: true,
        ..RebuildArgs::default()
    };
    let report = rebuild(pool, &verify).await.unwrap();
    for difference in &report.differences {
        let whose = people
            .iter()
            .find(|person| person.user().0 == difference.user);
        eprintln!("{difference}\n{}", whose.map_or("", Person::story));
    }
    assert_eq!(report.count, 0);
    assert!(report.accounts >= people.len() as u64);
}

/// Among them are events of every type. Those that are written in SQL were just hashed in Rust.
async fn links_are_the_same_in_sql(pool: &PgPool) {
    sqlx::query(
        r#"delete from auth."user" where id = (select user_id from taskflow.streams limit 1)"#,
    )
    .execute(pool)
    .await
    .unwrap();
    let links: Vec<(String, bool)> = sqlx::query_as(
        "select event_type, bool_and(hash = promised) from (
             select event_type,
                    lead(prev_hash, 1, s.head_hash) over (partition by user_id order by e.seq) as promised,
                    taskflow.event_hash(
                        prev_hash, e.seq, event_id, event_type, user_id, aggregate_id, version,
                        schema, correlation_id, causation_id, actor_kind,
                        concat_ws(' ', actor_id, token_id), change_set_id, cause::text, created_at,
                        coalesce(data_hash, taskflow.data_hash(salt, data))
                    ) as hash
             from taskflow.events e join taskflow.streams s using (user_id)
         ) as links group by event_type",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for (event_type, _) in Payload::TYPES {
        // Those are written when reminders fire, and when somebody talks with the agent.
        if ["notification.", "conversation.", "message.", "tool."]
            .iter()
            .any(|of| event_type.starts_with(of))
        {
            continue;
        }
        let link = links.iter().find(|(found, _)| found == event_type);
        assert!(
            link.is_some_and(|(_, same)| *same),
            "{event_type}: {link:?}"
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "how a person repeats a run")]
fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
