//! Public keys as JSON Web Keys (RFC 7517, RFC 8037). A secret key is never written as a JWK.

use serde_json::{Value, json};

use super::base64url;
use super::error::KeyError;
use super::key::{SigningKey, VerifyingKey};

/// The member with the time at which a key was retired, Unix seconds. Other programs ignore it (RFC 7517 §4).
const RETIRED_AT: &str = "retired_at";

/// The JWK set to publish (RFC 7517 §5), without HS256 keys: with a published one, anyone could sign.
#[must_use]
pub fn jwks(keys: &[VerifyingKey]) -> Value {
    json!({ "keys": keys.iter().filter_map(VerifyingKey::public_jwk).collect::<Vec<_>>() })
}

impl SigningKey {
    /// The JWK of the public half, which an HS256 key does not have.
    #[must_use]
    pub fn public_jwk(&self) -> Option<Value> {
        self.verifying_key().public_jwk()
    }
}

impl VerifyingKey {
    /// The JWK to publish (RFC 8037 §2). An HS256 key has none.
    #[must_use]
    pub fn public_jwk(&self) -> Option<Value> {
        let x = base64url::encode(self.public_bytes()?);
        let alg = self.algorithm().as_str();
        let mut jwk =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": alg, "kid": self.kid() });
        if let Some(at) = self.retired_at() {
            jwk[RETIRED_AT] = json!(at);
        }
        Some(jwk)
    }

    /// Reads a JWK of an Ed25519 key, as [`VerifyingKey::public_jwk`] and other programs write it.
    ///
    /// # Errors
    /// [`KeyError::PrivateJwk`] if there is a private part; [`KeyError::NotAJwk`] for another type of key, another
    /// `alg` or `use`, or a `kid` that is not the thumbprint; [`KeyError::NotAPublicKey`].
    pub fn from_public_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let absent_or =
            |name: &str, expected: &str| jwk.get(name).is_none_or(|v| v.as_str() == Some(expected));
        if jwk.get("d").is_some() || jwk.get("k").is_some() {
            return Err(KeyError::PrivateJwk);
        }
        if text("kty") != Some("OKP") || text("crv") != Some("Ed25519") {
            return Err(KeyError::NotAJwk);
        }
        let bytes = text("x").and_then(base64url::decode).ok_or(KeyError::NotAJwk)?;
        let key = Self::from_ed25519_public(&bytes.try_into().map_err(|_| KeyError::NotAJwk)?)?;
        let fits = absent_or("alg", key.algorithm().as_str()) && absent_or("use", "sig");
        if !fits || !absent_or("kid", key.kid()) {
            return Err(KeyError::NotAJwk);
        }
        match jwk.get(RETIRED_AT) {
            None => Ok(key),
            Some(at) => Ok(key.retired(at.as_i64().ok_or(KeyError::NotAJwk)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public key of RFC 8037 appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn thumbprint_matches_the_vector_of_rfc_8037() {
        let key = VerifyingKey::from_public_jwk(&json!({"kty":"OKP","crv":"Ed25519","x":X})).unwrap();
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(VerifyingKey::from_public_jwk(&key.public_jwk().unwrap()).is_ok());
    }

    #[test]
    fn retirement_survives_export_and_import() {
        let key = SigningKey::from_seed([7; 32]).verifying_key().retired(1_700_000_000);
        let jwk = key.public_jwk().unwrap();
        let read = VerifyingKey::from_public_jwk(&jwk).unwrap();
        assert_eq!((read.kid(), read.retired_at()), (key.kid(), Some(1_700_000_000)));
    }

    #[test]
    fn shared_secret_is_never_published() {
        let shared = SigningKey::from_shared_secret([8; 32], [9; 16]);
        let public = SigningKey::from_seed([7; 32]);
        assert_eq!(shared.public_jwk(), None);
        let set = jwks(&[shared.verifying_key(), public.verifying_key()]);
        assert_eq!(set["keys"].as_array().map(Vec::len), Some(1));
        assert_eq!(set["keys"][0]["kid"], public.kid());
        assert!(set["keys"][0].get("d").is_none());
    }

    #[test]
    fn jwk_of_another_kind_is_refused() {
        use KeyError::{NotAJwk, NotAPublicKey, PrivateJwk};
        for (jwk, expected) in [
            (json!({"kty":"OKP","crv":"Ed25519","x":X,"d":X}), PrivateJwk),
            (json!({"kty":"oct","k":X}), PrivateJwk),
            (json!({"kty":"OKP","crv":"X25519","x":X}), NotAJwk),
            (json!({"kty":"EC","crv":"Ed25519","x":X}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519"}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519","x":"AAAA"}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519","x":X,"alg":"HS256"}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519","x":X,"use":"enc"}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519","x":X,"kid":"mine"}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519","x":X,"retired_at":"never"}), NotAJwk),
            (json!({"kty":"OKP","crv":"Ed25519","x":"A".repeat(43)}), NotAPublicKey),
            (json!([]), NotAJwk),
            (json!(null), NotAJwk),
        ] {
            assert_eq!(VerifyingKey::from_public_jwk(&jwk).map(|_| ()), Err(expected), "{jwk}");
        }
    }
}
