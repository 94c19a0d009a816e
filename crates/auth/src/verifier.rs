//! Tokens checked against the configured algorithm, keys and claims.

use std::{collections::BTreeSet, sync::Arc};

use events::{TokenId, UserId};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use secrecy::{ExposeSecret, SecretString};
use telemetry::{clock, metrics::FAILURES_TOTAL};

use crate::{
    AuthArgs, ConfigError, JwtMode, Rejected, SessionSecrets,
    jwks::Jwks,
    token::{Claims, Token},
};

const MIN_SECRET_LENGTH: usize = 32;
/// Even 32 random hexadecimal digits are hardly ever fewer different ones.
const MIN_SECRET_VARIETY: usize = 8;
const MAX_LEEWAY_SECONDS: u8 = 30;

/// Who makes a request, proven by a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user_id: UserId,
    /// When the token ends, and with it a socket that it opened.
    pub expires_at: Timestamp,
    /// The API token that proved it; none in a session.
    pub token: Option<TokenId>,
}

/// Checks tokens. Clones share the keys.
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    issuer: Option<String>,
    audience: Option<String>,
    leeway_seconds: u8,
    #[cfg(any(test, feature = "planted-faults"))]
    pub(crate) algorithm_from_token: bool,
}

#[derive(Clone)]
enum Keys {
    Shared(Vec<Arc<DecodingKey>>),
    Published(Arc<Jwks>),
}

impl Verifier {
    /// Checks the configuration. Secrets are needed for [`JwtMode::Hs256`] only.
    pub fn new(args: &AuthArgs, secrets: &SessionSecrets) -> Result<Self, ConfigError> {
        if args.jwt_leeway_seconds > MAX_LEEWAY_SECONDS {
            return Err(ConfigError::Leeway(args.jwt_leeway_seconds));
        }
        let keys = match args.jwt_mode {
            JwtMode::Hs256 => Keys::Shared(shared_keys(secrets)?),
            JwtMode::Jwks => {
                let url = configured(args.jwt_jwks_url.as_ref()).ok_or(ConfigError::NoUrl)?;
                Keys::Published(Arc::new(Jwks::new(&url)?))
            }
        };
        Ok(Self {
            keys,
            issuer: configured(args.jwt_issuer.as_ref()),
            audience: configured(args.jwt_audience.as_ref()),
            leeway_seconds: args.jwt_leeway_seconds,
            #[cfg(any(test, feature = "planted-faults"))]
            algorithm_from_token: telemetry::faults::enabled("jwt-alg-from-token"),
        })
    }

    /// The actor a token stands for. A refusal is counted by cause.
    pub async fn verify(&self, token: &str) -> Result<Actor, Rejected> {
        self.verify_at(token, clock::now())
            .await
            .inspect_err(|rejected| {
                metrics::counter!(FAILURES_TOTAL, "cause" => rejected.cause()).increment(1);
                tracing::debug!(cause = rejected.cause(), "Refused a token");
            })
    }

    pub(crate) async fn verify_at(&self, token: &str, now: Timestamp) -> Result<Actor, Rejected> {
        let token = Token::parse(token)?;
        self.check_signature(&token).await?;
        self.check_claims(&token.claims()?, now)
    }

    async fn check_signature(&self, token: &Token<'_>) -> Result<(), Rejected> {
        #[cfg(any(test, feature = "planted-faults"))]
        if self.algorithm_from_token {
            let keys = self.keys(token).await.unwrap_or_default();
            return crate::planted::check_signature(token, keys.first().map(AsRef::as_ref));
        }
        let (algorithm, name) = match self.keys {
            Keys::Shared(_) => (Algorithm::HS256, "HS256"),
            Keys::Published(_) => (Algorithm::EdDSA, "EdDSA"),
        };
        if token.header.alg != name {
            return Err(Rejected::Algorithm);
        }
        let message = token.message.as_bytes();
        let keys = self.keys(token).await?;
        let is_signed = keys.iter().any(|key| {
            let verified = crypto::verify(token.signature, message, key, algorithm);
            matches!(verified, Ok(true))
        });
        is_signed.then_some(()).ok_or(Rejected::Signature)
    }

    /// Any of these may have signed the token.
    async fn keys(&self, token: &Token<'_>) -> Result<Vec<Arc<DecodingKey>>, Rejected> {
        match &self.keys {
            Keys::Shared(keys) => Ok(keys.clone()),
            Keys::Published(jwks) => {
                let kid = token.header.kid.as_deref().ok_or(Rejected::UnknownKey)?;
                let key = jwks.key(kid).await.ok_or(Rejected::UnknownKey)?;
                Ok(vec![key])
            }
        }
    }

    fn check_claims(&self, claims: &Claims, now: Timestamp) -> Result<Actor, Rejected> {
        let expires_at = claims.expiry(now, self.leeway_seconds)?;
        if self
            .issuer
            .as_ref()
            .is_some_and(|issuer| !claims.is_from(issuer))
        {
            return Err(Rejected::Issuer);
        }
        if self
            .audience
            .as_ref()
            .is_some_and(|audience| !claims.is_for(audience))
        {
            return Err(Rejected::Audience);
        }
        Ok(Actor {
            user_id: claims.user()?,
            expires_at,
            token: None,
        })
    }
}

fn shared_keys(secrets: &SessionSecrets) -> Result<Vec<Arc<DecodingKey>>, ConfigError> {
    let signing = secrets.signing.as_ref().ok_or(ConfigError::NoSecret)?;
    let accepted = secrets.accepted.as_ref();
    let accepted = accepted.filter(|secret| !secret.expose_secret().is_empty());
    let signing = ("BETTER_AUTH_SECRET", signing);
    let accepted = accepted.map(|secret| ("BETTER_AUTH_SECRET_ACCEPTED", secret));
    let keys = std::iter::once(signing).chain(accepted);
    keys.map(|(name, secret)| shared_key(name, secret))
        .collect()
}

fn shared_key(name: &'static str, secret: &SecretString) -> Result<Arc<DecodingKey>, ConfigError> {
    let secret = secret.expose_secret();
    let length = secret.len();
    if length < MIN_SECRET_LENGTH {
        return Err(ConfigError::ShortSecret { name, length });
    }
    let different = secret.chars().collect::<BTreeSet<_>>().len();
    if different < MIN_SECRET_VARIETY {
        return Err(ConfigError::WeakSecret { name, different });
    }
    Ok(Arc::new(DecodingKey::from_secret(secret.as_bytes())))
}

/// An empty variable is one that was not set: compose files have no other way.
fn configured(value: Option<&String>) -> Option<String> {
    value.filter(|value| !value.is_empty()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least 32 characters";

    fn hs256() -> AuthArgs {
        AuthArgs {
            jwt_mode: JwtMode::Hs256,
            jwt_jwks_url: None,
            jwt_issuer: None,
            jwt_audience: None,
            jwt_leeway_seconds: 5,
        }
    }

    fn jwks(url: &str) -> AuthArgs {
        AuthArgs {
            jwt_mode: JwtMode::Jwks,
            jwt_jwks_url: Some(url.to_owned()),
            ..hs256()
        }
    }

    fn refusal(args: &AuthArgs, secret: Option<&str>) -> Option<String> {
        refusal_of_both(args, secret, None)
    }

    fn refusal_of_both(
        args: &AuthArgs,
        signing: Option<&str>,
        accepted: Option<&str>,
    ) -> Option<String> {
        let secrets = SessionSecrets {
            signing: signing.map(SecretString::from),
            accepted: accepted.map(SecretString::from),
        };
        let verifier = Verifier::new(args, &secrets);
        verifier.err().map(|error| error.to_string())
    }

    #[test]
    fn a_short_secret_stops_the_start_and_is_not_repeated() {
        assert_eq!(refusal(&hs256(), Some(&"0123456789abcdef".repeat(2))), None);
        let short = refusal(&hs256(), Some("too short to be a secret")).unwrap();
        assert!(short.starts_with("BETTER_AUTH_SECRET has 24 characters and needs 32 or more"));
        assert!(!short.contains("too short to be"));
        assert_eq!(
            refusal(&hs256(), None),
            Some(ConfigError::NoSecret.to_string())
        );
        let empty = refusal(&hs256(), Some("")).unwrap();
        assert!(empty.starts_with("BETTER_AUTH_SECRET has 0 characters"));
    }

    #[test]
    fn a_secret_that_could_be_guessed_stops_the_start() {
        let guessed = refusal(&hs256(), Some(&"secret".repeat(10))).unwrap();
        assert!(guessed.starts_with("BETTER_AUTH_SECRET has only 5 different characters"));
    }

    #[test]
    fn what_is_accepted_besides_is_no_weaker() {
        let with = |accepted| refusal_of_both(&hs256(), Some(SECRET), Some(accepted));
        assert_eq!(with("another secret of 32 characters and more"), None);
        // A component can only name keys that are there, so what is not used is empty.
        assert_eq!(with(""), None);
        let short = with("short").unwrap();
        assert!(short.starts_with("BETTER_AUTH_SECRET_ACCEPTED has 5 characters"));
        let accepted = Some("another secret of 32 characters and more");
        assert_eq!(
            refusal_of_both(&hs256(), None, accepted),
            Some(ConfigError::NoSecret.to_string())
        );
    }

    #[test]
    fn more_leeway_than_30_s_stops_the_start() {
        let with = |jwt_leeway_seconds| AuthArgs {
            jwt_leeway_seconds,
            ..hs256()
        };
        assert_eq!(refusal(&with(30), Some(SECRET)), None);
        assert_eq!(
            refusal(&with(31), Some(SECRET)),
            Some(ConfigError::Leeway(31).to_string())
        );
    }

    #[test]
    fn a_missing_or_wrong_key_url_stops_the_start() {
        assert_eq!(refusal(&jwks("http://127.0.0.1:1/keys"), None), None);
        assert_eq!(
            refusal(&jwks(""), None),
            Some(ConfigError::NoUrl.to_string())
        );
        for url in ["keys", "file:///etc/passwd", "ftp://host/keys"] {
            assert_eq!(
                refusal(&jwks(url), None),
                Some(ConfigError::Url.to_string())
            );
        }
    }
}
