//! JWTs that must be refused although their signature is good, and damaged ones.

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::*;

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
