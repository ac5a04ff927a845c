//! Published vectors, JWTs that must be refused, and properties of all others.

use std::time::Duration;

use proptest::prelude::*;
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

#[test]
fn signed_jwt_with_a_bad_header_is_refused() {
    use JwtError::{BadHeader, ForbiddenHeader, MissingHeader, UnknownKey, WrongAlgorithm, WrongType};
    let unexpected = JwtError::UnexpectedMember(Part::Header);
    for (changes, expected) in [
        (json!({"alg":"none"}), WrongAlgorithm),
        (json!({"alg":"None"}), WrongAlgorithm),
        (json!({"alg":"NONE"}), WrongAlgorithm),
        (json!({"alg":"nOnE"}), WrongAlgorithm),
        (json!({"alg":""}), WrongAlgorithm),
        (json!({"alg":null}), MissingHeader("alg")),
        (json!({"alg":1}), BadHeader("alg")),
        (json!({"alg":["EdDSA"]}), BadHeader("alg")),
        (json!({"alg":"HS256"}), WrongAlgorithm),
        (json!({"alg":"HS512"}), WrongAlgorithm),
        (json!({"alg":"RS256"}), WrongAlgorithm),
        (json!({"alg":"ES256"}), WrongAlgorithm),
        (json!({"alg":"ES256K"}), WrongAlgorithm),
        (json!({"alg":"PS256"}), WrongAlgorithm),
        (json!({"alg":"Ed25519"}), WrongAlgorithm),
        (json!({"alg":"eddsa"}), WrongAlgorithm),
        (json!({"alg":"EdDSA "}), WrongAlgorithm),
        (json!({"alg":"HS256","kid":hs().kid()}), JwtError::BadSignature),
        (json!({"kid":hs().kid()}), WrongAlgorithm),
        (json!({"kid":null}), MissingHeader("kid")),
        (json!({"kid":""}), UnknownKey),
        (json!({"kid":1}), BadHeader("kid")),
        (json!({"kid":1,"typ":null}), BadHeader("kid")),
        (json!({"kid":"../../dev/null"}), UnknownKey),
        (json!({"kid":"' OR 1=1 --"}), UnknownKey),
        (json!({"typ":null}), MissingHeader("typ")),
        (json!({"typ":"JWT"}), WrongType),
        (json!({"typ":"application/session+jwt"}), WrongType),
        (json!({"typ":"at+jwt"}), WrongType),
        (json!({"typ":"jwt"}), WrongType),
        (json!({"typ":1}), BadHeader("typ")),
        (json!({"jku":"https://evil.example/keys"}), ForbiddenHeader("jku")),
        (json!({"jwk":ed().public_jwk()}), ForbiddenHeader("jwk")),
        (json!({"x5u":"https://evil.example/cert"}), ForbiddenHeader("x5u")),
        (json!({"x5c":["MIIB"]}), ForbiddenHeader("x5c")),
        (json!({"x5t":"AA"}), ForbiddenHeader("x5t")),
        (json!({"x5t#S256":"AA"}), ForbiddenHeader("x5t#S256")),
        (json!({"crit":[]}), ForbiddenHeader("crit")),
        (json!({"crit":["exp"],"exp":1}), ForbiddenHeader("crit")),
        (json!({"b64":false}), ForbiddenHeader("b64")),
        (json!({"zip":"DEF"}), ForbiddenHeader("zip")),
        (json!({"enc":"A128GCM"}), ForbiddenHeader("enc")),
        (json!({"cty":"JWT"}), unexpected.clone()),
        (json!({"Alg":"none"}), unexpected.clone()),
        (json!({"exp":1}), unexpected.clone()),
    ] {
        assert_eq!(
            verified(sign(&ed(), &header(&ed(), &changes), &body(&json!({}))).expose_secret()),
            Err(expected),
            "{changes}"
        );
    }
}

#[test]
fn signed_jwt_with_bad_claims_is_refused() {
    use JwtError::{
        BadClaim, Expired, LifetimeTooLong, MissingClaim, NotYet, UnexpectedMember, WrongAudience,
        WrongIssuer,
    };
    let mut table = vec![
        (json!({"iss":"other"}), WrongIssuer),
        (json!({"iss":"Sessionctl"}), WrongIssuer),
        (json!({"iss":"sessionctl "}), WrongIssuer),
        (json!({"aud":"other"}), WrongAudience),
        (json!({"aud":"shop.example"}), WrongAudience),
        (json!({"aud":["shop"]}), BadClaim("aud")),
        (json!({"exp":NOW + 10}), Expired { at: NOW + 10 }),
        (json!({"exp":NOW + 9}), Expired { at: NOW + 9 }),
        (json!({"exp":NOW.to_string()}), BadClaim("exp")),
        (json!({"exp":"never"}), BadClaim("exp")),
        (json!({"exp":1.7e9}), BadClaim("exp")),
        (json!({"exp":NOW as f64 + 300.5}), BadClaim("exp")),
        (json!({"exp":-1}), BadClaim("exp")),
        (json!({"exp":i64::MAX}), BadClaim("exp")),
        (json!({"exp":u64::MAX}), BadClaim("exp")),
        (json!({"exp":253_402_300_800_i64}), BadClaim("exp")),
        (json!({"exp":true}), BadClaim("exp")),
        (json!({"exp":[NOW + 300]}), BadClaim("exp")),
        (json!({"exp":NOW}), BadClaim("exp")),
        (json!({"exp":0}), BadClaim("exp")),
        (json!({"exp":NOW + 3_601}), LifetimeTooLong),
        (json!({"exp":NOW + 315_360_000}), LifetimeTooLong),
        (json!({"role":"admin"}), UnexpectedMember(Part::Claims)),
        (json!({"nbf":NOW + 11}), NotYet { at: NOW + 11 }),
        (json!({"nbf":(NOW).to_string()}), BadClaim("nbf")),
        (json!({"nbf":NOW + 300}), BadClaim("exp")),
        (json!({"iat":NOW + 11}), NotYet { at: NOW + 11 }),
        (json!({"iat":(NOW).to_string()}), BadClaim("iat")),
        (json!({"sub":""}), BadClaim("sub")),
        (json!({"sub":1}), BadClaim("sub")),
        (json!({"jti":1}), BadClaim("jti")),
        (json!({"sid":"42"}), BadClaim("sid")),
        (json!({"sid":0}), BadClaim("sid")),
        (json!({"sid":-42}), BadClaim("sid")),
        (json!({"sid":42.0}), BadClaim("sid")),
        (json!({"sid":u64::MAX}), BadClaim("sid")),
        (json!({"scope":["read"]}), BadClaim("scope")),
        (json!({"scope":""}), BadClaim("scope")),
    ];
    for name in ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "sid"] {
        table.push((json!({ name: null }), MissingClaim(name)));
    }
    for key in [ed(), hs()] {
        for (changes, expected) in &table {
            let jwt = sign(&key, &header(&key, &json!({})), &body(changes));
            assert_eq!(verified(jwt.expose_secret()), Err(expected.clone()), "{changes}");
        }
    }
    let null = body(&json!({"exp":0})).replace("\"exp\":0", "\"exp\":null");
    assert_eq!(
        verified(sign(&ed(), &header(&ed(), &json!({})), &null).expose_secret()),
        Err(BadClaim("exp"))
    );
    let longest = sign(&ed(), &header(&ed(), &json!({})), &body(&json!({"exp":NOW + 3_600})));
    assert!(verified(longest.expose_secret()).is_ok(), "an hour is the limit itself");
}

#[test]
fn jwt_of_bad_form_is_refused() {
    use JwtError::{BadEncoding, BadJson, BadSignature, DuplicateMember, Encrypted, NotAJwt, TooLong};
    let good = issue(&ed(), &claims()).expose_secret().to_owned();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (first, second) = signed.split_once('.').unwrap();
    let with = |header: &str, claims: &str| sign(&ed(), header, claims).expose_secret().to_owned();
    let plain = header(&ed(), &json!({}));
    let twice = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    for (jwt, expected) in [
        (String::new(), NotAJwt),
        (".".into(), NotAJwt),
        ("..".into(), NotAJwt),
        (signed.into(), NotAJwt),
        (format!("{good}."), NotAJwt),
        (format!(".{second}.{signature}"), NotAJwt),
        (format!("{first}..{signature}"), NotAJwt),
        (format!("{good}.a.b"), Encrypted),
        (format!("{good}{}", "A".repeat(8192)), TooLong),
        (format!("{signed}."), BadSignature),
        (format!("{signed}.{}", &signature[..84]), BadSignature),
        (format!("{signed}.{signature}AA"), BadSignature),
        (format!("{signed}.{}", "A".repeat(86)), BadSignature),
        (format!("{first}.{second}.{}", signature.replace(['-', '_'], "+")), BadEncoding(Part::Signature)),
        (format!("{good}=="), BadEncoding(Part::Signature)),
        (format!("{good}\n"), BadEncoding(Part::Signature)),
        (format!(" {good}"), BadEncoding(Part::Header)),
        (format!("Bearer {good}"), BadEncoding(Part::Header)),
        (format!("{first}=.{second}.{signature}"), BadEncoding(Part::Header)),
        (format!("{first}.{second}=.{signature}"), BadSignature),
        (format!("é.{second}.{signature}"), BadEncoding(Part::Header)),
        (with("{", "{}"), BadJson(Part::Header)),
        (with("[]", "{}"), BadJson(Part::Header)),
        (with("\"EdDSA\"", "{}"), BadJson(Part::Header)),
        (with(&format!("{plain} x"), "{}"), BadJson(Part::Header)),
        (with(&twice(&plain, r#""alg":"none""#), "{}"), DuplicateMember(Part::Header)),
        (with(&plain, ""), NotAJwt),
        (with(&plain, "null"), BadJson(Part::Claims)),
        (with(&plain, "[1]"), BadJson(Part::Claims)),
        (with(&plain, "{\"exp\":"), BadJson(Part::Claims)),
        (with(&plain, &twice(&body(&json!({})), "\"exp\":99999999999")), DuplicateMember(Part::Claims)),
        (with(&plain, &twice(&body(&json!({})), "\"x\":{\"a\":1,\"a\":2}")), DuplicateMember(Part::Claims)),
    ] {
        assert_eq!(verified(&jwt), Err(expected), "{jwt}");
    }
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
fn jwt_with_a_changed_character_is_refused() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ ";
    for key in [ed(), hs()] {
        let good = issue(&key, &claims()).expose_secret().to_owned();
        let mut bytes = good.clone().into_bytes();
        for place in 0..bytes.len() {
            let original = bytes[place];
            // Every other character at the ends of the parts, where bits are left over; a few elsewhere.
            let end = matches!(good.as_bytes().get(place + 1), None | Some(b'.'));
            let step = if end { 1 } else { 13 };
            for &other in alphabet.iter().step_by(step).filter(|other| **other != original) {
                bytes[place] = other;
                let text = std::str::from_utf8(&bytes).unwrap();
                assert!(verified(text).is_err(), "{place}: {}", char::from(other));
            }
            bytes[place] = original;
        }
    }
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

proptest! {
    #[test]
    fn verify_of_any_text_never_panics(text in "\\PC*|[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_=-]{0,40}){0,5}|eyJ\\PC*\\.\\PC*\\.\\PC*") {
        let _ = (decode_untrusted(&text), looks_like_jwt(&text));
        prop_assert!(verified(&text).is_err());
    }

    #[test]
    fn verify_of_any_json_never_panics(header in "\\PC*|[\\[{\"}\\]:,a-z0-9 ]*", body in "\\PC*|[\\[{\"}\\]:,a-z0-9 ]*") {
        let jwt = sign(&ed(), &header, &body);
        let _ = decode_untrusted(jwt.expose_secret());
        prop_assert!(verified(jwt.expose_secret()).is_err());
    }

    #[test]
    fn verify_of_any_claims_never_panics(body in prop::collection::hash_map("iss|sub|aud|iat|nbf|exp|jti|sid|scope", prop_oneof![
        any::<i64>().prop_map(|n| json!(n)), any::<f64>().prop_map(|n| json!(n)), any::<String>().prop_map(|s| json!(s)), Just(json!(null)),
    ], 0..9)) {
        let jwt = sign(&ed(), &header(&ed(), &json!({})), &json!(body).to_string());
        prop_assert!(verified(jwt.expose_secret()).is_err());
    }

    #[test]
    fn any_claims_are_read_back(sub in "\\PC{1,30}", jti in "\\PC{1,30}", scope in "\\PC{0,30}", sid in 1i64.., life in 11i64..=3_600) {
        let claims = Claims { sub, jti, scope, sid, exp: NOW + life, ..claims() };
        for key in [ed(), hs()] {
            prop_assert_eq!(verified(issue(&key, &claims).expose_secret()), Ok(claims.clone()));
        }
    }
}
