//! Clients hang up whenever they like.

use std::{future::poll_fn, pin::pin, task::Poll};

use serde_json::json;
use sqlx::{ConnectOptions, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{clockwork, fresh, series::text};

/// More steps than a request has.
const STEPS: usize = 1_000;

#[tokio::test]
async fn whoever_is_cut_off_leaves_no_transaction_behind() {
    fresh::database(async |direct| {
        let pool = behind_a_line(&direct).await;
        let clockwork = clockwork::open(&pool).await;
        let person = clockwork.sign_up().await;
        let mut beside = pool.connect_options().connect().await.unwrap();
        let due = json!({"kind": "date", "date": "2030-03-30"});
        let task = json!({"title": "Daily", "due": due, "recurrence": {"rule": "daily"}});
        let task = person.post("/tasks", task).await;
        let id = text(&task["id"]);
        person.complete(id).await;
        for steps in 1.. {
            assert!(steps < STEPS, "no answer comes");
            let outcome = cut_off(person.spawn(id), steps).await;
            let left = left_open(&pool, &mut beside).await;
            assert_eq!(left, 0, "cut off after {steps} steps");
            // The one before may have been cut off between its commit and its answer.
            if outcome.is_some() {
                break;
            }
        }
        assert_eq!(person.tasks().await.len(), 2);
        pool.close().await;
    })
    .await;
}

/// The same database through a task of this thread. No answer is there before whoever asked has
/// begun to wait for it, however busy the machine is: every wait is a step at which to be cut off.
async fn behind_a_line(direct: &PgPool) -> PgPool {
    let server = direct.connect_options();
    let line = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = line.local_addr().unwrap().port();
    let address = (server.get_host().to_owned(), server.get_port());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = line.accept().await {
            let mut server = TcpStream::connect(&address).await.unwrap();
            // Ends as either side does, however that is.
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await.ok() });
        }
    });
    let options = (*server).clone().host("127.0.0.1").port(port);
    let pool = PgPoolOptions::new().max_connections(5);
    pool.connect_with(options).await.unwrap()
}

/// How many connections are in a transaction, now that each has been given back. The pool asks every
/// one whether it is alive before it lends it: what was sent on it before has been done by then.
async fn left_open(pool: &PgPool, beside: &mut PgConnection) -> i64 {
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        all.push(pool.acquire().await.unwrap());
    }
    sqlx::query_scalar(
        "select count(*) from pg_stat_activity
         where datname = current_database() and state = 'idle in transaction'",
    )
    .fetch_one(beside)
    .await
    .unwrap()
}

/// Goes on with it so many times, and no further.
async fn cut_off<F: Future>(future: F, mut steps: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if steps == 0 {
            return Poll::Ready(None);
        }
        steps -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
