//! The thumbprint that names a public key (RFC 7638).

use sha2::{Digest, Sha256};

use super::base64url;

/// The thumbprint of an Ed25519 public key: SHA-256 over its required members in the order of their names,
/// without white space (RFC 8037 §2).
pub(super) fn thumbprint(public: &[u8; 32]) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url::encode(public));
    base64url::encode(&Sha256::digest(members.as_bytes()))
}
