//! API tokens, which programs have instead of a session, and tickets, which open one socket.

/// How every API token begins.
pub const API_TOKEN_PREFIX: &str = "tf_";

/// 32 random bytes in base64url: what follows the prefix, and all of a ticket.
const SECRET_LENGTH: usize = 43;

/// Whether a bearer looks like an API token: neither a JWT nor a socket ticket does. Whose it is,
/// and whether it is still good, only the backend knows.
pub fn is_api_token(bearer: &str) -> bool {
    bearer.strip_prefix(API_TOKEN_PREFIX).is_some_and(is_secret)
}

/// Whether a bearer looks like a ticket. Whether it is one, only the backend knows.
pub fn is_ticket(bearer: &str) -> bool {
    is_secret(bearer)
}

fn is_secret(text: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == SECRET_LENGTH && text.bytes().all(is_base64url)
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

    #[test]
    fn a_ticket_is_told_from_what_cannot_be_one() {
        assert!(is_ticket(&("-_".repeat(21) + "A")));
        assert!(is_ticket(&format!("tf_{}", "x".repeat(40))));
        for other in [
            String::new(),
            "nonsense".to_owned(),
            "A".repeat(42),
            "A".repeat(44),
            "A".repeat(42) + "=",
            "A".repeat(42) + "+",
            "A".repeat(41) + "ä",
        ] {
            assert!(!is_ticket(&other), "{other}");
        }
    }
}
