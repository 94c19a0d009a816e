//! The only code that knows Dapr.
//!
//! Outgoing: a [`Sidecar`] publishes, calls other apps ([`App`]), keeps
//! [`State`] and reads secrets. Incoming: [`serve`] answers daprd's callbacks
//! from a typed list of [`Subscription`]s and [`Tick`]s, beside the app's own
//! gRPC services.
//!
//! Everything stands on the generated types of the `dapr` crate. Its `#[topic]`
//! macro acknowledges whatever the handler says and panics on malformed JSON,
//! and its `AppCallbackService` panics on bindings and bulk deliveries.

mod app;
mod args;
mod batch;
mod call;
mod callbacks;
mod caller;
mod causes;
mod client;
mod daprd;
mod delivery;
mod handle;
mod handler;
mod publish;
mod reachability;
mod readiness;
mod secrets;
mod serve;
mod sessions;
mod state;
mod subscription;
mod tick;
mod token;
mod version;

pub use app::{App, ToApp};
pub use args::{ConfigError, SidecarArgs};
pub use call::CallError;
pub use callbacks::Callbacks;
pub use caller::{Caller, caller};
pub use causes::DeadLetterCause;
pub use client::Sidecar;
pub use delivery::{CloudEvent, Delivery};
pub use handler::{EventHandler, Outcome, RawHandler, TriggerHandler};
pub use publish::{Message, PublishError};
pub use reachability::Reachability;
pub use readiness::Readiness;
pub use secrets::Secrets;
pub use serve::{ServeError, serve};
pub use state::{Claim, Etag, State};
pub use subscription::Subscription;
pub use tick::Tick;

/// The pub/sub component whose consumers share the work: `dapr/components/pubsub.yaml`.
pub const PUBSUB: &str = "pubsub";
/// The pub/sub component that gives every replica everything: `dapr/components/pubsub-broadcast.yaml`.
pub const BROADCAST: &str = "pubsub-broadcast";
/// The state store that all apps share: `dapr/components/statestore.yaml`.
pub const STATE: &str = "statestore";

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
