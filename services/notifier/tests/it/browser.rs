//! A browser with a push subscription: decrypts what it gets (RFC 8291), and checks who sent it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use notifier::channel::push::vapid::Vapid;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToEncodedPoint};
use proto::v1::delivery::{Destination, Push};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use serde_json::Value;

use crate::receiver::Got;

pub(crate) struct Browser {
    key: SecretKey,
    secret: [u8; 16],
    /// The key it subscribed for.
    server: PublicKey,
}

pub(crate) const SUBJECT: &str = "mailto:someone@example.org";

impl Browser {
    /// With whose key it subscribed.
    pub(crate) fn subscribed() -> (Vapid, Self) {
        let server = secret_key();
        let private = BASE64_URL_SAFE_NO_PAD.encode(server.to_bytes());
        let public = BASE64_URL_SAFE_NO_PAD.encode(point(&server.public_key()));
        let vapid = Vapid::new(&public, &private.into(), SUBJECT).unwrap();
        let browser = Self {
            key: secret_key(),
            secret: uuid::Uuid::new_v4().into_bytes(),
            server: server.public_key(),
        };
        (vapid, browser)
    }

    pub(crate) fn at(&self, endpoint: String) -> Destination {
        Destination::Push(Push {
            endpoint,
            p256dh: BASE64_URL_SAFE_NO_PAD.encode(point(&self.key.public_key())),
            auth: BASE64_URL_SAFE_NO_PAD.encode(self.secret),
        })
    }

    /// What the service worker would see.
    pub(crate) fn read(&self, got: &Got) -> Value {
        assert_eq!(got.headers["content-encoding"], "aes128gcm");
        let (salt, rest) = got.body.split_at(16);
        let (record_size, rest) = rest.split_at(4);
        assert_eq!(record_size, 4096_u32.to_be_bytes());
        let (length, rest) = rest.split_first().unwrap();
        let (theirs, sealed) = rest.split_at(usize::from(*length));

        let theirs_key = PublicKey::from_sec1_bytes(theirs).unwrap();
        let shared = diffie_hellman(self.key.to_nonzero_scalar(), theirs_key.as_affine());
        let info = [b"WebPush: info\0", &*point(&self.key.public_key()), theirs].concat();
        let secret = hkdf(&self.secret, shared.raw_secret_bytes(), &info);
        let key = hkdf(salt, &secret, b"Content-Encoding: aes128gcm\0");
        let nonce = hkdf(salt, &secret, b"Content-Encoding: nonce\0");

        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).unwrap();
        let mut record = sealed.to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        let (last, plain) = plain.split_last().unwrap();
        assert_eq!(*last, 2, "the delimiter of the last record");
        serde_json::from_slice(plain).unwrap()
    }

    /// The claims of the token that shows who sent it.
    pub(crate) fn sender(&self, got: &Got) -> Value {
        let header = got.headers["authorization"].to_str().unwrap();
        let header = header.strip_prefix("vapid t=").unwrap();
        let (token, key) = header.split_once(", k=").unwrap();
        assert_eq!(key, BASE64_URL_SAFE_NO_PAD.encode(point(&self.server)));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_aud = false;
        let key = DecodingKey::from_ec_der(&point(&self.server));
        let token = jsonwebtoken::decode::<Value>(token, &key, &validation);
        token.unwrap().claims
    }
}

fn secret_key() -> SecretKey {
    // Two random UUIDs: nearly every number of 32 bytes is a private key.
    let halves = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    SecretKey::from_slice(&halves.map(uuid::Uuid::into_bytes).concat()).unwrap()
}

fn point(key: &PublicKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}

/// HKDF-SHA-256 (RFC 5869) of one block, from its definition.
fn hkdf(salt: &[u8], secret: &[u8], info: &[u8]) -> Vec<u8> {
    let hmac = |key: &[u8], data: &[u8]| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data);
        tag.as_ref().to_vec()
    };
    hmac(&hmac(salt, secret), &[info, &[1]].concat())
}
