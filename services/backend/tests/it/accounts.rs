use backend::MIGRATOR;
use events::Payload;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

async fn sign_up(pool: &PgPool) -> Uuid {
    sqlx::query_scalar(
        r#"insert into auth."user" (name, email) values ('Ada Canary', 'ada@canary.test') returning id"#,
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

async fn log(pool: &PgPool, user: Uuid) -> Vec<(i64, i64, String, Value)> {
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
    sqlx::query(r#"delete from auth."user" where id = $1"#)
        .bind(user)
        .execute(&pool)
        .await
        .unwrap();

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
    assert_eq!(log[2].3["changed"], serde_json::json!(["email", "name"]));
    for (_, _, kind, data) in log {
        let text = data.to_string();
        assert!(
            !text.contains("Ada") && !text.contains("canary"),
            "{kind} carries {text}"
        );
        let payload = Payload::from_parts(&kind, data).unwrap();
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
    sqlx::query(r#"delete from auth."user" where id = $1"#)
        .bind(user)
        .execute(&pool)
        .await
        .unwrap();
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
