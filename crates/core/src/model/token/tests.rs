//! Which texts are tokens, and what a locator and a digest are.

use super::*;

const TEXT: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

#[test]
fn parse_accepts_exact_tokens_only() {
    assert_eq!(*Token::parse(TEXT.as_bytes()).unwrap().expose(), TEXT);
    let api = format!("{API_PREFIX}{TEXT}");
    assert_eq!(*Token::parse(api.as_bytes()).unwrap().expose(), api);
    for bad in [
        "",
        &TEXT[1..],
        &format!("{TEXT}0"),
        &format!("{TEXT}\n"),
        &format!(" {TEXT}"),
        &TEXT.to_uppercase(),
        &TEXT.replace('a', "g"),
        &format!("SCTL_{TEXT}"),
        &format!("{API_PREFIX}{api}"),
    ] {
        assert!(Token::parse(bad.as_bytes()).is_none(), "{bad}");
    }
}

#[test]
fn expose_line_appends_the_text_and_a_line_break() {
    for form in [TokenForm::Bare, TokenForm::Api] {
        let token = Token::unstored([0xa5; TOKEN_BYTES], form);
        let mut out = b"before ".to_vec();
        token.expose_line(&mut out);
        assert_eq!(out, format!("before {}\n", *token.expose()).into_bytes());
    }
}

#[test]
fn digest_is_sha256_of_the_text() {
    // printf %s a1b2…a1b2 | sha256sum
    let expected = hex::encode(Sha256::digest(TEXT.as_bytes()));
    assert_eq!(hex::encode(Token::parse(TEXT.as_bytes()).unwrap().digest().as_bytes()), expected);
}

#[test]
fn locator_opens_under_its_key_only() {
    let key = LocatorKey::new(&[7; 16]);
    for id in [1, 42, i64::MAX] {
        let id = SessionId::new(id).unwrap();
        assert_eq!(key.open(key.seal(id, [9; 8])), Some(id));
        assert_ne!(key.seal(id, [1; 8]), key.seal(id, [2; 8]));
        assert_ne!(LocatorKey::new(&[8; 16]).open(key.seal(id, [9; 8])), Some(id));
    }
}

#[test]
fn debug_shows_no_secret() {
    let token = Token::parse(TEXT.as_bytes()).unwrap();
    let shown = format!("{token:?} {:?} {:?}", token.digest(), LocatorKey::new(&[7; 16]));
    assert_eq!(shown, "Token(..) Digest(..) LocatorKey(..)");
}

#[test]
fn looks_like_token_recognises_the_shape() {
    assert!(looks_like_token(TEXT) && looks_like_token(&TEXT[..40]) && looks_like_token("sctl_short"));
    assert!(!looks_like_token("alice") && !looks_like_token("12345"));
}
