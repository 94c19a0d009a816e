//! What is done to a project is done to all its tasks, however many there are.

use std::fmt::Write;

use backend::MIGRATOR;
use reqwest::Method;
use sqlx::{Executor, PgPool};
use testing::send;

use crate::{
    desk,
    series::{adds_up, text},
};

/// Counts the statements that change tasks.
const COUNT: &str = "
    create table updates (at timestamptz not null default now());
    create function count_update() returns trigger language plpgsql as $$
    begin
        insert into updates default values;
        return null;
    end $$;
    create trigger count_update after update on taskflow.tasks
        for each statement execute function count_update();
";

/// One after another they would take longer than a request may.
#[sqlx::test(migrator = "MIGRATOR")]
async fn all_tasks_leave_a_project_together(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let mut file = "title,project\n".to_owned();
    for row in 0..1_000 {
        writeln!(file, "Task {row},Home").unwrap();
    }
    let request = owner.request(Method::POST, "/import?format=csv");
    let imported = send(request.body(file)).await.unwrap();
    imported.expect(200).unwrap();
    pool.execute(COUNT).await.unwrap();

    let projects = owner.get("/projects").await.unwrap().expect(200).unwrap();
    let path = format!("/projects/{}", text(&projects["items"][0]["id"]));
    let head = site.database.head(owner.user).await.unwrap();
    let deleted = owner.delete(&path).await.unwrap();
    deleted.expect(204).unwrap();
    let updates: i64 = sqlx::query_scalar("select count(*) from updates")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(updates, 1);
    // Each task has an event of its own, and the project has one.
    let events = site.database.head(owner.user).await.unwrap() - head;
    assert_eq!(events, 1_001);
    adds_up(&pool).await;
}
