//! Who is calling the management API, and what may they do?

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::SiteId;
use bearing_storage::{Key, Scope};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::app::Shared;
use crate::error::{ApiError, ApiResult};
use crate::telemetry;

/// The hash under which a key's secret is known.
pub fn hash(secret: &str) -> [u8; 32] {
    hash_bytes(secret.as_bytes())
}

/// SHA-256.
pub fn hash_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether `signature` is the lower-case hex HMAC-SHA256 of the customer id under the identity secret, compared in
/// constant time.
pub fn is_signed(identity_secret: &str, customer: &str, signature: &str) -> bool {
    let Ok(signature) = data_encoding::HEXLOWER.decode(signature.as_bytes()) else { return false };
    Hmac::<Sha256>::new_from_slice(identity_secret.as_bytes()).is_ok_and(|mut mac| {
        mac.update(customer.as_bytes());
        mac.verify_slice(&signature).is_ok()
    })
}

/// The caller of a management route: a key and the site it opens.
pub struct Caller(Key);

impl Caller {
    /// The caller's site, if its key's scope reaches `needed`.
    ///
    /// # Errors
    /// `insufficient_scope`, naming the scope that is needed.
    pub fn may(&self, needed: Scope) -> ApiResult<&SiteId> {
        if self.0.scope >= needed {
            return Ok(&self.0.site);
        }
        let message = format!("The key's scope is `{}`; this needs `{}`.", self.0.scope.name(), needed.name());
        Err(ApiError(Fault::new(Code::INSUFFICIENT_SCOPE, message)))
    }

    /// As [`Caller::may`], for a request that may name its site: another site's things are not there.
    ///
    /// # Errors
    /// `insufficient_scope`, or `not_found` for another site.
    pub fn may_in(&self, needed: Scope, site: Option<&str>) -> ApiResult<&SiteId> {
        let own = self.may(needed)?;
        match site {
            Some(site) if site != own.as_str() => Err(ApiError::not_found()),
            _ => Ok(own),
        }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> ApiResult<Self> {
        let secret = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, secret)| secret.trim());
        let key = match secret {
            Some(secret) => app.directory.key(hash(secret)).await?,
            None => None,
        };
        let key = key.ok_or_else(|| ApiError(Fault::new(Code::UNAUTHORIZED, Code::UNAUTHORIZED.meaning)))?;
        telemetry::join(&parts.headers);
        Ok(Self(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_the_hex_hmac_of_the_customer_id() {
        // printf cust-42 | openssl dgst -sha256 -hmac secret
        let right = "50a82d96002909c08f14a4eec69192869e2602bb236907ee36f80d9a2497c20c";
        assert!(is_signed("secret", "cust-42", right));
        for wrong in ["", "zz", &right.to_uppercase(), &right[2..]] {
            assert!(!is_signed("secret", "cust-42", wrong), "{wrong}");
        }
        assert!(!is_signed("secret", "cust-43", right));
    }
}
