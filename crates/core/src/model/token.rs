//! The token that a client holds, the digest that is stored of it, and the locator that leads to its session. How a
//! token is generated and compared is here; where its digest is kept is not.

use std::fmt;

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

mod hex_run;

pub use hex_run::{HexRun, hex_runs};

use super::digits;
use super::session::SessionId;

/// The prefix of an API token, by which scanners of published text recognise a leaked one.
pub const API_PREFIX: &str = "sctl_";
/// Bytes of a token; twice as many hex digits are shown.
pub const TOKEN_BYTES: usize = 32;
const HEX_DIGITS: usize = sessionctl_wire::readings::TOKEN_DIGITS;
const _: () = assert!(HEX_DIGITS == 2 * TOKEN_BYTES);
const MAX_TOKEN_BYTES: usize = API_PREFIX.len() + HEX_DIGITS;

/// How a token is written: bare hex digits, or behind [`API_PREFIX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// 64 lowercase hex digits.
    Bare,
    /// `sctl_` and 64 lowercase hex digits.
    Api,
}

/// A secret that names a session. It has no `Display`, and its `Debug` shows nothing; only [`Token::expose`] returns
/// it, where a new token is handed to its owner.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token {
    bytes: [u8; TOKEN_BYTES],
    #[zeroize(skip)]
    form: TokenForm,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Token {
    /// Reads a token as a client presents it: exactly 64 lowercase hex digits, behind `sctl_` for an API
    /// token. Anything else is `None`; nothing is trimmed, folded or repaired.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (form, text) = match text.strip_prefix(API_PREFIX.as_bytes()) {
            Some(rest) => (TokenForm::Api, rest),
            None => (TokenForm::Bare, text),
        };
        let mut bytes = [0; TOKEN_BYTES];
        digits::read(text, &mut bytes).then_some(Token { bytes, form })
    }

    /// The token of a stored session: its locator and 16 random bytes.
    #[must_use]
    pub fn assemble(locator: Locator, random: [u8; 16], form: TokenForm) -> Self {
        let mut bytes = [0; TOKEN_BYTES];
        bytes[..16].copy_from_slice(&locator.0);
        bytes[16..].copy_from_slice(&random);
        Token { bytes, form }
    }

    /// A token of 32 random bytes that no store knows.
    #[must_use]
    pub fn unstored(random: [u8; TOKEN_BYTES], form: TokenForm) -> Self {
        Token { bytes: random, form }
    }

    /// The token's text. Called only where a new token is handed to its owner.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut buffer = Zeroizing::new([0; MAX_TOKEN_BYTES]);
        let text = self.write_into(&mut buffer);
        Zeroizing::new(String::from_utf8_lossy(text).into_owned())
    }

    /// Appends the token's text and a line break to `out`: for millions of tokens.
    pub fn expose_line(&self, out: &mut Vec<u8>) {
        if self.form == TokenForm::Api {
            out.extend_from_slice(API_PREFIX.as_bytes());
        }
        let mut line = Zeroizing::new([b'\n'; HEX_DIGITS + 1]);
        digits::write(&self.bytes, &mut line[..HEX_DIGITS]);
        out.extend_from_slice(line.as_slice());
    }

    /// The SHA-256 digest of the token's text, all that is ever stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut buffer = Zeroizing::new([0; MAX_TOKEN_BYTES]);
        Digest(Sha256::digest(self.write_into(&mut buffer)).into())
    }

    /// The part that leads to the session.
    #[must_use]
    pub fn locator(&self) -> Locator {
        let mut first = [0; 16];
        first.copy_from_slice(&self.bytes[..16]);
        Locator(first)
    }

    /// How the token is written.
    #[must_use]
    pub fn form(&self) -> TokenForm {
        self.form
    }

    fn write_into<'a>(&self, buffer: &'a mut [u8; MAX_TOKEN_BYTES]) -> &'a [u8] {
        let prefix = match self.form {
            TokenForm::Bare => "",
            TokenForm::Api => API_PREFIX,
        };
        buffer[..prefix.len()].copy_from_slice(prefix.as_bytes());
        let end = prefix.len() + HEX_DIGITS;
        digits::write(&self.bytes, &mut buffer[prefix.len()..end]);
        &buffer[..end]
    }
}

/// Whether a word has the shape of a token, so that it must not be repeated in a message.
#[must_use]
pub fn looks_like_token(word: &str) -> bool {
    let digits = word.strip_prefix(API_PREFIX).unwrap_or(word);
    // The prefix alone is a word of the documentation.
    word.starts_with(API_PREFIX) && !digits.is_empty()
        || digits.len() >= 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// SHA-256 of a token's text. `printf %s "$TOKEN" | sha256sum` shows the same.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest as it was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are the digest of the same token, in a time that does not reveal where they differ.
    #[must_use]
    pub fn matches(&self, other: &Digest) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

/// The first 16 bytes of a stored session's token: the session's id and 8 random bytes, encrypted with AES-128. Without
/// the key it is indistinguishable from random bytes, and two locators of one session cannot be linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locator([u8; 16]);

/// The key with which a store encrypts its locators.
#[derive(Clone)]
pub struct LocatorKey(Aes128);

impl LocatorKey {
    /// The key that the store keeps.
    #[must_use]
    pub fn new(key: &[u8; 16]) -> Self {
        LocatorKey(Aes128::new(key.into()))
    }

    /// The locator of a session; `salt` is random, so that two tokens of a session share no bytes.
    #[must_use]
    pub fn seal(&self, id: SessionId, salt: [u8; 8]) -> Locator {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&id.get().to_be_bytes());
        block[8..].copy_from_slice(&salt);
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        Locator(block.into())
    }

    /// The id that a locator carries; `None` for most locators that this store did not generate. The id only shows
    /// where to look: the digest that is stored there decides.
    #[must_use]
    pub fn open(&self, locator: Locator) -> Option<SessionId> {
        let mut block = locator.0.into();
        self.0.decrypt_block(&mut block);
        let block: [u8; 16] = block.into();
        let mut id = [0; 8];
        id.copy_from_slice(&block[..8]);
        SessionId::new(i64::from_be_bytes(id))
    }
}

impl fmt::Debug for LocatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocatorKey(..)")
    }
}

#[cfg(test)]
mod tests;
