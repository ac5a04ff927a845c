//! Packing of subjects, and the links of the chain.

use super::*;
use crate::model::session::SessionId;

fn ids(numbers: &[i64]) -> Vec<SessionId> {
    numbers.iter().map(|n| SessionId::new(*n).unwrap()).collect()
}

#[test]
fn subjects_round_trip_through_packing() {
    for set in [ids(&[1]), ids(&[1, 3, 400, 70_000, i64::MAX]), ids(&[127, 128, 129, 16_512])] {
        assert_eq!(Subjects::unpack(&Subjects::pack(&set)), Some(set));
    }
    assert_eq!(Subjects::unpack(&[0x80]), None);
    assert_eq!(Subjects::unpack(&[0]), None);
    assert_eq!(Subjects::unpack(&[0xff; 40]), None);
}

#[test]
fn subjects_of_ids_have_the_smallest_form() {
    assert_eq!(Subjects::of(&ids(&[4, 5, 6])), Subjects::Range(ids(&[4])[0], ids(&[6])[0]));
    let gap = Subjects::of(&ids(&[4, 6]));
    assert!(gap.contains(ids(&[6])[0]) && !gap.contains(ids(&[5])[0]));
    assert_eq!(gap.count(), 2);
}

#[test]
fn link_changes_with_every_field() {
    let event = LoggedEvent {
        id: 1,
        at: Timestamp::from_unix(9),
        action: "a".into(),
        actor: "b".into(),
        user: None,
        subjects: Subjects::of(&ids(&[4, 6])),
        detail: None,
        user_id: None,
        ip: None,
        account: None,
        app: None,
    };
    let link = event.link(&[0; 32]);
    let altered = [
        LoggedEvent { id: 2, ..event.clone() },
        LoggedEvent { at: Timestamp::from_unix(10), ..event.clone() },
        LoggedEvent { action: "ab".into(), actor: String::new(), ..event.clone() },
        LoggedEvent { user: Some(String::new()), ..event.clone() },
        LoggedEvent { subjects: Subjects::of(&ids(&[4, 5, 6])), ..event.clone() },
        LoggedEvent { detail: Some(String::new()), ..event.clone() },
        LoggedEvent { user_id: Some(UserId(1)), ..event.clone() },
        LoggedEvent { ip: "::1".parse().ok(), ..event.clone() },
        LoggedEvent { app: Some(String::new()), ..event.clone() },
    ];
    assert!(altered.iter().all(|other| other.link(&[0; 32]) != link));
    assert_ne!(event.link(&[1; 32]), link);
}

#[test]
fn token_in_the_place_of_the_actor_is_replaced() {
    let token = "a1".repeat(32);
    for actor in [token.clone(), format!("root (sudo {token})")] {
        assert!(!Event::new(Action::SessionRevoked, &actor).actor.contains(&token), "{actor}");
    }
    assert_eq!(Event::new(Action::SessionRevoked, "root (sudo alice)").actor, "root (sudo alice)");
}
