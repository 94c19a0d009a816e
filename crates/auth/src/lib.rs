//! Bearer token to Actor.
//!
//! [`bearer()`] finds the token, [`Verifier::verify`] checks it,
//! [`KnownUsers::exists`] asks whether its user is still there, and
//! [`require_owner`] compares the user with the path. An API token is only
//! recognised here: the backend keeps them.

mod api_token;
mod bearer;
mod config;
mod jwks;
mod known_users;
#[cfg(any(test, feature = "planted-faults"))]
mod planted;
mod rejection;
mod token;
mod verifier;

#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod signing;

pub use api_token::{API_TOKEN_PREFIX, is_api_token, is_ticket};
pub use bearer::bearer;
pub use config::{AuthArgs, ConfigError, JwtMode, SessionSecrets};
pub use known_users::KnownUsers;
pub use rejection::{Rejection, require_owner};
pub use token::Rejected;
pub use verifier::{Actor, Verifier};

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("the feature `planted-faults` is for tests; a release build must not carry it");
