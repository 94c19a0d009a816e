//! Calls between the apps of a process.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper_util::rt::TokioIo;
use tokio::{
    io::{DuplexStream, duplex},
    sync::{mpsc, watch},
    time::timeout,
};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

/// How long a call waits for an app that is still starting.
const PATIENCE: Duration = Duration::from_secs(5);

/// What fits between two apps before the writer waits.
const PIPE_BYTES: usize = 256 << 10;

/// Takes the far ends of pipes.
type Door = mpsc::UnboundedSender<DuplexStream>;

/// Who serves, by app-id.
#[derive(Clone, Default)]
pub(super) struct Neighbours(Arc<Mutex<HashMap<String, watch::Sender<Option<Door>>>>>);

impl Neighbours {
    /// Connects when it is first used, and again when the app was away.
    pub(super) fn channel(&self, app_id: &str) -> Channel {
        let door = self.door(app_id);
        let connect = service_fn(move |_| {
            let mut door = door.subscribe();
            async move {
                let open = timeout(PATIENCE, door.wait_for(|door| has_opened(door.as_ref())));
                let door = match open.await {
                    Ok(Ok(door)) => door.clone(),
                    Ok(Err(_)) | Err(_) => None,
                };
                let (near, far) = duplex(PIPE_BYTES);
                let taken = door.is_some_and(|door| door.send(far).is_ok());
                if taken {
                    Ok(TokioIo::new(near))
                } else {
                    Err(io::Error::other("the app does not serve"))
                }
            }
        });
        // No such host is ever looked for.
        Endpoint::from_static("http://in-process").connect_with_connector_lazy(connect)
    }

    /// The near ends of the pipes that others open to this app, from now on.
    pub(super) fn serve(&self, app_id: &str) -> mpsc::UnboundedReceiver<DuplexStream> {
        let (door, opened) = mpsc::unbounded_channel();
        self.door(app_id).send_replace(Some(door));
        opened
    }

    fn door(&self, app_id: &str) -> watch::Sender<Option<Door>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(app_id.to_owned()).or_default().clone()
    }
}

fn has_opened(door: Option<&Door>) -> bool {
    door.is_some_and(|door| !door.is_closed())
}
