//! Whatever differs between the tables and the log is named, and a swap repairs it.

use backend::{MIGRATOR, Report, What, config::RebuildArgs, rebuild};
use events::{UserId, tag_aggregate};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use testing::Client;

use crate::desk;

/// What is done to the tables, where it shows, and how: by column names, or `-` for a missing
/// row and `+` for one that nobody wrote.
const CASES: &[(&str, &str, &str)] = &[
    ("update taskflow.tasks set title = 'x' where $whole", "tasks", "title"),
    ("update taskflow.tasks set description = 'x' where $whole", "tasks", "description"),
    ("update taskflow.tasks set priority = 4 where $whole", "tasks", "priority"),
    ("update taskflow.tasks set tags = '{}' where $whole", "tasks", "tags"),
    ("update taskflow.tasks set tags = '{b,a}' where $whole", "tasks", "tags"),
    ("update taskflow.tasks set position = position + 1e-9 where $whole", "tasks", "position"),
    ("update taskflow.tasks set due = null, due_at = null where $whole", "tasks", "due due_at"),
    (
        "update taskflow.tasks set due_at = due_at + interval '1 microsecond' where $whole",
        "tasks",
        "due_at",
    ),
    ("update taskflow.tasks set completed_at = now() where $whole", "tasks", "completed_at"),
    ("update taskflow.tasks set deleted_at = now() where $whole", "tasks", "deleted_at"),
    ("update taskflow.tasks set created_at = now() where $whole", "tasks", "created_at"),
    ("update taskflow.tasks set updated_at = now() where $whole", "tasks", "updated_at"),
    ("update taskflow.tasks set project_id = null where $whole", "tasks", "project_id"),
    ("update taskflow.tasks set parent_id = null where $user and title = 'Part'", "tasks", "parent_id"),
    ("update taskflow.tasks set version = 9 where $whole", "tasks", "version"),
    ("delete from taskflow.tasks where $user and title = 'Part'", "tasks", "-"),
    (
        "insert into taskflow.tasks (user_id, id, parent_id, title, description, priority, tags,
             position, created_at, updated_at, version)
         select user_id, taskflow.uuid7(), id, 'x', '', 0, '{}', 0, now(), now(), 1
         from taskflow.tasks where $whole",
        "tasks",
        "+",
    ),
    ("update taskflow.projects set name = 'x' where $user", "projects", "name"),
    ("update taskflow.projects set color = null where $user", "projects", "color"),
    ("update taskflow.projects set deleted_at = now() where $user", "projects", "deleted_at"),
    (
        "insert into taskflow.projects (user_id, id, name, position, created_at, updated_at, version)
         select id, taskflow.uuid7(), 'x', 0, now(), now(), 1 from auth.\"user\" where id = $id",
        "projects",
        "+",
    ),
    ("update taskflow.tags set color = '#000000' where $user and name = 'a'", "tags", "color"),
    ("update taskflow.tags set created_at = now() where $user and name = 'a'", "tags", "created_at"),
    ("delete from taskflow.tags where $user and name = 'a'", "tags", "-"),
    (
        "insert into taskflow.tags (user_id, name, created_at)
         select id, 'x', now() from auth.\"user\" where id = $id",
        "tags",
        "+",
    ),
    ("update taskflow.profiles set time_zone = 'UTC' where $user", "profiles", "time_zone"),
    ("update taskflow.profiles set settings = '{}' where $user", "profiles", "settings"),
    ("update taskflow.profiles set version = 9 where $user", "profiles", "version"),
    ("delete from taskflow.profiles where $user", "profiles", "-"),
];

async fn verify(pool: &PgPool) -> Report {
    let args = RebuildArgs {
        verify: true,
        ..RebuildArgs::default()
    };
    rebuild(pool, &args).await.unwrap()
}

async fn swap(pool: &PgPool) -> anyhow::Result<Report> {
    let args = RebuildArgs {
        swap: true,
        ..RebuildArgs::default()
    };
    rebuild(pool, &args).await
}

/// One row of every table, and one that points at another.
async fn furnish(owner: &Client) {
    let post = async |path: &str, body| owner.post(path, &body).await.unwrap().expect(201).unwrap();
    let profile = json!({"time_zone": "Asia/Tokyo", "settings": {"theme": "dark"}});
    owner
        .patch("/profile", &profile)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    let project = post("/projects", json!({"name": "P", "color": "#ff0000"})).await;
    let whole = post(
        "/tasks",
        json!({"title": "Whole", "tags": ["a", "b"], "project_id": project["id"],
               "due_date": "2026-11-21", "position": 0.1}),
    )
    .await;
    post("/tasks", json!({"title": "Part", "parent_id": whole["id"]})).await;
}

async fn shadows(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from pg_namespace where nspname = 'taskflow_shadow'")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Every row with the transaction that wrote it.
async fn rows(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select xmin::text || t::text from taskflow.tasks t
         union all select xmin::text || t::text from taskflow.projects t
         union all select xmin::text || t::text from taskflow.tags t
         union all select xmin::text || t::text from taskflow.profiles t
         order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_difference_is_named_and_repaired(pool: PgPool) {
    let site = desk::open(&pool).await;
    let (owner, other) = (site.sign_up().await.unwrap(), site.sign_up().await.unwrap());
    furnish(&owner).await;
    furnish(&other).await;
    for (damage, table, how) in CASES {
        let sql = damage
            .replace("$whole", "$user and title = 'Whole'")
            .replace("$user", "user_id = $id")
            .replace("$id", &format!("'{}'", owner.user));
        let before = rows(&pool).await;
        pool.execute(AssertSqlSafe(sql)).await.unwrap();
        let report = verify(&pool).await;
        let [found] = &report.differences[..] else {
            panic!("{damage}: {report:?}");
        };
        assert_eq!(
            (found.user, found.table),
            (owner.user.0, *table),
            "{damage}"
        );
        let told = match &found.what {
            What::Missing => "-".to_owned(),
            What::Unexplained => "+".to_owned(),
            What::Differs(columns) => columns.join(" "),
            What::Broken(why) => why.clone(),
        };
        assert_eq!(told, *how, "{damage}");
        assert_eq!(swap(&pool).await.unwrap().count, 1, "{damage}");
        assert_eq!(verify(&pool).await.count, 0, "{damage}");
        let after = rows(&pool).await;
        let touched = after.iter().filter(|row| !before.contains(row)).count();
        assert_eq!(touched, usize::from(*how != "+"), "{damage}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_tag_is_not_called_by_its_name(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    furnish(&owner).await;
    pool.execute("delete from taskflow.tags where name = 'b'")
        .await
        .unwrap();
    let report = verify(&pool).await;
    let line = report.differences[0].to_string();
    let UserId(user) = owner.user;
    let id = tag_aggregate(owner.user, "b");
    assert_eq!(line, format!("tags  user {user}  id {id}  is missing"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn only_what_is_asked_for_stays(pool: PgPool) {
    let site = desk::open(&pool).await;
    let (owner, gone) = (site.sign_up().await.unwrap(), site.sign_up().await.unwrap());
    furnish(&owner).await;
    furnish(&gone).await;
    site.database.delete_user(gone.user).await.unwrap();
    assert_eq!(verify(&pool).await.accounts, 1);
    assert_eq!(shadows(&pool).await, 0);
    // Twice: what is left over is replaced.
    for _ in 0..2 {
        rebuild(&pool, &RebuildArgs::default()).await.unwrap();
        let tasks: i64 = sqlx::query_scalar("select count(*) from taskflow_shadow.tasks")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(tasks, 2);
    }
    swap(&pool).await.unwrap();
    assert_eq!(shadows(&pool).await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn one_rebuild_at_a_time(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    // A writer holds up the first.
    let writer = site.database.lock_writes(owner.user).await.unwrap();
    let first = tokio::spawn({
        let pool = pool.clone();
        async move { swap(&pool).await }
    });
    while site.database.waiting_for_locks().await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    let second = swap(&pool).await.unwrap_err();
    assert_eq!(
        second.to_string(),
        "another rebuild is running on this database"
    );
    writer.release().await.unwrap();
    first.await.unwrap().unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_log_that_does_not_hold_together_is_not_swapped(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    furnish(&owner).await;
    let before = rows(&pool).await;
    for (damage, why) in [
        (
            "update taskflow.events set version = 7 where event_type = 'project.created'",
            "version 7",
        ),
        (
            "delete from taskflow.events where event_type = 'user.created'",
            "not created before",
        ),
        (
            "update taskflow.events set data = '{}' where event_type = 'task.created'",
            "its data do not fit",
        ),
    ] {
        pool.execute(damage).await.unwrap();
        let found = verify(&pool).await.differences;
        let mut told = found.iter().map(|difference| &difference.what);
        assert!(
            told.any(|what| matches!(what, What::Broken(text) if text.contains(why))),
            "{why}: {found:?}"
        );
        assert!(swap(&pool).await.is_err());
        assert_eq!(rows(&pool).await, before);
    }
}

/// How many rows of the shadow are somebody's.
async fn shadowed(pool: &PgPool, user: UserId) -> i64 {
    sqlx::query_scalar(
        "select (select count(*) from taskflow_shadow.tasks where user_id = $1)
              + (select count(*) from taskflow_shadow.projects where user_id = $1)
              + (select count(*) from taskflow_shadow.tags where user_id = $1)
              + (select count(*) from taskflow_shadow.profiles where user_id = $1)",
    )
    .bind(user.0)
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whoever_goes_leaves_the_shadow_too(pool: PgPool) {
    let site = desk::open(&pool).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        let owner = site.sign_up().await.unwrap();
        furnish(&owner).await;
        people.push(owner.user);
    }
    let [stays, during, after] = people[..] else {
        panic!("three people");
    };
    // Somebody is being erased while the log is folded.
    let mut erasing = pool.begin().await.unwrap();
    let gone = sqlx::query(r#"delete from auth."user" where id = $1"#).bind(during.0);
    gone.execute(&mut *erasing).await.unwrap();
    let folding = tokio::spawn({
        let pool = pool.clone();
        async move { rebuild(&pool, &RebuildArgs::default()).await }
    });
    while site.database.waiting_for_locks().await.unwrap() == 0 && !folding.is_finished() {
        tokio::task::yield_now().await;
    }
    erasing.commit().await.unwrap();
    assert_eq!(folding.await.unwrap().unwrap().accounts, 3);
    assert_eq!(shadowed(&pool, during).await, 0);
    assert_ne!(shadowed(&pool, after).await, 0);
    site.database.delete_user(after).await.unwrap();
    assert_eq!(shadowed(&pool, after).await, 0);
    assert_ne!(shadowed(&pool, stays).await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_time_that_cannot_be_is_named(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    furnish(&owner).await;
    let event: uuid::Uuid = sqlx::query_scalar(
        "update taskflow.events set created_at = 'infinity'
         where event_type = 'project.created' returning event_id",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let error = swap(&pool).await.unwrap_err().to_string();
    assert!(error.contains(&event.to_string()), "{error}");
}
