//! When a session is active, of which limit it expires, and which times contradict each other.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn session() -> Session {
    Session {
        id: SessionId(1),
        kind: Kind::Web,
        user: None,
        scopes: Vec::new(),
        parent: None,
        client: Client::default(),
        created_at: at(1_000),
        authenticated_at: None,
        last_seen_at: at(1_000),
        idle_timeout: Some(Duration::from_secs(100)),
        absolute_expires_at: at(1_500),
        scheduled_at: None,
        deadline: at(1_100),
        revoked_at: None,
        revoke_reason: None,
        revoked_by: None,
        last_ip: None,
    }
}

#[test]
fn state_is_expired_at_the_limit_itself() {
    let session = session();
    assert_eq!(session.state(at(1_099)), State::Active);
    assert_eq!(session.state(at(1_100)), State::Expired);
    assert_eq!((session.ended_at(at(1_099)), session.ended_at(at(1_200))), (None, Some(at(1_100))));
    assert_eq!(session.end_reason(at(1_100)), Some("idle"));
}

#[test]
fn state_stays_revoked_past_every_limit() {
    let mut session = session();
    (session.revoked_at, session.deadline) = (Some(at(1_050)), at(1_050));
    session.revoke_reason = Some("stolen".into());
    assert_eq!(session.state(at(749)), State::Active);
    for now in [750, 1_050, 1_100, 9_999] {
        assert_eq!((session.state(at(now)), session.end_reason(at(now))), (State::Revoked, Some("stolen")));
    }
}

#[test]
fn deadline_when_seen_is_cut_to_every_limit() {
    let mut session = session();
    assert_eq!(session.deadline_when_seen(at(1_050), None), at(1_150));
    assert_eq!(session.deadline_when_seen(at(1_450), None), at(1_500));
    assert_eq!(session.deadline_when_seen(at(1_050), Some(at(1_120))), at(1_120));
    session.scheduled_at = Some(at(1_300));
    assert_eq!(session.deadline_when_seen(at(1_050), None), at(1_300));
}

#[test]
fn is_consistent_rejects_a_deadline_past_a_limit() {
    let sound = session();
    assert!(sound.is_consistent());
    for wrong in [
        Session { deadline: at(1_101), ..sound.clone() },
        Session { scheduled_at: Some(at(1_050)), ..sound.clone() },
        Session { absolute_expires_at: at(1_099), ..sound.clone() },
        Session { last_seen_at: at(999), ..sound.clone() },
        Session { revoked_at: Some(at(1_050)), revoke_reason: Some("x".into()), ..sound.clone() },
        Session { revoked_at: Some(at(1_100)), ..sound.clone() },
    ] {
        assert!(!wrong.is_consistent(), "{wrong:?}");
    }
}

#[test]
fn limit_is_the_one_that_sets_the_deadline() {
    let mut session = session();
    assert_eq!(session.limit(), Limit::Idle);
    session.deadline = at(1_500);
    assert_eq!(session.limit(), Limit::Absolute);
    (session.deadline, session.scheduled_at) = (at(1_300), Some(at(1_300)));
    assert_eq!(session.limit(), Limit::Scheduled);
    session.deadline = at(1_200);
    assert_eq!(session.limit(), Limit::Family);
}

#[test]
fn parse_scope_accepts_the_characters_of_oauth() {
    assert!(parse_scope("read:orders").is_ok());
    for bad in ["", "a b", "a\"", "a\\", "é", "a\n"] {
        assert!(parse_scope(bad).is_err(), "{bad}");
    }
}
