//! Whoever changes the log in the database is found out, and where.

use backend::{Flaw, MIGRATOR, config::VerifyLogArgs, verify_log};
use events::UserId;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::{desk, fresh};

/// The event in the middle that is tampered with, and the last one.
const MIDDLE: i64 = 4;
const LAST: i64 = 8;

/// What is done to the log of the user `$user`, where it is noticed, and as what.
const CASES: &[(&str, i64, Flaw)] = &[
    (
        "update taskflow.events set data = replace(data::text, 'Two', 'Zwei')::json where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set data = (data::text || ' ')::json where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events e set data = null, data_hash = taskflow.data_hash(s.salt, e.data)
         from taskflow.streams s where s.user_id = e.user_id and e.user_id = $user and e.seq = 4",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set event_id = taskflow.uuid7() where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set event_type = 'task.updated' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set aggregate_id = taskflow.uuid7() where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set aggregate_id = user_id, version = 99 where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set version = version + 9 where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set schema = schema + 1 where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set correlation_id = 'other' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set causation_id = event_id where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set actor_kind = 'system' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set actor_kind = 'nobody' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set actor_id = '' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set token_id = taskflow.uuid7() where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set change_set_id = taskflow.uuid7() where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        r#"update taskflow.events set cause = '{"kind":"import","format":"csv"}' where $event"#,
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set created_at = created_at + interval '1 microsecond' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set prev_hash = sha256('') where $event",
        MIDDLE,
        Flaw::Link,
    ),
    (
        "update taskflow.events set prev_hash = sha256('') where user_id = $user and seq = 1",
        1,
        Flaw::Link,
    ),
    (
        "update taskflow.events set seq = 99 where user_id = $user and seq = 4",
        MIDDLE,
        Flaw::Missing,
    ),
    (
        "delete from taskflow.events where $event",
        MIDDLE,
        Flaw::Missing,
    ),
    (
        "delete from taskflow.events where user_id = $user and seq = 1",
        1,
        Flaw::Missing,
    ),
    (
        "delete from taskflow.events where user_id = $user and seq = 8",
        LAST,
        Flaw::Missing,
    ),
    (
        "update taskflow.events set seq = -seq where user_id = $user and seq in (4, 5);
         update taskflow.events set seq = 9 + seq where user_id = $user and seq < 0",
        MIDDLE,
        Flaw::Moved,
    ),
    (
        "delete from taskflow.events where $event;
         update taskflow.events set seq = -seq where user_id = $user and seq > 4;
         update taskflow.events set seq = -seq - 1 where user_id = $user and seq < 0;
         update taskflow.streams set seq = seq - 1 where user_id = $user",
        3,
        Flaw::Changed,
    ),
    (
        "insert into taskflow.events (event_id, user_id, seq, topic, event_type, aggregate_id,
             version, schema, data, correlation_id, actor_kind, change_set_id, created_at, prev_hash)
         select taskflow.uuid7(), user_id, 9, topic, event_type, taskflow.uuid7(), 1, schema, data,
                correlation_id, actor_kind, change_set_id, now(), s.head_hash
         from taskflow.events join taskflow.streams s using (user_id, seq) where user_id = $user",
        9,
        Flaw::Added,
    ),
    (
        "insert into taskflow.events (event_id, user_id, seq, topic, event_type, aggregate_id,
             version, schema, data, correlation_id, actor_kind, change_set_id, created_at, prev_hash)
         select taskflow.uuid7(), user_id, 9, topic, event_type, taskflow.uuid7(), 1, schema, data,
                correlation_id, actor_kind, change_set_id, now(), s.head_hash
         from taskflow.events join taskflow.streams s using (user_id, seq) where user_id = $user;
         update taskflow.streams set seq = 9 where user_id = $user",
        9,
        Flaw::Added,
    ),
    (
        "update taskflow.events set correlation_id = 'other' where user_id = $user and seq = 8",
        LAST,
        Flaw::Head,
    ),
    (
        "update taskflow.streams set head_hash = sha256('') where user_id = $user",
        LAST,
        Flaw::Head,
    ),
    (
        "update taskflow.streams set seq = 7 where user_id = $user",
        LAST,
        Flaw::Added,
    ),
    (
        "update taskflow.streams set seq = 9 where user_id = $user",
        9,
        Flaw::Missing,
    ),
    (
        "update taskflow.streams set salt = sha256('') where user_id = $user",
        1,
        Flaw::Changed,
    ),
    (
        "update taskflow.streams set salt = null where user_id = $user",
        1,
        Flaw::Changed,
    ),
    (
        "delete from taskflow.streams where user_id = $user",
        1,
        Flaw::NoStream,
    ),
    (
        "delete from taskflow.events where user_id = $user;
         delete from taskflow.streams where user_id = $user",
        1,
        Flaw::NoStream,
    ),
    (
        "delete from taskflow.events where user_id = $user;
         update taskflow.streams set seq = 0, head_hash = decode(repeat('00', 32), 'hex')
         where user_id = $user",
        1,
        Flaw::Missing,
    ),
    (
        "update taskflow.events set topic = 'users.events' where $event",
        MIDDLE,
        Flaw::Topic,
    ),
    (
        "update taskflow.events e set data = null, data_hash = taskflow.data_hash(s.salt, e.data)
         from taskflow.streams s where s.user_id = e.user_id and e.user_id = $user;
         update taskflow.streams set salt = null where user_id = $user",
        1,
        Flaw::Erased,
    ),
    (
        "update taskflow.events set created_at = 'infinity' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set created_at = '-infinity' where user_id = $user and seq = 8",
        LAST,
        Flaw::Changed,
    ),
    (
        "delete from taskflow.events where user_id = $user and seq > 1;
         update taskflow.events set event_type = 'user.updated' where user_id = $user;
         update taskflow.streams s set seq = 1, head_hash = taskflow.event_hash(
             e.prev_hash, e.seq, e.event_id, e.event_type, e.user_id, e.aggregate_id, e.version,
             e.schema, e.correlation_id, e.causation_id, e.actor_kind, e.actor_id,
             e.change_set_id, e.cause::text, e.created_at, taskflow.data_hash(s.salt, e.data))
         from taskflow.events e where e.user_id = s.user_id and s.user_id = $user",
        1,
        Flaw::Beginning,
    ),
];

/// The same for an account that was erased.
const ERASED: &[(&str, i64, Flaw)] = &[
    (
        "update taskflow.events set data_hash = sha256('') where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set data = '{}' where $event",
        MIDDLE,
        Flaw::Changed,
    ),
    (
        "update taskflow.events set data = '{}' where user_id = $user and seq = 9",
        9,
        Flaw::Changed,
    ),
    (
        "delete from taskflow.events where $event",
        MIDDLE,
        Flaw::Missing,
    ),
];

#[tokio::test]
async fn whatever_is_changed_in_the_log_is_found() {
    fresh::database(async |pool| {
        let site = desk::open(&pool).await;
        let mut users = Vec::new();
        for _ in 0..3 {
            let owner = site.sign_up().await.unwrap();
            for title in ["One", "Two", "Three"] {
                let task = json!({"title": title, "tags": [title]});
                owner
                    .post("/tasks", &task)
                    .await
                    .unwrap()
                    .expect(201)
                    .unwrap();
            }
            site.database.rename(owner.user).await.unwrap();
            users.push(owner.user);
        }
        // In the middle, so that whoever stands before and after is checked too.
        users.sort();
        holds_against(&pool, users[1], CASES).await;
        site.database.delete_user(users[1]).await.unwrap();
        holds_against(&pool, users[1], ERASED).await;
    })
    .await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_changed_log_is_not_exported_as_if_it_were_whole(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let task = json!({"title": "Two"});
    let created = owner.post("/tasks", &task).await.unwrap();
    created.expect(201).unwrap();
    let whole = owner.get("/export").await.unwrap();
    assert_eq!(whole.status, 200);
    let changed = "update taskflow.events set data = replace(data::text, 'Two', 'Zwei')::json";
    pool.execute(changed).await.unwrap();
    // Its status is long out by then: it breaks off before the last line.
    owner.get("/export").await.unwrap_err();
}

async fn holds_against(pool: &PgPool, user: UserId, cases: &[(&str, i64, Flaw)]) {
    let whole = verify_log(pool, &VerifyLogArgs::default()).await.unwrap();
    assert_eq!((whole.broken, whole.streams), (None, 3));
    pool.execute(
        "create schema kept;
         create table kept.events as table taskflow.events;
         create table kept.streams as table taskflow.streams",
    )
    .await
    .unwrap();
    for (tampering, seq, flaw) in cases {
        let sql = tampering
            .replace("$event", "user_id = $user and seq = 4")
            .replace("$user", &format!("'{user}'"));
        pool.execute(AssertSqlSafe(sql)).await.unwrap();
        let found = verify_log(pool, &VerifyLogArgs::default())
            .await
            .unwrap()
            .broken;
        let found = found.unwrap_or_else(|| panic!("not found: {tampering}"));
        assert_eq!(
            (found.user, found.seq, found.flaw),
            (user.0, *seq, *flaw),
            "{tampering}"
        );
        pool.execute(
            "truncate taskflow.events, taskflow.streams;
             insert into taskflow.events overriding system value select * from kept.events;
             insert into taskflow.streams select * from kept.streams",
        )
        .await
        .unwrap();
    }
    pool.execute("drop schema kept cascade").await.unwrap();
}
