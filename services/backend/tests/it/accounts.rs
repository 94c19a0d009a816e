use backend::MIGRATOR;
use events::Payload;
use serde_json::Value;
use sqlx::{PgPool, postgres::PgListener};
use uuid::Uuid;

async fn sign_up(pool: &PgPool) -> Uuid {
    sqlx::query_scalar(
        r#"insert into auth."user" (name, email) values ('Ada Canary', 'ada@canary.test') returning id"#,
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

async fn delete(pool: &PgPool, user: Uuid) {
    sqlx::query(r#"delete from auth."user" where id = $1"#)
        .bind(user)
        .execute(pool)
        .await
        .unwrap();
}

async fn log(pool: &PgPool, user: Uuid) -> Vec<(i64, i64, String, Option<Value>)> {
    sqlx::query_as(
        "select seq, version, event_type, data from taskflow.events where user_id = $1 order by seq",
    )
    .bind(user)
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_better_auth_writes_becomes_events(pool: PgPool) {
    let user = sign_up(&pool).await;
    for change in [
        "name = 'Grace'",
        "email = 'grace@canary.test', name = 'G'",
        "\"updatedAt\" = now()",
    ] {
        let update = format!(r#"update auth."user" set {change} where id = $1"#);
        sqlx::query(sqlx::AssertSqlSafe(update))
            .bind(user)
            .execute(&pool)
            .await
            .unwrap();
    }
    let before = log(&pool, user).await;
    assert_eq!(
        before[2].3.as_ref().unwrap()["changed"],
        serde_json::json!(["email", "name"])
    );
    delete(&pool, user).await;

    let log = log(&pool, user).await;
    let told: Vec<_> = log
        .iter()
        .map(|(seq, version, kind, _)| (*seq, *version, &**kind))
        .collect();
    assert_eq!(
        told,
        [
            (1, 1, "user.created"),
            (2, 2, "user.updated"),
            (3, 3, "user.updated"),
            (4, 4, "user.deleted"),
        ]
    );
    for (_, _, kind, data) in before.into_iter().chain(log) {
        let Some(data) = data else {
            // Erased with the account.
            continue;
        };
        let text = data.to_string();
        assert!(
            !text.contains("Ada") && !text.contains("canary"),
            "{kind} carries {text}"
        );
        let payload = Payload::read(events::SCHEMA, &kind, data).unwrap();
        assert!(!matches!(payload, Payload::Unknown { .. }), "{kind}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_event_of_an_account_is_part_of_its_transaction(pool: PgPool) {
    let mut tx = pool.begin().await.unwrap();
    sqlx::query(r#"insert into auth."user" (name, email) values ('a', 'a@canary.test')"#)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    let events: i64 = sqlx::query_scalar("select count(*) from taskflow.events")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(events, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_a_deleted_account_owned_goes_and_its_log_stays(pool: PgPool) {
    let user = sign_up(&pool).await;
    sqlx::query(
        "with p as (
            insert into taskflow.projects (id, user_id, name, position, created_at, updated_at, version)
            values (gen_random_uuid(), $1, 'p', 1, now(), now(), 1) returning id
        )
        insert into taskflow.tasks
            (id, user_id, project_id, title, description, priority, tags, position, created_at, updated_at, version)
        select gen_random_uuid(), $1, p.id, 't', '', 0, '{}', 1, now(), now(), 1 from p",
    )
    .bind(user)
    .execute(&pool)
    .await
    .unwrap();
    delete(&pool, user).await;
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from taskflow.tasks) + (select count(*) from taskflow.projects)
              + (select count(*) from taskflow.profiles)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(left, 0);
    assert_eq!(log(&pool, user).await.len(), 2);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn no_row_can_point_at_somebody_elses(pool: PgPool) {
    let ada = sign_up(&pool).await;
    let eve: Uuid = sqlx::query_scalar(
        r#"insert into auth."user" (name, email) values ('Eve', 'eve@canary.test') returning id"#,
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let project: Uuid = sqlx::query_scalar(
        "insert into taskflow.projects (id, user_id, name, position, created_at, updated_at, version)
         values (gen_random_uuid(), $1, 'p', 1, now(), now(), 1) returning id",
    )
    .bind(ada)
    .fetch_one(&pool)
    .await
    .unwrap();
    let refused = sqlx::query(
        "insert into taskflow.tasks
            (id, user_id, project_id, title, description, priority, tags, position, created_at, updated_at, version)
         values (gen_random_uuid(), $1, $2, 't', '', 0, '{}', 1, now(), now(), 1)",
    )
    .bind(eve)
    .bind(project)
    .execute(&pool)
    .await;
    assert!(
        refused
            .unwrap_err()
            .as_database_error()
            .unwrap()
            .is_foreign_key_violation()
    );
}

/// A dead letter whose payload holds `payload`; how many rows it became.
async fn record_letter(pool: &PgPool, user: Option<Uuid>, payload: &str) -> u64 {
    sqlx::query(
        "insert into taskflow.dead_letters (id, topic, user_id, cause, payload, payload_hash, received_at)
         values (gen_random_uuid(), 'tasks.events.dlq', $1, 'x', $2, sha256($2), now())",
    )
    .bind(user)
    .bind(payload.as_bytes())
    .execute(pool)
    .await
    .unwrap()
    .rows_affected()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn no_dead_letter_keeps_what_a_deleted_account_wrote(pool: PgPool) {
    let user = sign_up(&pool).await;
    let other: Uuid = sqlx::query_scalar(
        r#"insert into auth."user" (name, email) values ('Eve', 'eve@canary.test') returning id"#,
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let unreadable = format!(r#"{{"user_id":"{user}","data":"canary"}}"#);
    assert_eq!(record_letter(&pool, Some(user), "canary").await, 1);
    assert_eq!(record_letter(&pool, None, &unreadable).await, 1);
    assert_eq!(record_letter(&pool, Some(other), "theirs").await, 1);
    delete(&pool, user).await;
    // One that Kafka delivered all the while, and that comes only now.
    assert_eq!(record_letter(&pool, Some(user), "late canary").await, 0);
    assert_eq!(record_letter(&pool, Some(other), "late").await, 1);
    let left: Vec<String> = sqlx::query_scalar(
        "select encode(payload, 'escape') from taskflow.dead_letters order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(left, ["late", "theirs"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_waits_for_a_proof_goes_with_its_account_only(pool: PgPool) {
    let user = sign_up(&pool).await;
    let id = user.to_string();
    for (identifier, value) in [
        ("ada@canary.test", "gone"),
        ("sign-in-otp-ada@canary.test", "gone"),
        ("reset-password:x", &id),
        ("magic", r#"{"email":"ada@canary.test"}"#),
        ("nada@canary.test", "stays"),
        ("sign-in-otp-nada@canary.test", "stays"),
        ("stays", r#"{"email":"nada@canary.test"}"#),
    ] {
        sqlx::query(
            r#"insert into auth.verification (identifier, value, "expiresAt") values ($1, $2, now())"#,
        )
        .bind(identifier)
        .bind(value)
        .execute(&pool)
        .await
        .unwrap();
    }
    delete(&pool, user).await;
    let left: Vec<(String, String)> =
        sqlx::query_as("select identifier, value from auth.verification")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(left.len(), 3, "{left:?}");
    let stays = |(identifier, value): &(String, String)| identifier == "stays" || value == "stays";
    assert!(left.iter().all(stays), "{left:?}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_chain_of_an_erased_log_holds(pool: PgPool) {
    let user = sign_up(&pool).await;
    sqlx::query(r#"update auth."user" set name = 'Grace' where id = $1"#)
        .bind(user)
        .execute(&pool)
        .await
        .unwrap();
    delete(&pool, user).await;
    let links: Vec<bool> = sqlx::query_scalar(
        "select taskflow.event_hash(
                    e.prev_hash, e.seq, e.event_id, e.event_type, e.user_id, e.aggregate_id, e.version,
                    e.schema, e.correlation_id, e.causation_id, e.actor_kind, e.actor_id,
                    e.change_set_id, e.cause::text, e.created_at, e.data_hash)
                = coalesce(lead(e.prev_hash) over (order by e.seq), s.head_hash)
         from taskflow.events e join taskflow.streams s using (user_id)
         where e.user_id = $1",
    )
    .bind(user)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(links, [true; 3]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_deletion_is_announced_when_it_is_committed(pool: PgPool) {
    let (kept, gone) = (sign_up(&pool).await, Uuid::now_v7());
    sqlx::query(
        r#"insert into auth."user" (id, name, email) values ($1, 'Eve', 'eve@canary.test')"#,
    )
    .bind(gone)
    .execute(&pool)
    .await
    .unwrap();
    let mut listener = PgListener::connect_with(&pool).await.unwrap();
    listener.listen("taskflow_user_deleted").await.unwrap();
    let mut tx = pool.begin().await.unwrap();
    sqlx::query(r#"delete from auth."user" where id = $1"#)
        .bind(kept)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    delete(&pool, gone).await;
    assert_eq!(listener.recv().await.unwrap().payload(), gone.to_string());
}
