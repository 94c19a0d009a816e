//! The planted fault `jwt-alg-from-token`: what verifiers did before they
//! pinned the algorithm (CVE-2015-9235). Tests show that ours would be noticed.

use jsonwebtoken::{Algorithm, DecodingKey, crypto};

use crate::{Rejected, token::Token};

/// Believes the token's header.
pub(crate) fn check_signature(
    token: &Token<'_>,
    key: Option<&DecodingKey>,
) -> Result<(), Rejected> {
    if token.header.alg.eq_ignore_ascii_case("none") {
        return Ok(());
    }
    let algorithm: Algorithm = token.header.alg.parse().map_err(|_| Rejected::Algorithm)?;
    let key = key.ok_or(Rejected::UnknownKey)?;
    let bytes = key.try_get_as_bytes().map_err(|_| Rejected::UnknownKey)?;
    let key = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => &DecodingKey::from_secret(bytes),
        _ => key,
    };
    match crypto::verify(token.signature, token.message.as_bytes(), key, algorithm) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Rejected::Signature),
    }
}
