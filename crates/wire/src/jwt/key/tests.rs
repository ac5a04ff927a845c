//! Published vectors, storage, and bytes that are no key.

use secrecy::ExposeSecret as _;

use super::*;

#[test]
fn hmac_matches_the_vector_of_rfc_4231() {
    let mut key = [0u8; 32];
    key[..20].fill(0x0b);
    let key = SigningKey::from_shared_secret(key, [0; 16]);
    let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
    assert_eq!(hex::encode(key.sign(b"Hi There")), expected);
}

#[test]
fn stored_key_is_read_back_and_damaged_one_is_refused() {
    for key in [SigningKey::from_seed([7; 32]), SigningKey::from_shared_secret([8; 32], [9; 16])] {
        let bytes = key.expose_bytes();
        let again = SigningKey::from_bytes(bytes.expose_secret()).unwrap();
        assert_eq!((again.kid(), again.algorithm()), (key.kid(), key.algorithm()));
        assert_eq!(again.sign(b"m"), key.sign(b"m"));
        for length in 0..bytes.expose_secret().len() {
            assert!(SigningKey::from_bytes(&bytes.expose_secret()[..length]).is_err());
        }
        assert!(SigningKey::from_bytes(&[bytes.expose_secret(), &[0]].concat()).is_err());
    }
    let mut damaged = SigningKey::from_seed([7; 32]).expose_bytes().expose_secret().to_vec();
    damaged[5] ^= 1;
    assert!(matches!(SigningKey::from_bytes(&damaged), Err(KeyError::NotAKey)));
    assert!(SigningKey::from_bytes(&[3; 65]).is_err());
}

#[test]
fn weak_public_key_is_refused() {
    let mut identity = [0u8; 32];
    identity[0] = 1;
    for bytes in [identity, [0; 32], [0xFF; 32]] {
        assert!(matches!(VerifyingKey::from_ed25519_public(&bytes), Err(KeyError::NotAPublicKey)));
    }
}

#[test]
fn signature_of_another_length_is_refused() {
    for key in [SigningKey::from_seed([7; 32]), SigningKey::from_shared_secret([8; 32], [9; 16])] {
        let signature = key.sign(b"m");
        let verifier = key.verifying_key();
        assert!(verifier.accepts(b"m", &signature) && !verifier.accepts(b"n", &signature));
        for length in 0..signature.len() {
            assert!(!verifier.accepts(b"m", &signature[..length]));
        }
        assert!(!verifier.accepts(b"m", &[signature.as_slice(), &[0]].concat()));
    }
}
