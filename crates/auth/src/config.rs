//! What a deployment says about its tokens.

use clap::{Args, ValueEnum};
use secrecy::SecretString;

/// Which tokens are accepted.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "they name the flags, which stand beside those of other crates"
)]
pub struct AuthArgs {
    /// How tokens are signed: with the shared secret, or with a key published at a URL
    #[arg(long, env = "JWT_MODE", value_enum, default_value_t = JwtMode::Hs256)]
    pub jwt_mode: JwtMode,

    /// Where the public keys are, for `JWT_MODE=jwks`
    #[arg(long, env = "JWT_JWKS_URL")]
    pub jwt_jwks_url: Option<String>,

    /// The `iss` that tokens must have; not checked when absent
    #[arg(long, env = "JWT_ISSUER")]
    pub jwt_issuer: Option<String>,

    /// The `aud` that tokens must have; not checked when absent
    #[arg(long, env = "JWT_AUDIENCE")]
    pub jwt_audience: Option<String>,

    /// How far clocks may differ, at most 30
    #[arg(long, env = "JWT_LEEWAY_SECONDS", default_value_t = 5)]
    pub jwt_leeway_seconds: u8,
}

/// How tokens are signed. It is never taken from a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum JwtMode {
    /// HMAC-SHA-256 with the secret that the front end has too.
    Hs256,
    /// Ed25519, with the front end's published keys.
    Jwks,
}

/// What sessions may be signed with in [`JwtMode::Hs256`]. Of the two, the front end signs with
/// the first; so one can be exchanged for another while people stay signed in.
#[derive(Clone, Debug, Default)]
pub struct SessionSecrets {
    /// `BETTER_AUTH_SECRET`
    pub signing: Option<SecretString>,
    /// `BETTER_AUTH_SECRET_ACCEPTED`
    pub accepted: Option<SecretString>,
}

/// Why a service must not start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "BETTER_AUTH_SECRET is missing; put the front end's value into the secret store or the \
         environment, or set JWT_MODE=jwks"
    )]
    NoSecret,
    #[error(
        "{name} has {length} characters and needs 32 or more; make one with \
         `openssl rand -base64 32` and give it to the front end too"
    )]
    ShortSecret { name: &'static str, length: usize },
    #[error(
        "{name} has only {different} different characters and could be guessed; make one with \
         `openssl rand -base64 32` and give it to the front end too"
    )]
    WeakSecret {
        name: &'static str,
        different: usize,
    },
    #[error(
        "JWT_JWKS_URL is missing; JWT_MODE=jwks needs it, for example http://localhost:3000/api/auth/jwks"
    )]
    NoUrl,
    #[error("JWT_JWKS_URL is not an http or https URL")]
    Url,
    #[error("JWT_LEEWAY_SECONDS is {0}; set it to 30 or less")]
    Leeway(u8),
    #[error("cannot set up the HTTP client for JWT_JWKS_URL")]
    Client(#[source] reqwest::Error),
}
