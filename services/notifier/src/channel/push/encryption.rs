//! The encryption of push messages: RFC 8291 within RFC 8188.
//!
//! The `web-push` crate is not used: its encryption stands on OpenSSL.

use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::{SecureRandom, SystemRandom},
};

/// The one record of the message; push services take no more.
const RECORD_SIZE: u32 = 4096;

/// Ends the plaintext of the last record.
const LAST: u8 = 2;

/// What of a record is not plaintext: the header with salt, record size and key, [`LAST`], the tag.
const OVERHEAD: usize = 16 + 4 + 1 + 65 + 1 + 16;

/// The longest message.
pub const MAX_BYTES: usize = RECORD_SIZE as usize - OVERHEAD;

/// Who can read it: what the browser gave out with its subscription.
pub struct Subscriber {
    /// A point of P-256, uncompressed.
    pub public_key: Vec<u8>,
    pub secret: [u8; 16],
}

/// The message cannot be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    #[error("the message is too long for a push")]
    TooLong,
    #[error("the keys of the push subscription do not work")]
    Keys,
}

impl From<Unspecified> for EncryptionError {
    fn from(_: Unspecified) -> Self {
        Self::Keys
    }
}

/// Encrypts for one subscriber, with a key pair and a salt that are used this once.
pub fn encrypt(plaintext: &[u8], subscriber: &Subscriber) -> Result<Vec<u8>, EncryptionError> {
    if plaintext.len() > MAX_BYTES {
        return Err(EncryptionError::TooLong);
    }
    let random = SystemRandom::new();
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let our_public_key = ours.compute_public_key()?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &subscriber.public_key);
    let body = agree_ephemeral(ours, &theirs, |shared| {
        seal(plaintext, subscriber, shared, our_public_key.as_ref(), salt)
    })?;
    Ok(body?)
}

/// The body, from a secret that only we and the subscriber can compute.
fn seal(
    plaintext: &[u8],
    subscriber: &Subscriber,
    shared: &[u8],
    our_public_key: &[u8],
    salt: [u8; 16],
) -> Result<Vec<u8>, Unspecified> {
    let context = [
        b"WebPush: info\0".as_slice(),
        &subscriber.public_key,
        our_public_key,
    ];
    let secret = Salt::new(HKDF_SHA256, &subscriber.secret).extract(shared);
    let secret = expand::<32>(&secret, &context)?;
    let secret = Salt::new(HKDF_SHA256, &salt).extract(&secret);
    let key = expand::<16>(&secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = expand::<NONCE_LEN>(&secret, &[b"Content-Encoding: nonce\0"])?;

    let mut record = [plaintext, &[LAST]].concat();
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?).seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut record,
    )?;
    let key_length = u8::try_from(our_public_key.len()).map_err(|_| Unspecified)?;
    Ok([
        salt.as_slice(),
        &RECORD_SIZE.to_be_bytes(),
        &[key_length],
        our_public_key,
        &record,
    ]
    .concat())
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(secret: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut output = [0; N];
    secret.expand(info, Length(N))?.fill(&mut output)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::*;

    fn decode(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, appendix A.
    #[test]
    fn the_body_is_that_of_the_specification() {
        let subscriber = Subscriber {
            public_key: decode(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx\
                 aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            secret: decode("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap(),
        };
        let body = seal(
            b"When I grow up, I want to be a watermelon",
            &subscriber,
            &decode("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"),
            &decode(
                "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg\
                 Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
            ),
            decode("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
        );
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(body.unwrap()),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml\
             mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT\
             pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_body_is_never_longer_than_a_record() {
        let subscriber = Subscriber {
            public_key: decode(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx\
                 aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            secret: [0; 16],
        };
        let longest = encrypt(&[b'a'; MAX_BYTES], &subscriber).unwrap();
        assert_eq!(longest.len(), RECORD_SIZE as usize);
        assert_eq!(
            encrypt(&[b'a'; MAX_BYTES + 1], &subscriber),
            Err(EncryptionError::TooLong)
        );
        let off_the_curve = Subscriber {
            public_key: vec![4; 65],
            ..subscriber
        };
        assert_eq!(encrypt(b"a", &off_the_curve), Err(EncryptionError::Keys));
    }
}
