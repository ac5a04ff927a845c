//! A parsed token is written back byte for byte, and its locator leads to the id it was created for.

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::{LocatorKey, Token, TokenForm, looks_like_token};

pub(crate) fn holds(bytes: &[u8]) {
    if let Some(token) = Token::parse(bytes) {
        assert_eq!(token.expose().as_bytes(), bytes);
        assert!(token.digest().matches(&token.digest()));
        assert!(looks_like_token(&token.expose()));
    }
    if let Some((parts, _)) = bytes.split_first_chunk::<48>() {
        let part = |from: usize| -> [u8; 8] { parts[from..from + 8].try_into().unwrap() };
        let mut key = [0; 16];
        key.copy_from_slice(&parts[..16]);
        let mut secret = [0; 16];
        secret.copy_from_slice(&parts[32..48]);
        let key = LocatorKey::new(&key);
        let Some(id) = SessionId::new(i64::from_be_bytes(part(16))) else { return };
        for form in [TokenForm::Bare, TokenForm::Api] {
            let token = Token::assemble(key.seal(id, part(24)), secret, form);
            let read = Token::parse(token.expose().as_bytes()).expect("a written token is read");
            assert_eq!(key.open(read.locator()), Some(id));
            assert!(read.digest().matches(&token.digest()));
        }
    }
}
