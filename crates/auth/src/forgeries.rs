//! Tokens that must be refused, and the few that must not.

mod claims;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Actor, AuthArgs, JwtMode, Rejected, SessionSecrets, Verifier,
    signing::{base64, ed25519, sign},
};

const SECRET: &str = "a secret of at least 32 characters";
const OTHER_SECRET: &str = "another one of at least 32 characters";
const SUB: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const NOW: i64 = 1_790_000_000;
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn args() -> AuthArgs {
    AuthArgs {
        jwt_mode: JwtMode::Hs256,
        jwt_jwks_url: None,
        jwt_issuer: None,
        jwt_audience: None,
        jwt_leeway_seconds: 5,
    }
}

fn new(args: &AuthArgs) -> Verifier {
    accepting(args, None)
}

fn accepting(args: &AuthArgs, accepted: Option<&str>) -> Verifier {
    let secrets = SessionSecrets {
        signing: Some(SECRET.into()),
        accepted: accepted.map(Into::into),
    };
    Verifier::new(args, &secrets).unwrap()
}

fn verifier() -> Verifier {
    new(&args())
}

fn hs256(header: &str, claims: impl AsRef<str>) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    sign(header, claims.as_ref(), &key, Algorithm::HS256)
}

fn good_claims() -> Value {
    json!({"sub": SUB, "exp": NOW + 60})
}

fn good() -> String {
    hs256(HS256, good_claims().to_string())
}

/// The good claims with some set, or removed by `null`.
fn claims_with(changes: &Value) -> String {
    let mut claims = good_claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    claims.to_string()
}

fn verify_with(verifier: &Verifier, token: &str) -> Result<Actor, Rejected> {
    let now = Timestamp::from_second(NOW).unwrap();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(verifier.verify_at(token, now))
}

fn verify(token: &str) -> Result<Actor, Rejected> {
    verify_with(&verifier(), token)
}

fn verify_claims(claims: impl AsRef<str>) -> Result<Actor, Rejected> {
    verify(&hs256(HS256, claims))
}

#[test]
fn a_good_token_names_its_actor() {
    let actor = verify(&good()).unwrap();
    assert_eq!(actor.user_id.to_string(), SUB);
    assert_eq!(actor.expires_at.as_second(), NOW + 60);
    // As Better Auth's library writes it, without `typ`.
    assert_eq!(
        verify(&hs256(r#"{"alg":"HS256"}"#, good_claims().to_string())),
        Ok(actor)
    );
}

#[test]
fn unsigned_tokens_are_refused() {
    let claims = base64(good_claims().to_string());
    for alg in ["none", "None", "nOnE", "NONE", ""] {
        let header = base64(json!({"alg": alg, "typ": "JWT"}).to_string());
        let signature = good().rsplit_once('.').unwrap().1.to_owned();
        for signature in ["", "AA", &signature] {
            let token = format!("{header}.{claims}.{signature}");
            assert_eq!(verify(&token), Err(Rejected::Algorithm), "{alg}");
        }
        assert_eq!(
            verify(&format!("{header}.{claims}")),
            Err(Rejected::Malformed)
        );
    }
}

#[test]
fn a_stripped_signature_is_refused() {
    let (message, signature) = good()
        .rsplit_once('.')
        .map(|(m, s)| (m.to_owned(), s.to_owned()))
        .unwrap();
    assert_eq!(verify(&format!("{message}.")), Err(Rejected::Signature));
    assert_eq!(verify(&message), Err(Rejected::Malformed));
    assert_eq!(
        verify(&format!("{message}.{}", &signature[..signature.len() - 4])),
        Err(Rejected::Malformed)
    );
    let other = hs256(r#"{"typ":"JWT","alg":"HS256"}"#, good_claims().to_string());
    let other = other.rsplit_once('.').unwrap().1;
    assert_eq!(
        verify(&format!("{message}.{other}")),
        Err(Rejected::Signature)
    );
}

#[test]
fn other_algorithms_are_refused_even_with_the_right_secret() {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    for (name, algorithm) in [
        ("HS384", Algorithm::HS384),
        ("HS512", Algorithm::HS512),
        ("RS256", Algorithm::HS256),
        ("ES256", Algorithm::HS256),
        ("PS256", Algorithm::HS256),
        ("EdDSA", Algorithm::HS256),
        ("hs256", Algorithm::HS256),
        ("HS256 ", Algorithm::HS256),
    ] {
        let header = json!({"alg": name}).to_string();
        let token = sign(&header, &good_claims().to_string(), &key, algorithm);
        assert_eq!(verify(&token), Err(Rejected::Algorithm), "{name}");
    }
    let token = sign(
        r#"{"alg":"EdDSA"}"#,
        &good_claims().to_string(),
        &ed25519(&[7; 32]),
        Algorithm::EdDSA,
    );
    assert_eq!(verify(&token), Err(Rejected::Algorithm));
    // The header lies about a longer MAC.
    let token = sign(HS256, &good_claims().to_string(), &key, Algorithm::HS512);
    assert_eq!(verify(&token), Err(Rejected::Signature));
}

#[test]
fn another_key_is_refused() {
    for secret in [
        "",
        "another secret of at least 32 chars",
        &SECRET.to_uppercase(),
        &format!("{SECRET} "),
    ] {
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = sign(HS256, &good_claims().to_string(), &key, Algorithm::HS256);
        assert_eq!(verify(&token), Err(Rejected::Signature), "{secret}");
    }
}

#[test]
fn of_two_secrets_either_may_have_signed_and_no_third() {
    let signed = |secret: &str, algorithm| {
        let key = EncodingKey::from_secret(secret.as_bytes());
        sign(HS256, &good_claims().to_string(), &key, algorithm)
    };
    let both = accepting(&args(), Some(OTHER_SECRET));
    for secret in [SECRET, OTHER_SECRET] {
        assert!(verify_with(&both, &signed(secret, Algorithm::HS256)).is_ok());
        assert_eq!(
            verify_with(&both, &signed(secret, Algorithm::HS512)),
            Err(Rejected::Signature)
        );
    }
    let third = SECRET.to_owned() + OTHER_SECRET;
    for secret in [third.as_str(), ""] {
        assert_eq!(
            verify_with(&both, &signed(secret, Algorithm::HS256)),
            Err(Rejected::Signature)
        );
    }
    let of_the_other = signed(OTHER_SECRET, Algorithm::HS256);
    assert_eq!(verify(&of_the_other), Err(Rejected::Signature));
}

#[test]
fn a_key_that_the_token_brings_along_is_not_used() {
    let own = EncodingKey::from_secret(b"the attacker's");
    let jwk = json!({"kty": "oct", "k": base64("the attacker's"), "kid": "evil"});
    for header in [
        json!({"alg": "HS256", "jku": "http://127.0.0.1:1/keys", "kid": "evil"}),
        json!({"alg": "HS256", "jwk": jwk}),
        json!({"alg": "HS256", "x5u": "http://127.0.0.1:1/cert", "x5c": ["AAAA"]}),
        json!({"alg": "HS256", "kid": "/dev/null"}),
        json!({"alg": "HS256", "kid": "../../../../dev/null"}),
        json!({"alg": "HS256", "kid": "x' UNION SELECT 'the attacker''s' --"}),
        json!({"alg": "HS256", "kid": "http://127.0.0.1:1/keys"}),
    ] {
        let token = sign(
            &header.to_string(),
            &good_claims().to_string(),
            &own,
            Algorithm::HS256,
        );
        assert_eq!(verify(&token), Err(Rejected::Signature), "{header}");
    }
}

#[test]
fn headers_must_be_plain() {
    for header in [
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"HS256","al\u0067":"none"}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":null}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWE"}"#,
        r#"{"alg":"HS256","typ":"logout+jwt"}"#,
        r#"{"alg":"HS256","kid":1}"#,
        r#"{"alg":"HS256"} "x""#,
        r#"["HS256"]"#,
        "[]",
        "",
    ] {
        assert_eq!(
            verify(&hs256(header, good_claims().to_string())),
            Err(Rejected::Malformed),
            "{header}"
        );
    }
}

#[test]
fn what_is_not_a_compact_token_is_refused() {
    let good = good();
    for token in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.x"),
        good.replacen('.', "..", 1),
        format!("{good}="),
        format!("{good}\n"),
        format!(" {good}"),
        good.replace('.', "\u{ff0e}"),
        format!("{good}\0"),
        "a".repeat(1024 * 1024),
        hs256(
            HS256,
            claims_with(&json!({"padding": "x".repeat(1024 * 1024)})),
        ),
        hs256(
            HS256,
            claims_with(&json!({"padding": "x".repeat(6 * 1024)})),
        ),
    ] {
        assert_eq!(verify(&token), Err(Rejected::Malformed), "{token:.100}");
    }
    assert!(verify_claims(claims_with(&json!({"padding": "x".repeat(5 * 1024)}))).is_ok());
}

#[test]
fn every_spelling_of_the_last_character_but_one_is_refused() {
    // 32 bytes leave four bits of the last character unused; decoders that
    // ignore them accept sixteen spellings of one signature.
    let good = good();
    let accepted: Vec<_> = (0..128_u8)
        .map(|last| format!("{}{}", &good[..good.len() - 1], char::from(last)))
        .filter(|token| verify(token).is_ok())
        .collect();
    assert_eq!(accepted, [good]);
}

proptest! {
    #[test]
    fn one_changed_character_is_refused(index in any::<prop::sample::Index>(), other in any::<char>()) {
        let good = good();
        let index = index.index(good.len());
        prop_assume!(good.as_bytes()[index] != other as u8 || !other.is_ascii());
        let changed = format!("{}{other}{}", &good[..index], &good[index + 1..]);
        prop_assert!(verify(&changed).is_err());
    }

    #[test]
    fn one_changed_byte_is_refused(index in any::<prop::sample::Index>(), other in 0..128_u8) {
        let mut bytes = good().into_bytes();
        let index = index.index(bytes.len());
        prop_assume!(bytes[index] != other);
        bytes[index] = other;
        prop_assert!(verify(&String::from_utf8(bytes).unwrap()).is_err());
    }

    #[test]
    fn nonsense_is_refused_without_panic(token in "\\PC{0,200}", parts in "[A-Za-z0-9_.-]{0,200}") {
        prop_assert!(verify(&token).is_err());
        prop_assert!(verify(&parts).is_err());
    }
}

#[test]
fn the_planted_fault_is_noticed() {
    let mut planted = verifier();
    planted.algorithm_from_token = true;
    let header = base64(r#"{"alg":"none"}"#);
    let forged = format!("{header}.{}.", base64(good_claims().to_string()));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let longer = sign(
        r#"{"alg":"HS512"}"#,
        &good_claims().to_string(),
        &key,
        Algorithm::HS512,
    );

    for token in [&forged, &longer] {
        assert!(
            verify_with(&planted, token).is_ok(),
            "the check above would be green for nothing"
        );
        assert_eq!(verify(token), Err(Rejected::Algorithm));
    }
}
