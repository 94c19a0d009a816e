//! Who we are to a push service: RFC 8292.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{Timestamp, ToSpan};
use reqwest::Url;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// Our key pair. Browsers subscribe for its public half.
pub struct Vapid {
    keys: EcdsaKeyPair,
    public_key: String,
    subject: String,
}

/// The configuration of web push cannot work.
#[derive(Debug, thiserror::Error)]
pub enum VapidError {
    #[error("VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are not a key pair of P-256 in base64url")]
    Keys,
    #[error("VAPID_SUBJECT must start with mailto: or https://")]
    Subject,
}

impl Vapid {
    /// The keys as `web-push generate-vapid-keys` prints them. Under `subject` the push services
    /// can reach whoever runs this.
    pub fn new(public: &str, private: &SecretString, subject: &str) -> Result<Self, VapidError> {
        if !["mailto:", "https://"]
            .iter()
            .any(|how| subject.starts_with(how))
        {
            return Err(VapidError::Subject);
        }
        let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        let (Ok(public), Ok(private)) = (decode(public), decode(private.expose_secret())) else {
            return Err(VapidError::Keys);
        };
        let keys = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &private,
            &public,
            &SystemRandom::new(),
        );
        Ok(Self {
            keys: keys.map_err(|_| VapidError::Keys)?,
            public_key: BASE64_URL_SAFE_NO_PAD.encode(public),
            subject: subject.to_owned(),
        })
    }

    /// The header for a request to this endpoint. It is good for hours, and for nobody else.
    pub(super) fn authorization(&self, endpoint: &str, now: Timestamp) -> Option<String> {
        let audience = Url::parse(endpoint).ok()?.origin().ascii_serialization();
        let claims = json!({
            "aud": audience,
            // Services refuse more than 24 hours, by their clocks.
            "exp": now.checked_add(12.hours()).ok()?.as_second(),
            "sub": self.subject,
        });
        let header = json!({"typ": "JWT", "alg": "ES256"});
        let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self
            .keys
            .sign(&SystemRandom::new(), signed.as_bytes())
            .ok()?;
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        Some(format!(
            "vapid t={signed}.{signature}, k={}",
            self.public_key
        ))
    }
}
