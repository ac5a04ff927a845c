//! Signatures of seals. The key is a file of whoever seals, and never in the database: whoever can rewrite the database
//! cannot sign.

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use thiserror::Error;

/// What is signed begins with this, so that a signature of something else is none of a seal.
const CONTEXT: &[u8] = b"sessionctl seal";

/// Why a key cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("it is no Ed25519 key in PEM (PKCS #8)")]
pub struct SealKeyError;

/// The key that signs seals.
pub struct SealKey(SigningKey);

/// Without the secret.
impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SealKey").field(&hex::encode(self.public())).finish()
    }
}

impl SealKey {
    /// Reads a private key, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// [`SealKeyError`].
    pub fn from_pem(text: &str) -> Result<Self, SealKeyError> {
        SigningKey::from_pkcs8_pem(text.trim()).map(SealKey).map_err(|_| SealKeyError)
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(crate) fn sign(&self, hash: &[u8; 32]) -> [u8; 64] {
        self.0.sign(&message(hash)).to_bytes()
    }
}

/// Reads the public key of a private or a public key in PEM.
///
/// # Errors
/// [`SealKeyError`].
pub fn public_key(text: &str) -> Result<[u8; 32], SealKeyError> {
    let public = VerifyingKey::from_public_key_pem(text.trim()).map(|key| key.to_bytes());
    public.or_else(|_| SealKey::from_pem(text).map(|key| key.public()))
}

fn message(hash: &[u8; 32]) -> Vec<u8> {
    [CONTEXT, hash].concat()
}

/// Whether a signature is that of a key over the hash of a seal.
pub(crate) fn is_right(signer: &[u8; 32], signature: &[u8; 64], hash: &[u8; 32]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(signer) else { return false };
    key.verify_strict(&message(hash), &Signature::from_bytes(signature)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
                           MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                           -----END PRIVATE KEY-----\n";

    #[test]
    fn key_of_openssl_is_read_and_its_signature_is_of_one_seal_only() {
        let key = SealKey::from_pem(PRIVATE).unwrap();
        // RFC 8032, section 7.1, test 1.
        assert_eq!(
            hex::encode(key.public()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(public_key(PRIVATE), Ok(key.public()));
        let signature = key.sign(&[1; 32]);
        assert!(is_right(&key.public(), &signature, &[1; 32]));
        assert!(!is_right(&key.public(), &signature, &[2; 32]));
        assert!(!is_right(&[9; 32], &signature, &[1; 32]));
        assert_eq!(SealKey::from_pem("nothing").map(drop), Err(SealKeyError));
        assert!(!format!("{key:?}").contains("9d61b1"));
    }
}
