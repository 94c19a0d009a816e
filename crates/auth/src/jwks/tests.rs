//! Against a real server of keys.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Router, http::StatusCode, routing::get};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::*;
use crate::{
    Actor, AuthArgs, JwtMode, Rejected, SessionSecrets, Verifier,
    signing::{ED25519_PUBLIC, base64, ed25519, published_key, sign, unbase64},
};

const NOW: i64 = 1_790_000_000;

/// A real server of keys that can change them, fail, and counts its requests.
struct Host {
    url: String,
    answer: Arc<std::sync::Mutex<(StatusCode, String)>>,
    requests: Arc<AtomicUsize>,
}

impl Host {
    async fn start(keys: &Value) -> Self {
        let answer = Arc::new(std::sync::Mutex::new((StatusCode::OK, keys.to_string())));
        let requests = Arc::new(AtomicUsize::new(0));
        let (answered, counted) = (answer.clone(), requests.clone());
        let handler = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answered.lock().unwrap().clone();
            async move { answer }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let app = Router::new().route("/keys", get(handler));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            answer,
            requests,
        }
    }

    fn answers(&self, status: StatusCode, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn jwks(&self, min_interval: Duration, max_age: Duration) -> Arc<Jwks> {
        let jwks = Jwks::new(&self.url).unwrap();
        Arc::new(Jwks {
            min_interval,
            max_age,
            ..jwks
        })
    }

    fn verifier(&self) -> Verifier {
        let args = AuthArgs {
            jwt_mode: JwtMode::Jwks,
            jwt_jwks_url: Some(self.url.clone()),
            jwt_issuer: None,
            jwt_audience: None,
            jwt_leeway_seconds: 5,
        };
        Verifier::new(&args, &SessionSecrets::default()).unwrap()
    }
}

fn key_set(kid: &str) -> Value {
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": ED25519_PUBLIC, "kid": kid}]})
}

fn claims() -> String {
    json!({"sub": "01890a5d-ac96-774b-bcce-b302099a8057", "exp": NOW + 60}).to_string()
}

fn eddsa(kid: &str, key: &EncodingKey) -> String {
    let header = json!({"alg": "EdDSA", "kid": kid}).to_string();
    sign(&header, &claims(), key, Algorithm::EdDSA)
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Actor, Rejected> {
    verifier
        .verify_at(token, Timestamp::from_second(NOW).unwrap())
        .await
}

#[tokio::test]
async fn a_token_signed_with_a_published_key_is_accepted_with_one_fetch() {
    let host = Host::start(&key_set("k1")).await;
    let verifier = host.verifier();
    for _ in 0..3 {
        assert!(
            verify(&verifier, &eddsa("k1", &published_key()))
                .await
                .is_ok()
        );
    }
    assert_eq!(host.requests(), 1);
}

#[tokio::test]
async fn the_public_key_is_not_a_shared_secret() {
    let host = Host::start(&key_set("k1")).await;
    let verifier = host.verifier();
    let mut planted = verifier.clone();
    planted.algorithm_from_token = true;
    let raw = unbase64(ED25519_PUBLIC);
    let header = r#"{"alg":"HS256","kid":"k1"}"#;
    let confused = |secret: &[u8]| {
        sign(
            header,
            &claims(),
            &EncodingKey::from_secret(secret),
            Algorithm::HS256,
        )
    };
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

    for secret in [&raw[..], ED25519_PUBLIC.as_bytes(), pem.as_bytes(), b""] {
        assert_eq!(
            verify(&verifier, &confused(secret)).await,
            Err(Rejected::Algorithm)
        );
    }
    let unsigned = format!(
        "{}.{}.",
        base64(r#"{"alg":"none","kid":"k1"}"#),
        base64(claims())
    );
    assert_eq!(verify(&verifier, &unsigned).await, Err(Rejected::Algorithm));
    for forged in [confused(&raw), unsigned] {
        assert!(
            verify(&planted, &forged).await.is_ok(),
            "the planted fault shows"
        );
    }
}

#[tokio::test]
async fn other_keys_and_key_ids_are_refused() {
    let host = Host::start(&key_set("k1")).await;
    let verifier = host.verifier();
    let own = ed25519(&[7; 32]);
    assert_eq!(
        verify(&verifier, &eddsa("k1", &own)).await,
        Err(Rejected::Signature)
    );
    let ids = [
        "",
        "K1",
        "k1 ",
        "../keys",
        "/dev/null",
        "' OR 1=1 --",
        "http://127.0.0.1:1/",
        "k1\0",
    ];
    for kid in ids {
        let token = eddsa(kid, &own);
        assert_eq!(
            verify(&verifier, &token).await,
            Err(Rejected::UnknownKey),
            "{kid}"
        );
    }
    let no_kid = sign(
        r#"{"alg":"EdDSA"}"#,
        &claims(),
        &published_key(),
        Algorithm::EdDSA,
    );
    assert_eq!(verify(&verifier, &no_kid).await, Err(Rejected::UnknownKey));

    let mut own_jwk = key_set("k1")["keys"][0].clone();
    own_jwk["x"] = base64([1; 32]).into();
    for brought in [
        json!({"alg": "EdDSA", "kid": "k1", "jwk": own_jwk}),
        json!({"alg": "EdDSA", "kid": "k1", "jku": "http://127.0.0.1:1/keys"}),
        json!({"alg": "EdDSA", "kid": "k1", "x5u": "http://127.0.0.1:1/cert"}),
    ] {
        let token = sign(&brought.to_string(), &claims(), &own, Algorithm::EdDSA);
        assert_eq!(
            verify(&verifier, &token).await,
            Err(Rejected::Signature),
            "{brought}"
        );
    }
    assert_eq!(host.requests(), 1);
}

#[tokio::test]
async fn one_flipped_byte_is_refused() {
    let host = Host::start(&key_set("k1")).await;
    let verifier = host.verifier();
    let token = eddsa("k1", &published_key());
    for index in (0..token.len()).step_by(7).chain([token.len() - 1]) {
        let mut bytes = token.clone().into_bytes();
        bytes[index] ^= 1;
        let changed = String::from_utf8(bytes).unwrap();
        assert!(verify(&verifier, &changed).await.is_err(), "{index}");
    }
}

#[tokio::test]
async fn made_up_key_ids_do_not_cause_a_storm() {
    let host = Host::start(&key_set("k1")).await;
    let jwks = host.jwks(MIN_INTERVAL, MAX_AGE);
    let asked = (0..200).map(|id| {
        let jwks = jwks.clone();
        tokio::spawn(async move { jwks.key(&format!("made-up-{id}")).await.is_some() })
    });
    for found in asked.collect::<Vec<_>>() {
        assert!(!found.await.unwrap());
    }
    assert!(jwks.key("k1").await.is_some());
    assert_eq!(host.requests(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_and_a_failing_host_keeps_the_old_ones() {
    let host = Host::start(&key_set("k1")).await;
    let jwks = host.jwks(Duration::ZERO, MAX_AGE);
    assert!(jwks.key("k1").await.is_some());

    let many = "x".repeat(MAX_BODY + 1);
    for (status, body) in [
        (StatusCode::INTERNAL_SERVER_ERROR, key_set("k2").to_string()),
        (StatusCode::FOUND, String::new()),
        (StatusCode::OK, "not json".to_owned()),
        (StatusCode::OK, json!({"keys": []}).to_string()),
        (StatusCode::OK, many),
    ] {
        host.answers(status, body);
        assert!(jwks.key("k2").await.is_none());
        assert!(jwks.key("k1").await.is_some());
    }

    host.answers(StatusCode::OK, key_set("k2").to_string());
    assert!(jwks.key("k2").await.is_some());
    assert!(jwks.key("k1").await.is_none(), "withdrawn");
}

#[tokio::test]
async fn a_withdrawn_key_is_noticed_in_time() {
    let host = Host::start(&key_set("k1")).await;
    let jwks = host.jwks(Duration::ZERO, Duration::ZERO);
    assert!(jwks.key("k1").await.is_some());
    host.answers(StatusCode::OK, key_set("k2").to_string());

    let withdrawn = async {
        while jwks.key("k1").await.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), withdrawn)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_undo_the_fetch() {
    let host = Host::start(&key_set("k1")).await;
    let jwks = host.jwks(MIN_INTERVAL, MAX_AGE);
    // Polled once, then dropped.
    let impatient = tokio::time::timeout(Duration::ZERO, jwks.key("k1")).await;
    assert!(impatient.is_err());
    let found = async { while jwks.key("k1").await.is_none() {} };
    tokio::time::timeout(Duration::from_secs(5), found)
        .await
        .unwrap();
    assert_eq!(host.requests(), 1);
}

#[test]
fn only_whole_ed25519_signing_keys_are_usable() {
    let good = key_set("k1")["keys"][0].clone();
    assert!(usable(good.clone()).is_some());
    for (name, value) in [
        ("kty", json!("RSA")),
        ("kty", json!("oct")),
        ("crv", json!("X25519")),
        ("crv", json!("Ed448")),
        ("use", json!("enc")),
        ("alg", json!("HS256")),
        ("kid", json!(null)),
        ("kid", json!(1)),
        ("x", json!("")),
        ("x", json!(base64([1; 31]))),
        ("x", json!(base64([1; 33]))),
        ("x", json!("not base64!")),
    ] {
        let mut key = good.clone();
        key[name] = value.clone();
        assert!(usable(key).is_none(), "{name} {value}");
    }
}
