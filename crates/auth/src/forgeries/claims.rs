//! Tokens with the right signature and the wrong claims.

use serde_json::json;

use super::*;

#[test]
fn expiry_is_a_whole_number_and_required() {
    let exp = NOW + 60;
    for exp in [
        format!("\"{exp}\""),
        format!("{exp}.5"),
        format!("{exp}.0"),
        "1e12".to_owned(),
        "-1".to_owned(),
        "-1.5".to_owned(),
        "null".to_owned(),
        "true".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "18446744073709551615".to_owned(),
        "18446744073709551616".to_owned(),
        "9223372036854775807".to_owned(),
        "253402300800".to_owned(),
        "1e400".to_owned(),
        "NaN".to_owned(),
    ] {
        let claims = format!(r#"{{"sub":"{SUB}","exp":{exp}}}"#);
        assert_eq!(verify_claims(&claims), Err(Rejected::Claims), "{exp}");
    }
    assert_eq!(
        verify_claims(claims_with(&json!({"exp": null}))),
        Err(Rejected::Claims)
    );
    assert_eq!(
        verify_claims(claims_with(&json!({"exp": 0}))),
        Err(Rejected::Expired)
    );
}

#[test]
fn expiry_and_start_have_the_leeway_and_no_more() {
    for (claim, seconds, expected) in [
        ("exp", -4, None),
        ("exp", -5, Some(Rejected::Expired)),
        ("exp", -6, Some(Rejected::Expired)),
        ("nbf", 5, None),
        ("nbf", 6, Some(Rejected::NotYetValid)),
        ("nbf", -1_000, None),
    ] {
        let result = verify_claims(claims_with(&json!({claim: NOW + seconds})));
        assert_eq!(result.err(), expected, "{claim} {seconds}");
    }
}

#[test]
fn a_start_is_a_whole_number() {
    for nbf in [
        "\"1\"",
        "1.5",
        "-1",
        "null",
        "true",
        "[1]",
        "18446744073709551615",
    ] {
        let claims = format!(r#"{{"sub":"{SUB}","exp":{},"nbf":{nbf}}}"#, NOW + 60);
        assert_eq!(verify_claims(&claims), Err(Rejected::Claims), "{nbf}");
    }
}

#[test]
fn the_subject_is_a_uuid_in_its_canonical_spelling() {
    for sub in [
        json!(null),
        json!(1),
        json!([SUB]),
        json!({"id": SUB}),
        json!(""),
        json!("admin"),
        json!(SUB.to_uppercase()),
        json!(SUB.replace('-', "")),
        json!(format!("{{{SUB}}}")),
        json!(format!("urn:uuid:{SUB}")),
        json!(format!(" {SUB}")),
        json!(format!("{SUB}\0")),
        // Looks the same: a full-width zero.
        json!(SUB.replacen('0', "\u{ff10}", 1)),
    ] {
        assert_eq!(
            verify_claims(claims_with(&json!({"sub": sub}))),
            Err(Rejected::Claims),
            "{sub}"
        );
    }
}

#[test]
fn issuer_and_audience_are_checked_when_configured() {
    let strict = new(&AuthArgs {
        jwt_issuer: Some("https://taskflow".to_owned()),
        jwt_audience: Some("api".to_owned()),
        ..args()
    });
    for (iss, aud, expected) in [
        (json!("https://taskflow"), json!("api"), None),
        (json!("https://taskflow"), json!(["web", "api"]), None),
        (json!(null), json!("api"), Some(Rejected::Issuer)),
        (
            json!("https://taskflow/"),
            json!("api"),
            Some(Rejected::Issuer),
        ),
        (
            json!("HTTPS://taskflow"),
            json!("api"),
            Some(Rejected::Issuer),
        ),
        (
            json!(["https://taskflow"]),
            json!("api"),
            Some(Rejected::Claims),
        ),
        (json!(1), json!("api"), Some(Rejected::Claims)),
        (
            json!("https://taskflow"),
            json!(null),
            Some(Rejected::Audience),
        ),
        (
            json!("https://taskflow"),
            json!("api2"),
            Some(Rejected::Audience),
        ),
        (
            json!("https://taskflow"),
            json!(["web"]),
            Some(Rejected::Audience),
        ),
        (
            json!("https://taskflow"),
            json!([]),
            Some(Rejected::Audience),
        ),
        (
            json!("https://taskflow"),
            json!(["api", 1]),
            Some(Rejected::Claims),
        ),
        (
            json!("https://taskflow"),
            json!({"api": true}),
            Some(Rejected::Claims),
        ),
    ] {
        let token = hs256(HS256, claims_with(&json!({"iss": iss, "aud": aud})));
        assert_eq!(verify_with(&strict, &token).err(), expected, "{iss} {aud}");
    }
    let other = hs256(
        HS256,
        claims_with(&json!({"iss": "anyone", "aud": ["anything"]})),
    );
    assert!(verify(&other).is_ok());
}

#[test]
fn duplicated_claims_are_refused() {
    let exp = NOW + 60;
    for claims in [
        format!(r#"{{"sub":"{SUB}","exp":{exp},"exp":{exp}}}"#),
        format!(r#"{{"sub":"{SUB}","sub":"{SUB}","exp":{exp}}}"#),
        format!(r#"{{"sub":"{SUB}","exp":1,"e\u0078p":{exp}}}"#),
        format!(r#"{{"sub":"{SUB}","exp":{exp},"nbf":1,"nbf":2}}"#),
        format!(r#"{{"sub":"{SUB}","exp":{exp},"iss":"a","iss":"b"}}"#),
        format!(r#"{{"sub":"{SUB}","exp":{exp},"aud":"a","aud":"b"}}"#),
    ] {
        assert_eq!(verify_claims(&claims), Err(Rejected::Claims), "{claims}");
    }
}

#[test]
fn claims_are_one_json_object() {
    let positional = json!([SUB, NOW + 60]).to_string();
    for claims in [
        "",
        "[]",
        "null",
        "\"x\"",
        "{",
        "{}{}",
        &format!("{}x", good_claims()),
        &positional,
    ] {
        assert_eq!(verify_claims(claims), Err(Rejected::Claims), "{claims}");
    }
    let (open, close) = ("[".repeat(1_000), "]".repeat(1_000));
    let nested = format!(r#"{{"x":{open}{close},"sub":"{SUB}","exp":{}}}"#, NOW + 60);
    assert!(
        verify_claims(nested).is_ok(),
        "what we do not read cannot exhaust the stack"
    );
}
