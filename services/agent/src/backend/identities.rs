//! Whose bearers are, remembered for a moment.

use std::time::Duration;

use events::UserId;
use jiff::Timestamp;
use moka::future::Cache;
use proto::v1::{self, get_identity_response::Outcome};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use telemetry::clock;

use super::{Backend, BackendError, Problem, parse, within_deadline};
use crate::caller::{Caller, Identity};

/// The backend checks the bearer again with whatever is done, so an answer that is a little old
/// lets nobody do anything: a revoked token can at most still see which tools there are.
const KEPT: Duration = Duration::from_secs(30);

const MAX_KEPT: u64 = 10_000;

/// By the bearer's hash, so that none lies about in memory.
#[derive(Clone)]
pub(super) struct Identities(Cache<[u8; 32], Identity>);

impl Default for Identities {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(MAX_KEPT)
            .time_to_live(KEPT)
            .build();
        Self(cache)
    }
}

impl Backend {
    /// Whose the bearer is.
    pub async fn identify(&self, caller: &Caller) -> Result<Identity, BackendError> {
        let key = Sha256::digest(caller.authorization.expose_secret()).into();
        if let Some(known) = self.identities.0.get(&key).await
            && known.expires_at > clock::now()
        {
            return Ok(known);
        }
        let identity = self.look_up(caller).await?;
        self.identities.0.insert(key, identity.clone()).await;
        Ok(identity)
    }

    async fn look_up(&self, caller: &Caller) -> Result<Identity, BackendError> {
        let request = within_deadline(v1::GetIdentityRequest {
            caller: Some(caller.on_wire("", "")),
        });
        let mut api = self.api.clone();
        let found = self.call(api.get_identity(request)).await?;
        match found.outcome.ok_or(BackendError::Malformed("outcome"))? {
            Outcome::Refused(answer) => Err(Problem::read(&answer).into()),
            Outcome::Identity(identity) => read(identity),
        }
    }
}

fn read(identity: v1::Identity) -> Result<Identity, BackendError> {
    let tools = identity.grant.map(|grant| grant.tools);
    Ok(Identity {
        user: parse::<UserId>(&identity.user_id, "user_id")?,
        token: match identity.token_id.as_str() {
            "" => None,
            id => Some(parse(id, "token_id")?),
        },
        may_write: identity.may_write,
        expires_at: Timestamp::from_second(identity.expires_at)
            .map_err(|_| BackendError::Malformed("expires_at"))?,
        tools: tools.filter(|tools| !tools.is_empty()).map(Into::into),
    })
}
