//! Session tokens, right and wrong.

use anyhow::Result;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use events::UserId;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Signs as the front end does: HS256 with the shared secret.
#[derive(Clone)]
pub struct Signer(EncodingKey);

impl Signer {
    pub fn new(secret: &str) -> Self {
        Self(EncodingKey::from_secret(secret.as_bytes()))
    }

    /// A token that is good for an hour.
    pub fn token(&self, user: UserId) -> Result<String> {
        self.token_for(user, 3600)
    }

    /// A token that expires in `seconds`, which may be negative.
    pub fn token_for(&self, user: UserId, seconds: i64) -> Result<String> {
        self.sign(HS256, &claims(user, seconds))
    }

    fn sign(&self, header: &str, claims: &Value) -> Result<String> {
        let message = unsigned(header, claims);
        let signature = crypto::sign(message.as_bytes(), &self.0, Algorithm::HS256)?;
        Ok(format!("{message}.{signature}"))
    }

    /// Tokens that nobody may accept, with what is wrong about each.
    ///
    /// All claim to be `user`'s and most of them are what a library that trusts the token's
    /// header would take.
    pub fn forgeries(&self, user: UserId) -> Result<Vec<(&'static str, String)>> {
        let good = claims(user, 3600);
        let token = self.sign(HS256, &good)?;
        let (message, signature) = token.rsplit_once('.').unwrap_or_default();
        let none = |alg: &str| unsigned(&json!({ "alg": alg, "typ": "JWT" }).to_string(), &good);
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            self.sign(HS256, &claims)
        };
        let without = |name: &str| {
            let mut claims = good.clone();
            if let Some(claims) = claims.as_object_mut() {
                claims.remove(name);
            }
            self.sign(HS256, &claims)
        };
        let header = |header: Value| self.sign(&header.to_string(), &good);
        let other = Self::new("another secret of more than 32 characters");
        let exp = good["exp"].to_string();
        Ok(vec![
            ("alg none", format!("{}.", none("none"))),
            ("alg None", format!("{}.", none("None"))),
            (
                "alg none with a signature",
                format!("{}.{signature}", none("none")),
            ),
            (
                "alg RS256 signed with HMAC",
                header(json!({"alg": "RS256", "typ": "JWT"}))?,
            ),
            (
                "alg EdDSA signed with HMAC",
                header(json!({"alg": "EdDSA", "typ": "JWT"}))?,
            ),
            (
                "alg HS512 signed as HS256",
                header(json!({"alg": "HS512", "typ": "JWT"}))?,
            ),
            ("another key", other.sign(HS256, &good)?),
            ("an empty key", Self::new("").sign(HS256, &good)?),
            ("stripped signature", format!("{message}.")),
            ("no signature part", message.to_owned()),
            (
                "cut signature",
                format!("{message}.{}", signature.get(4..).unwrap_or_default()),
            ),
            (
                "kid that is a path",
                header(json!({"alg": "none", "kid": "../../dev/null"}))?,
            ),
            (
                "kid that is SQL",
                header(json!({"alg": "RS256", "kid": "' or 1=1 --"}))?,
            ),
            (
                "jwk in the header",
                header(json!({"alg": "HS512", "jwk": {"kty": "oct", "k": ""}}))?,
            ),
            (
                "unknown critical header",
                header(json!({"alg": "HS256", "crit": ["b64"], "b64": false}))?,
            ),
            ("missing exp", without("exp")?),
            ("exp as text", with("exp", exp.into())?),
            ("negative exp", with("exp", (-1).into())?),
            ("fractional exp", with("exp", 4e9.into())?),
            ("expired", self.token_for(user, -60)?),
            ("not valid yet", with("nbf", json!(now() + 600))?),
            ("missing sub", without("sub")?),
            (
                "sub that is a list",
                with("sub", json!([user.to_string()]))?,
            ),
            (
                "sub in another spelling",
                with("sub", user.to_string().to_uppercase().into())?,
            ),
            (
                "sub of nobody",
                with("sub", UserId::generate().to_string().into())?,
            ),
            ("one flipped byte", flip(&token)),
            ("twice as many parts", format!("{token}.{token}")),
        ])
    }
}

fn claims(user: UserId, seconds: i64) -> Value {
    json!({ "sub": user.to_string(), "iat": now(), "exp": now() + seconds })
}

fn unsigned(header: &str, claims: &Value) -> String {
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", encode(header), encode(&claims.to_string()))
}

/// The time in so many seconds.
pub fn from_now(seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(now() + seconds).unwrap_or_default()
}

/// Changes one character in the middle of the claims.
fn flip(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if token.as_bytes().get(middle) == Some(&b'A') {
        "B"
    } else {
        "A"
    };
    let mut token = token.to_owned();
    token.replace_range(middle..=middle, other);
    token
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge: nobody gives a test its clock"
)]
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
