//! API tokens, which programs have instead of a session.

/// How every API token begins.
pub const API_TOKEN_PREFIX: &str = "tf_";

/// What follows the prefix: 32 random bytes in base64url.
const SECRET_LENGTH: usize = 43;

/// Whether a bearer looks like an API token: neither a JWT nor a socket ticket does. Whose it is,
/// and whether it is still good, only the backend knows.
pub fn is_api_token(bearer: &str) -> bool {
    bearer.strip_prefix(API_TOKEN_PREFIX).is_some_and(|secret| {
        secret.len() == SECRET_LENGTH
            && secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_token_is_told_from_what_else_is_a_bearer() {
        let secret = "-_".repeat(21) + "A";
        assert!(is_api_token(&format!("tf_{secret}")));
        for other in [
            String::new(),
            "tf_".to_owned(),
            secret.clone(),
            // A ticket may begin so by chance.
            format!("tf_{}", "x".repeat(40)),
            format!("TF_{secret}"),
            format!("tf_{secret}A"),
            format!("tf_{}.", "A".repeat(42)),
            format!("tf_{}ä", "A".repeat(41)),
        ] {
            assert!(!is_api_token(&other), "{other}");
        }
    }
}
