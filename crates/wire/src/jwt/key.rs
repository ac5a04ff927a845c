//! The keys that sign and verify, each bound to its one algorithm. The caller draws random bytes and stores keys.

use ed25519_dalek::{Signature, Signer};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::base64url;
use super::error::KeyError;
use super::thumbprint::thumbprint;
use crate::UnixSeconds;
use secrecy::SecretSlice;

/// How a JWT is signed. The list is closed on purpose: whoever creates keys must handle each algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037 §3.1): a verifier cannot sign. RFC 9864 prefers the name `Ed25519`; `EdDSA` is the one that
    /// verifiers in use know.
    EdDsa,
    /// HMAC with SHA-256 (RFC 7518 §3.2): a verifier can sign too.
    Hs256,
}

impl Algorithm {
    /// The value of the header member `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Hs256 => "HS256",
        }
    }
}

/// The first byte of an exported key: its kind and layout.
const EXPORT_ED25519: u8 = 1;
const EXPORT_HS256: u8 = 2;
const ID_LENGTH: usize = 16;

/// A key that signs. It is a secret: it has no `Debug`, is wiped when dropped, and is read only by
/// [`SigningKey::expose_bytes`].
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Hs256(Box<HmacKey>),
}

#[derive(Clone)]
struct HmacKey {
    key: Zeroizing<[u8; 32]>,
    id: [u8; ID_LENGTH],
}

/// A key that verifies. An HS256 key is as secret as the one that signs.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: String,
    check: Check,
    retired_at: Option<UnixSeconds>,
}

#[derive(Clone)]
enum Check {
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
    Hs256(Box<HmacKey>),
}

impl SigningKey {
    /// The Ed25519 key of 32 random bytes (RFC 8032 §5.1.5). Its `kid` is its thumbprint (RFC 7638).
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self::from_ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The HS256 key of 32 random bytes, as many as the hash has (RFC 7518 §3.2). Its `kid` comes from `id`, 16 other
    /// random bytes: a hash of the secret would confirm a guess of it.
    #[must_use]
    pub fn from_shared_secret(secret: [u8; 32], id: [u8; 16]) -> Self {
        let secret = Zeroizing::new(secret);
        SigningKey {
            kid: base64url::encode(&id),
            secret: Secret::Hs256(Box::new(HmacKey { key: secret, id })),
        }
    }

    fn from_ed25519(key: ed25519_dalek::SigningKey) -> Self {
        let kid = thumbprint(key.verifying_key().as_bytes());
        SigningKey { kid, secret: Secret::Ed25519(Box::new(key)) }
    }

    /// Reads a key that [`SigningKey::expose_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`], also if the public half does not match the private one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.split_first() {
            Some((&EXPORT_ED25519, pair)) => {
                let pair = Zeroizing::new(<[u8; 64]>::try_from(pair).map_err(|_| KeyError::NotAKey)?);
                let key =
                    ed25519_dalek::SigningKey::from_keypair_bytes(&pair).map_err(|_| KeyError::NotAKey)?;
                Ok(Self::from_ed25519(key))
            }
            Some((&EXPORT_HS256, rest)) => {
                let (secret, id) = rest.split_first_chunk::<32>().ok_or(KeyError::NotAKey)?;
                let id = id.try_into().map_err(|_| KeyError::NotAKey)?;
                Ok(Self::from_shared_secret(*secret, id))
            }
            _ => Err(KeyError::NotAKey),
        }
    }

    /// The whole key as bytes, to be stored: a byte for the kind, then for Ed25519 the seed and the public key (65
    /// bytes in all), for HS256 the secret and the id (49 bytes).
    #[must_use]
    pub fn expose_bytes(&self) -> SecretSlice<u8> {
        // Each in one allocation of its size, so that nothing is copied while it grows.
        SecretSlice::from(match &self.secret {
            Secret::Ed25519(key) => {
                [&[EXPORT_ED25519][..], key.as_bytes(), key.verifying_key().as_bytes()].concat()
            }
            Secret::Hs256(key) => [&[EXPORT_HS256][..], &*key.key, &key.id].concat(),
        })
    }

    /// The name of the key, which each JWT that it signs carries.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.secret {
            Secret::Ed25519(_) => Algorithm::EdDsa,
            Secret::Hs256(_) => Algorithm::Hs256,
        }
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        let check = match &self.secret {
            Secret::Ed25519(key) => Check::Ed25519(Box::new(key.verifying_key())),
            Secret::Hs256(key) => Check::Hs256(key.clone()),
        };
        VerifyingKey { kid: self.kid.clone(), check, retired_at: None }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Secret::Hs256(key) => key.mac(message).finalize().into_bytes().to_vec(),
        }
    }
}

impl VerifyingKey {
    /// The Ed25519 key with this public half.
    ///
    /// # Errors
    /// [`KeyError::NotAPublicKey`] for bytes that are no point of the curve, or one of small order.
    pub fn from_ed25519_public(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPublicKey)?;
        // The library accepts a second encoding of some points, which has another thumbprint.
        let is_canonical = key.to_edwards().compress().as_bytes() == bytes;
        if !is_canonical || key.is_weak() {
            return Err(KeyError::NotAPublicKey);
        }
        Ok(VerifyingKey { kid: thumbprint(bytes), check: Check::Ed25519(Box::new(key)), retired_at: None })
    }

    /// The same key, retired at this time: it verifies only what was issued by then.
    #[must_use]
    pub fn retired(self, at: UnixSeconds) -> Self {
        VerifyingKey { retired_at: Some(at), ..self }
    }

    /// When the key was retired.
    #[must_use]
    pub fn retired_at(&self) -> Option<UnixSeconds> {
        self.retired_at
    }

    /// The name of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.check {
            Check::Ed25519(_) => Algorithm::EdDsa,
            Check::Hs256(_) => Algorithm::Hs256,
        }
    }

    /// The public half, which an HS256 key does not have.
    pub(super) fn public_bytes(&self) -> Option<&[u8; 32]> {
        match &self.check {
            Check::Ed25519(key) => Some(key.as_bytes()),
            Check::Hs256(_) => None,
        }
    }

    /// Whether `signature` is that of this key over `message`. HS256 is compared in constant time. Ed25519 is checked
    /// by the strict rules, which accept one signature only (RFC 8032 §5.1.7, §8.4).
    pub(super) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.check {
            Check::Ed25519(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Check::Hs256(key) => key.mac(message).verify_slice(signature).is_ok(),
        }
    }
}

impl HmacKey {
    fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        // HMAC pads a key with zeros to one block of the hash (RFC 2104 §2). Padded here, no length can be wrong.
        let mut block = Zeroizing::new([0u8; 64]);
        block[..32].copy_from_slice(&*self.key);
        Hmac::new((&*block).into()).chain_update(message)
    }
}

#[cfg(test)]
mod tests;
