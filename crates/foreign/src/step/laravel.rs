//! An encrypted cookie of Laravel (Illuminate\Encryption\Encrypter): base64 of JSON with an initialisation vector,
//! AES-CBC text and an HMAC over both, checked before anything is decrypted.

use aes::cipher::{Block, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes256};
use base64ct::{Base64, Encoding as _};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{StepError, hash, url_decode};
use crate::codec::{Codec, Node};

const BLOCK_BYTES: usize = 16;
/// `CookieValuePrefix`: 40 hexadecimal digits and a bar.
const PREFIX_BYTES: usize = 41;

pub(super) fn decrypt(token: &str, app_key: &str) -> Result<String, StepError> {
    let key = key(app_key)?;
    let envelope = Base64::decode_vec(&url_decode(token)?).map_err(|_| StepError::Form)?;
    let envelope = Codec::Json.decode(&envelope).map_err(|_| StepError::Form)?.data;
    let field = |name: &str| match envelope.get(name) {
        Some(Node::Text(text)) => Ok(text.as_str()),
        _ => Err(StepError::Form),
    };
    let (iv, value, mac) = (field("iv")?, field("value")?, field("mac")?);
    let expected = hex::encode(hash::hmac_sha256(&key, format!("{iv}{value}").as_bytes()));
    if !bool::from(expected.as_bytes().ct_eq(mac.as_bytes())) {
        return Err(StepError::SecretWrong);
    }
    let iv = Base64::decode_vec(iv).map_err(|_| StepError::Form)?;
    let text = Base64::decode_vec(value).map_err(|_| StepError::Form)?;
    let plain = match key.len() {
        16 => decrypt_cbc::<Aes128>(&key, &iv, &text),
        _ => decrypt_cbc::<Aes256>(&key, &iv, &text),
    };
    let plain = String::from_utf8(plain.ok_or(StepError::Form)?).map_err(|_| StepError::Form)?;
    Ok(without_prefix(&plain).to_owned())
}

fn key(app_key: &str) -> Result<Zeroizing<Vec<u8>>, StepError> {
    let key = match app_key.trim().strip_prefix("base64:") {
        Some(text) => Base64::decode_vec(text).map_err(|_| StepError::SecretWrong)?,
        None => app_key.trim().as_bytes().to_vec(),
    };
    let key = Zeroizing::new(key);
    if matches!(key.len(), 16 | 32) { Ok(key) } else { Err(StepError::SecretWrong) }
}

/// CBC (NIST SP 800-38A §6.2) with the padding of PKCS #7.
fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(key: &[u8], iv: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    if iv.len() != BLOCK_BYTES || text.is_empty() || !text.len().is_multiple_of(BLOCK_BYTES) {
        return None;
    }
    let cipher = C::new_from_slice(key).ok()?;
    let mut plain = Vec::with_capacity(text.len());
    let mut previous = iv;
    for chunk in text.chunks(BLOCK_BYTES) {
        let mut block = Block::<C>::try_from(chunk).ok()?;
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(previous).map(|(byte, before)| byte ^ before));
        previous = chunk;
    }
    let padding = usize::from(*plain.last()?);
    let padded = (1..=BLOCK_BYTES).contains(&padding)
        && plain[plain.len() - padding..].iter().all(|byte| usize::from(*byte) == padding);
    plain.truncate(plain.len() - if padded { padding } else { return None });
    Some(plain)
}

/// Laravel puts a keyed hash of the cookie's name in front of the value since 2020.
fn without_prefix(plain: &str) -> &str {
    let bytes = plain.as_bytes();
    let prefixed = bytes.len() > PREFIX_BYTES
        && bytes[PREFIX_BYTES - 1] == b'|'
        && bytes[..PREFIX_BYTES - 1].iter().all(u8::is_ascii_hexdigit);
    if prefixed { &plain[PREFIX_BYTES..] } else { plain }
}

#[cfg(test)]
mod tests {
    use aes::cipher::BlockCipherEncrypt;

    use super::*;

    fn encrypt(plain: &str, key: &[u8; 32]) -> String {
        let iv = [9_u8; BLOCK_BYTES];
        let mut padded = plain.as_bytes().to_vec();
        let padding = BLOCK_BYTES - padded.len() % BLOCK_BYTES;
        padded.extend(std::iter::repeat_n(padding as u8, padding));
        let cipher = Aes256::new_from_slice(key).unwrap();
        let (mut text, mut previous) = (Vec::new(), iv.to_vec());
        for chunk in padded.chunks(BLOCK_BYTES) {
            let mixed: Vec<u8> = chunk.iter().zip(&previous).map(|(a, b)| a ^ b).collect();
            let mut block = Block::<Aes256>::try_from(mixed.as_slice()).unwrap();
            cipher.encrypt_block(&mut block);
            previous = block.to_vec();
            text.extend_from_slice(&previous);
        }
        let (iv, value) = (Base64::encode_string(&iv), Base64::encode_string(&text));
        let mac = hex::encode(hash::hmac_sha256(key, format!("{iv}{value}").as_bytes()));
        Base64::encode_string(
            format!(r#"{{"iv":"{iv}","value":"{value}","mac":"{mac}","tag":""}}"#).as_bytes(),
        )
    }

    #[test]
    fn decrypt_opens_what_the_key_sealed_and_nothing_else() {
        let (key, other) = ([7_u8; 32], [8_u8; 32]);
        let text = |key: &[u8]| format!("base64:{}", Base64::encode_string(key));
        let sealed = encrypt(&format!("{}|the-session-id", "a".repeat(40)), &key);
        assert_eq!(decrypt(&sealed, &text(&key)).as_deref(), Ok("the-session-id"));
        assert_eq!(decrypt(&sealed.replace('=', "%3D"), &text(&key)).as_deref(), Ok("the-session-id"));
        assert_eq!(decrypt(&sealed, &text(&other)), Err(StepError::SecretWrong));
        assert_eq!(decrypt(&sealed, "short"), Err(StepError::SecretWrong));
        assert_eq!(decrypt("bm90anNvbg==", &text(&key)), Err(StepError::Form));
        assert_eq!(decrypt(&encrypt("plain", &key), &text(&key)).as_deref(), Ok("plain"));
    }
}
