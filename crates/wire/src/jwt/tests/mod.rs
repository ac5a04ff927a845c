//! Published vectors, the life of keys and the limits of time. The fixtures are shared by the files below.

mod properties;
mod refused;

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::issue::sign;
use super::*;

const NOW: i64 = 1_700_000_000;

fn ed() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

fn hs() -> SigningKey {
    SigningKey::from_shared_secret([8; 32], [9; 16])
}

fn claims() -> Claims {
    Claims {
        iss: "sessionctl".into(),
        sub: "alice".into(),
        aud: "shop".into(),
        iat: NOW,
        nbf: NOW,
        exp: NOW + 300,
        jti: "0f1e2d3c".into(),
        sid: 42,
        scope: "read write".into(),
    }
}

fn expected() -> Expectations<'static> {
    Expectations::new("sessionctl", "shop", NOW + 10)
}

fn verified(jwt: &str) -> Result<Claims, JwtError> {
    verify(jwt, &[ed().verifying_key(), hs().verifying_key()], &expected())
}

#[test]
fn issued_jwt_is_verified() {
    for key in [ed(), hs()] {
        let plain = Claims { scope: String::new(), ..claims() };
        for claims in [claims(), plain] {
            let jwt = issue(&key, &claims);
            assert_eq!(verified(jwt.expose_secret()), Ok(claims));
            assert!(looks_like_jwt(jwt.expose_secret()));
            let decoded = decode_untrusted(jwt.expose_secret()).unwrap();
            assert_eq!(
                decoded.header,
                json!({ "alg": key.algorithm().as_str(), "typ": TYPE, "kid": key.kid() })
            );
            assert_eq!((&decoded.claims["sid"], &decoded.claims["exp"]), (&json!(42), &json!(NOW + 300)));
        }
    }
}

#[test]
fn signature_matches_the_vector_of_rfc_8037() {
    let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
    let key = SigningKey::from_seed(seed.try_into().unwrap());
    assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(key.public_jwk().unwrap()["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(
        sign(&key, r#"{"alg":"EdDSA"}"#, "Example of Ed25519 signing").expose_secret(),
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

/// A good header with `changes` applied; null removes a member.
fn header(key: &SigningKey, changes: &Value) -> String {
    merged(json!({ "alg": key.algorithm().as_str(), "typ": TYPE, "kid": key.kid() }), changes)
}

/// Good claims with `changes` applied; null removes a claim.
fn body(changes: &Value) -> String {
    merged(serde_json::to_value(claims()).unwrap(), changes)
}

fn merged(mut base: Value, changes: &Value) -> String {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base.to_string()
}

/// The classic confusion: the published key of one algorithm used as the shared secret of another.
#[test]
fn public_key_is_not_accepted_as_shared_secret() {
    let public = ed().verifying_key();
    let bytes = *public.public_bytes().unwrap();
    let forger = SigningKey::from_shared_secret(bytes, [0; 16]);
    for alg in ["HS256", "EdDSA"] {
        let header = json!({ "alg": alg, "typ": TYPE, "kid": public.kid() }).to_string();
        let jwt = sign(&forger, &header, &body(&json!({})));
        assert!(verify(jwt.expose_secret(), std::slice::from_ref(&public), &expected()).is_err());
    }
}

#[test]
fn unsigned_jwt_is_decoded_but_never_verified() {
    let jwt = "eyJhbGciOiJub25lIn0.e30.";
    assert_eq!(decode_untrusted(jwt).map(|decoded| decoded.signature_len), Ok(0));
    assert_eq!(verified(jwt), Err(JwtError::WrongAlgorithm));
}

#[test]
fn jwt_of_another_key_is_refused() {
    let jwt = issue(&SigningKey::from_seed([1; 32]), &claims());
    assert_eq!(verified(jwt.expose_secret()), Err(JwtError::UnknownKey));
    assert_eq!(verify(issue(&ed(), &claims()).expose_secret(), &[], &expected()), Err(JwtError::UnknownKey));
}

#[test]
fn retired_key_verifies_only_what_it_signed_before() {
    let at_iat = |iat: i64, retired_at: i64| {
        let jwt = issue(&ed(), &Claims { iat, nbf: iat, exp: iat + 300, ..claims() });
        let keys = [ed().verifying_key().retired(retired_at)];
        verify(jwt.expose_secret(), &keys, &Expectations::new("sessionctl", "shop", iat + 1)).map(|_| ())
    };
    assert_eq!(at_iat(NOW, NOW + 1), Ok(()));
    assert_eq!(at_iat(NOW, NOW), Ok(()), "in the second of the retirement");
    assert_eq!(at_iat(NOW, NOW - 1), Err(JwtError::RetiredKey { at: NOW - 1 }));
}

#[test]
fn revoked_key_verifies_nothing() {
    let jwt = issue(&ed(), &claims());
    let revoked = [ed().kid().to_owned()];
    let expected = expected().revoked_kids(&revoked);
    for keys in [vec![], vec![ed().verifying_key()]] {
        assert_eq!(verify(jwt.expose_secret(), &keys, &expected), Err(JwtError::RevokedKey));
    }
    let other = issue(&hs(), &claims());
    assert!(verify(other.expose_secret(), &[hs().verifying_key()], &expected).is_ok());
}

#[test]
fn leeway_extends_both_ends_and_is_limited() {
    let jwt = issue(&ed(), &claims());
    let keys = [ed().verifying_key()];
    let at_time = |now: i64, leeway: u64| {
        let expected = Expectations { now, ..expected() }.leeway(Duration::from_secs(leeway));
        verify(jwt.expose_secret(), &keys, &expected).map(|_| ())
    };
    let expired = Err(JwtError::Expired { at: NOW + 300 });
    let early = Err(JwtError::NotYet { at: NOW });
    assert_eq!(at_time(NOW, 0), Ok(()));
    assert_eq!(at_time(NOW - 1, 0), early);
    assert_eq!(at_time(NOW - 60, 60), Ok(()));
    assert_eq!(at_time(NOW - 61, 60), early);
    assert_eq!(at_time(NOW + 299, 0), Ok(()));
    assert_eq!(at_time(NOW + 300, 0), expired);
    assert_eq!(at_time(NOW + 359, 60), Ok(()));
    assert_eq!(at_time(NOW + 360, 60), expired);
    assert_eq!(at_time(NOW, 61), Err(JwtError::LeewayTooLong));
}

#[test]
fn looks_like_jwt_accepts_the_form_only() {
    for text in ["", "42", &"a".repeat(64), "a.b.c", "eyJ.a", "eyJ..a", "eyJ.a.b.c", "eyJ.a b.c", "eyJ.a.c="]
    {
        assert!(!looks_like_jwt(text), "{text}");
    }
    assert!(looks_like_jwt("eyJhbGciOiJub25lIn0.e30."));
}

#[test]
fn errors_never_repeat_the_jwt() {
    let jwt = sign(&ed(), &header(&ed(), &json!({"hunter2":1})), "{}");
    let error = verified(jwt.expose_secret()).unwrap_err();
    assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"));
}
