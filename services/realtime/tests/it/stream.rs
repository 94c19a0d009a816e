//! The same for event streams.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::world::{ORIGIN, World, token, token_for};

/// An answer over HTTP/1.0, whose body comes without chunks.
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: BufReader<TcpStream>,
}

impl Answer {
    async fn to(world: &World, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        let mut request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut body = BufReader::new(stream);
        let status = line(&mut body).await;
        let mut headers = BTreeMap::new();
        loop {
            let line = line(&mut body).await;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        Self {
            status: status.split(' ').nth(1).unwrap().parse().unwrap(),
            headers,
            body,
        }
    }

    /// The fields of the next event.
    async fn event(&mut self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        loop {
            let line = line(&mut self.body).await;
            match line.split_once(": ") {
                Some((name, value)) => fields.insert(name.to_owned(), value.to_owned()),
                None => return fields,
            };
        }
    }

    async fn rest(mut self) -> String {
        let mut rest = String::new();
        let read = self.body.read_to_string(&mut rest);
        timeout(Duration::from_secs(20), read)
            .await
            .unwrap()
            .unwrap();
        rest
    }
}

async fn line(reader: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    let read = reader.read_line(&mut line);
    timeout(Duration::from_secs(20), read)
        .await
        .unwrap()
        .unwrap();
    line.trim_end().to_owned()
}

#[tokio::test]
async fn it_resumes_from_the_last_event_id() {
    let world = World::start().await;
    let user = world.backend.add_user();
    for _ in 0..3 {
        world.backend.write(user);
    }
    let bearer = format!("Bearer {}", token(user));
    let path = format!("/sse/user/{user}/tasks?since=0");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Last-Event-ID", "1"),
        ("Origin", ORIGIN),
    ];
    let mut answer = Answer::to(&world, &path, &headers).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert_eq!(answer.headers["access-control-allow-origin"], ORIGIN);
    for seq in ["2", "3"] {
        let event = answer.event().await;
        assert_eq!(event["id"], seq);
        assert_eq!(event["event"], "task.updated");
        let notice: serde_json::Value = serde_json::from_str(&event["data"]).unwrap();
        assert_eq!(notice["data"]["seq"].to_string(), seq);
        assert_eq!(notice["type"], "task.updated");
    }
    let ready = answer.event().await;
    assert_eq!(
        (ready["event"].as_str(), ready["id"].as_str()),
        ("ready", "3")
    );
    world.backend.write(user);
    world.happen(user).await;
    assert_eq!(answer.event().await["id"], "4");
    assert_eq!(answer.event().await["id"], "5");

    world.gateway.hub.stop();
    assert_eq!(answer.rest().await, "");
}

#[tokio::test]
async fn refusals_are_statuses() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let other = world.backend.add_user();
    let gone = world.backend.add_user();
    let [token, token_of_nobody] = [user, gone].map(token);
    world.backend.remove_user(gone);
    for (path, status) in [
        (format!("{user}/tasks"), 401),
        (format!("{user}/tasks?token=nonsense"), 401),
        (format!("{user}/tasks?token={}", token_for(user, -9)), 401),
        (format!("{gone}/tasks?token={token_of_nobody}"), 401),
        (format!("{gone}/tasks?token={token_of_nobody}&since=3"), 401),
        (format!("{other}/tasks?token={token}"), 403),
        (format!("me/tasks?token={token}"), 403),
        (format!("{user}/tasks?token={token}&since=x"), 400),
    ] {
        let answer = Answer::to(&world, &format!("/sse/user/{path}"), &[]).await;
        assert_eq!(answer.status, status, "{path}");
        let content_type = &answer.headers["content-type"];
        assert_eq!(content_type, "application/problem+json", "{path}");
        let body = answer.rest().await;
        assert!(!body.contains(&token) && !body.contains(&token_of_nobody));
    }
    let bad_id = [("Last-Event-ID", "abc")];
    let path = format!("/sse/user/{user}/tasks?token={token}");
    assert_eq!(Answer::to(&world, &path, &bad_id).await.status, 400);
    world.connections(0).await;
}

#[tokio::test]
async fn foreign_pages_may_not_read_it() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let path = format!("/sse/user/{user}/tasks?token={}", token(user));
    let headers = [("Origin", "https://evil.example")];
    let answer = Answer::to(&world, &path, &headers).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn it_ends_with_the_session() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let path = format!("/sse/user/{user}/tasks?token={}", token_for(user, 2));
    let mut answer = Answer::to(&world, &path, &[]).await;
    assert_eq!(answer.event().await["event"], "ready");
    assert_eq!(answer.rest().await, "");
    world.connections(0).await;
}
