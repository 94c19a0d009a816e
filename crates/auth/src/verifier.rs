//! Tokens checked against the configured algorithm, keys and claims.

use std::sync::Arc;

use events::{TokenId, UserId};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use secrecy::{ExposeSecret, SecretString};
use telemetry::{clock, metrics::FAILURES_TOTAL};

use crate::{
    AuthArgs, ConfigError, JwtMode, Rejected,
    jwks::Jwks,
    token::{Claims, Token},
};

const MIN_SECRET_LENGTH: usize = 32;
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
    Shared(Arc<DecodingKey>),
    Published(Arc<Jwks>),
}

impl Verifier {
    /// Checks the configuration. The secret is needed for [`JwtMode::Hs256`] only.
    pub fn new(args: &AuthArgs, secret: Option<SecretString>) -> Result<Self, ConfigError> {
        if args.jwt_leeway_seconds > MAX_LEEWAY_SECONDS {
            return Err(ConfigError::Leeway(args.jwt_leeway_seconds));
        }
        let keys = match args.jwt_mode {
            JwtMode::Hs256 => Keys::Shared(Arc::new(shared_key(secret)?)),
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
            return crate::planted::check_signature(token, self.key(token).await.ok().as_deref());
        }
        let (algorithm, name) = match self.keys {
            Keys::Shared(_) => (Algorithm::HS256, "HS256"),
            Keys::Published(_) => (Algorithm::EdDSA, "EdDSA"),
        };
        if token.header.alg != name {
            return Err(Rejected::Algorithm);
        }
        let key = self.key(token).await?;
        match crypto::verify(token.signature, token.message.as_bytes(), &key, algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Rejected::Signature),
        }
    }

    async fn key(&self, token: &Token<'_>) -> Result<Arc<DecodingKey>, Rejected> {
        match &self.keys {
            Keys::Shared(key) => Ok(key.clone()),
            Keys::Published(jwks) => {
                let kid = token.header.kid.as_deref().ok_or(Rejected::UnknownKey)?;
                jwks.key(kid).await.ok_or(Rejected::UnknownKey)
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

fn shared_key(secret: Option<SecretString>) -> Result<DecodingKey, ConfigError> {
    let secret = secret.ok_or(ConfigError::NoSecret)?;
    let secret = secret.expose_secret();
    if secret.len() < MIN_SECRET_LENGTH {
        return Err(ConfigError::ShortSecret(secret.len()));
    }
    Ok(DecodingKey::from_secret(secret.as_bytes()))
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
        let verifier = Verifier::new(args, secret.map(SecretString::from));
        verifier.err().map(|error| error.to_string())
    }

    #[test]
    fn a_short_secret_stops_the_start_and_is_not_repeated() {
        assert_eq!(refusal(&hs256(), Some(&"x".repeat(32))), None);
        let short = refusal(&hs256(), Some("too short to be a secret")).unwrap();
        assert!(short.starts_with("BETTER_AUTH_SECRET has 24 characters and needs 32 or more"));
        assert!(!short.contains("too short to be"));
        assert_eq!(
            refusal(&hs256(), None),
            Some(ConfigError::NoSecret.to_string())
        );
        assert_eq!(
            refusal(&hs256(), Some("")),
            Some(ConfigError::ShortSecret(0).to_string())
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
