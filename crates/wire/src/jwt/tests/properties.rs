//! Properties of any text, any JSON and any claims.

use proptest::prelude::*;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::*;

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
