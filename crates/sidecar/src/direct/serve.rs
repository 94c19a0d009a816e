//! An app as it is called within the process.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, future::join_all};
use tokio::{
    sync::Semaphore,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};
use tower::util::MapResponseLayer;

use super::{BoxError, Group, InProcess, Source, deliver::Route, line::Line};
use crate::{
    BROADCAST, PUBSUB, ServeError,
    callbacks::Served,
    serve::{drained, never_unimplemented},
};

/// How many handlers of one app and component run at a time; those that take bulks besides, as many
/// as are under way.
const HANDS: usize = 16;

/// How often ticks come: `dapr/components/scheduler-tick.yaml`.
const TICK: Duration = Duration::from_secs(1);

/// After a subscription that failed.
const REST: Duration = Duration::from_secs(1);

/// Delivers, ticks and answers calls until shutdown.
pub(crate) async fn serve(
    here: InProcess,
    served: Served,
    services: Routes,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let calls = here.shared.neighbours.serve(&here.app_id);
    let serving = Server::builder()
        .trace_fn(telemetry::grpc::request_span)
        .layer(MapResponseLayer::new(never_unimplemented))
        .add_routes(services.prepare())
        .serve_with_incoming_shutdown(
            UnboundedReceiverStream::new(calls).map(Ok::<_, std::io::Error>),
            shutdown.clone().cancelled_owned(),
        );
    served
        .callbacks()
        .sessions
        .send_modify(|sessions| *sessions += 1);
    let lines = [(PUBSUB, Group::Shared), (BROADCAST, Group::Everything)]
        .map(|(component, group)| run_line(&here, &served, component, group, &shutdown));
    let all = async {
        let (ended, _, _) = tokio::join!(
            serving,
            join_all(lines),
            shutdown.run_until_cancelled(tick(&served))
        );
        ended
    };
    drained(all, &shutdown).await
}

/// What comes from one component, if anything is wanted.
async fn run_line(
    here: &InProcess,
    served: &Served,
    component: &'static str,
    group: Group,
    shutdown: &CancellationToken,
) {
    let subscriptions = served.callbacks().subscriptions.iter();
    let topics: Vec<_> = subscriptions
        .filter(|wanted| wanted.component == component)
        .map(|wanted| wanted.topic)
        .collect();
    let subscribing = subscribe(here, served, group, &topics);
    let Some(Some(source)) = shutdown.run_until_cancelled(subscribing).await else {
        return;
    };
    let route = Route {
        served: served.clone(),
        component,
        broker: Arc::clone(&here.shared.broker),
        retries: here.shared.retries,
        hands: Arc::new(Semaphore::new(HANDS)),
        shutdown: shutdown.clone(),
    };
    Line::new(route, source).run().await;
}

/// Tries until it works; `None` if nothing is wanted.
async fn subscribe(
    here: &InProcess,
    served: &Served,
    group: Group,
    topics: &[&'static str],
) -> Option<Box<dyn Source>> {
    loop {
        match begin(here, served, group, topics).await {
            Ok(source) => return source,
            Err(error) => {
                tracing::warn!(error = error.to_string(), "Cannot subscribe to {topics:?}");
                sleep(REST).await;
            }
        }
    }
}

async fn begin(
    here: &InProcess,
    served: &Served,
    group: Group,
    topics: &[&'static str],
) -> Result<Option<Box<dyn Source>>, BoxError> {
    let broker = &here.shared.broker;
    if group == Group::Shared {
        broker.keep_only(&here.app_id, topics).await?;
    }
    if topics.is_empty() {
        return Ok(None);
    }
    let sessions = served.callbacks().sessions.clone();
    let begun = Box::new(move || sessions.send_modify(|sessions| *sessions += 1));
    let source = broker.subscribe(&here.app_id, group, topics, begun);
    Ok(Some(source.await?))
}

async fn tick(served: &Served) {
    let mut seconds = interval(TICK);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        seconds.tick().await;
        for tick in &served.callbacks().ticks {
            tick.wake.notify_one();
        }
    }
}
