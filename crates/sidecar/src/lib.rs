//! The only code that knows Dapr, or that there is none.
//!
//! Outgoing: a [`Sidecar`] publishes, calls other apps ([`App`]), keeps
//! [`State`] and reads secrets. Incoming: [`serve`] answers daprd's callbacks
//! from a typed list of [`Subscription`]s and [`Tick`]s, beside the app's own
//! gRPC services.
//!
//! In the standalone process there is no daprd, and [`InProcess`] does its work with the same
//! meaning: calls between apps stay within the process, and a [`Broker`] carries the events.
//! Which of the two it is stands in [`SidecarArgs`]; no app can tell.
//!
//! `daprd` stands on the generated types of the `dapr` crate. Its `#[topic]`
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
mod direct;
mod handle;
mod handler;
mod kafka_args;
mod publish;
mod reachability;
mod readiness;
mod secrets;
mod serve;
mod state;
mod subscription;
mod tick;

pub use app::{App, ToApp};
pub use args::{ConfigError, SidecarArgs};
pub use call::CallError;
pub use callbacks::Callbacks;
pub use caller::{Caller, caller};
pub use causes::DeadLetterCause;
pub use client::Sidecar;
pub use delivery::{CloudEvent, Delivery};
pub use direct::{
    BoxError, Broker, Direct, Group, InProcess, Incoming, Record, Retries, Source, Store, TooLarge,
};
pub use handler::{EventHandler, Outcome, RawHandler, TriggerHandler};
pub use kafka_args::{KafkaArgs, KafkaArgsError, KafkaLogin, KafkaMechanism};
pub use publish::{Message, PublishError};
pub use reachability::Reachability;
pub use readiness::Readiness;
pub use secrets::Secrets;
pub use serve::{ServeError, serve};
pub use state::{Claim, Etag, Over, State};
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
