//! The `Authorization` header.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use crate::Rejected;

/// The token of `Authorization: Bearer <token>`, [RFC 6750 §2.1].
///
/// There must be exactly one such header: with two, the proxy before us and we
/// could each believe another.
///
/// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub fn bearer(headers: &HeaderMap) -> Result<&str, Rejected> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Rejected::Missing);
    };
    let value = value.to_str().map_err(|_| Rejected::Malformed)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim_matches(' '))
        }
        _ => Err(Rejected::Missing),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn parse(values: &[&str]) -> Result<String, Rejected> {
        let headers = values.iter().map(|value| {
            (
                AUTHORIZATION,
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )
        });
        bearer(&headers.collect::<HeaderMap>()).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c "] {
            assert_eq!(parse(&[value]).unwrap(), "a.b.c");
        }
    }

    #[test]
    fn there_must_be_exactly_one_bearer_header() {
        assert_eq!(parse(&[]), Err(Rejected::Missing));
        assert_eq!(
            parse(&["Bearer a.b.c", "Bearer a.b.c"]),
            Err(Rejected::Missing)
        );
        assert_eq!(parse(&["Basic dXNlcg=="]), Err(Rejected::Missing));
        assert_eq!(parse(&["Bearer"]), Err(Rejected::Missing));
        assert_eq!(parse(&["a.b.c"]), Err(Rejected::Missing));
        assert_eq!(parse(&["Bearer ä"]), Err(Rejected::Malformed));
    }
}
