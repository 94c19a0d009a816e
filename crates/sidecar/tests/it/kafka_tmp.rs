
use std::{collections::HashSet, time::Duration};
use events::{Topic, UserId};
use sidecar::{Message, PUBSUB, Subscription};
use tonic::service::Routes;
use crate::{app::{self, collector, event, message, scripted, task_events}, daprd::WithDaprd};
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn run(bulk: bool) {
    let publisher = WithDaprd::start(app::callbacks(vec![]), Routes::default()).await;
    let users: Vec<_> = std::iter::repeat_with(UserId::generate).take(20).collect();
    let mut events: Vec<_> = (0..3000).map(|n| event(users[n % 20], &n.to_string())).collect();
    for (n, s) in ["poison", "retry", "panic"].iter().enumerate() { events[n * 10] = event(users[n], s); }
    for part in events.chunks(300) {
        let part: Vec<_> = part.iter().map(|e| Message { traceparent: Some(TRACEPARENT.to_owned()), ..message(e) }).collect();
        publisher.sidecar.publish(Topic::Tasks, &part).await.unwrap();
    }
    let mut wrong = message(&event(users[0], "wrong key"));
    wrong.key = users[1];
    publisher.sidecar.publish(Topic::Tasks, &[wrong.clone()]).await.unwrap();
    let no_event = Message { id: events::EventId::generate(), body: "[1]".into(), ..wrong.clone() };
    publisher.sidecar.publish(Topic::Tasks, &[no_event]).await.unwrap();
    let (handler, mut seen) = scripted();
    let (collect, mut letters) = collector();
    let mut subs = vec![task_events(handler), Subscription::raw(PUBSUB, Topic::Tasks.dead_letter_name(), collect)];
    if bulk { subs = subs.into_iter().map(|s| s.bulk(80, Duration::from_millis(50))).collect(); }
    let running = WithDaprd::start(app::callbacks(subs), Routes::default()).await;
    for _ in 0..0 { }
    let started = std::time::Instant::now();
    let mut missing: HashSet<_> = events.iter().map(|e| e.id).collect();
    let mut extra = 0;
    let mut order = std::collections::HashMap::<_, u64>::new();
    let mut violations = 0;
    while !missing.is_empty() {
        let Ok(Some(e)) = tokio::time::timeout(Duration::from_secs(6), seen.recv()).await else { break };
        if !missing.remove(&e.id) { extra += 1; }
        if let Ok(n) = app::title(&e).parse::<u64>() {
            let last = order.entry(e.user_id).or_default();
            if n < *last { violations += 1; }
            *last = n.max(*last);
        }
    }
    eprintln!("missing {} ALL in {:?}, extra {extra}, violations {violations}", missing.len(), started.elapsed());
    while let Ok(Some(letter)) = tokio::time::timeout(Duration::from_secs(3), letters.recv()).await {
        let cause = running.sidecar.dead_letter_cause("tasks.events", &letter.id).await.unwrap();
        eprintln!("LETTER {} key {:?} {:?}\n  {cause:?} traceparent {:?} bytes {}", letter.id, letter.key(), letter.metadata, letter.traceparent, String::from_utf8_lossy(&letter.data));
    }
}
#[tokio::test(flavor = "multi_thread")] async fn kafka_bulk() { run(true).await }
#[tokio::test(flavor = "multi_thread")] async fn kafka_single() { run(false).await }
