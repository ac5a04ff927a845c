//! `jwt`: a signed statement about a session, and what revocation means for it.

use crate::harness::TestEnv;

fn issued() -> (TestEnv, String, String) {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let jwt = place.feed(&["jwt", "issue", "-"], &token).ok().out();
    (place, token, jwt)
}

#[test]
fn it_has_three_parts_and_no_token_in_them() {
    let (place, token, jwt) = issued();
    assert_eq!(jwt.split('.').count(), 3, "{jwt}");
    let ran = place.feed(&["jwt", "decode", "-", "--format", "json"], &jwt).ok();
    assert!(ran.out().contains("alice") && !ran.out().contains(&token), "{ran:?}");
    assert!(!ran.all().contains(&jwt), "{ran:?}");
}

#[test]
fn offline_it_outlives_the_session_and_online_it_does_not() {
    let (place, token, jwt) = issued();
    place.feed(&["jwt", "verify", "-"], &jwt).code(0);
    place.feed(&["jwt", "verify", "-", "--online"], &jwt).code(0);
    place.feed(&["logout", "-"], &token).ok();
    place.feed(&["jwt", "verify", "-"], &jwt).code(0);
    place.feed(&["jwt", "verify", "-", "--online"], &jwt).code(5);
}

#[test]
fn it_dies_of_itself() {
    let (place, _, jwt) = issued();
    place.feed(&["jwt", "verify", "-", "--now", "+2h"], &jwt).code(4);
    place.feed(&["jwt", "verify", "-", "--now", "-1d"], &jwt).any_code(&[1, 3, 4, 5, 6, 7]);
}

#[test]
fn a_changed_or_unsigned_one_is_not_believed() {
    let (place, _, jwt) = issued();
    let parts: Vec<&str> = jwt.split('.').collect();
    let mut middle = parts[1].to_owned();
    let flipped = if middle.as_bytes()[10] == b'A' { "B" } else { "A" };
    middle.replace_range(10..11, flipped);
    for forged in [
        format!("{}.{middle}.{}", parts[0], parts[2]),
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].chars().rev().collect::<String>()),
        format!("{}.{}.", parts[0], parts[1]),
    ] {
        let ran = place.feed(&["jwt", "verify", "-"], &forged);
        assert!(!ran.all().contains(&forged), "{ran:?}");
        ran.any_code(&[1, 2, 3, 5, 6, 7]);
    }
    let other = issued();
    other.0.feed(&["jwt", "verify", "-"], &jwt).any_code(&[1, 3, 5, 6, 7]);
}

#[test]
fn keys_are_public_and_the_secret_is_nowhere() {
    let (place, ..) = issued();
    let ran = place.run(&["jwt", "keys", "--format", "json"]).ok();
    let text = ran.out();
    assert!(!text.contains("\"d\""), "a private key is shown: {ran:?}");
    assert!(text.contains("EdDSA"), "{ran:?}");
}

#[test]
fn the_dead_and_the_anonymous_get_none() {
    let (place, token, _) = issued();
    place.feed(&["logout", "-"], &token).ok();
    place.feed(&["jwt", "issue", "-"], &token).refused(5);
    place.feed(&["jwt", "issue", "-"], &"0".repeat(64)).refused(3);
    let anonymous = place.generate(&["--kind", "anonymous"]);
    place.feed(&["jwt", "issue", "-"], &anonymous).any_code(&[2, 6, 7]);
}
