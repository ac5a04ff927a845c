//! What each field of a selector means, and what the defaults are.

use std::time::Duration;

use super::*;
use crate::model::session::Client;

const NOW: i64 = 1_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn id(number: i64) -> SessionId {
    SessionId::new(number).unwrap()
}

/// An active session with a value in every field.
fn session() -> Session {
    Session {
        id: id(7),
        kind: Kind::Api,
        user: "Bob".parse().ok(),
        scopes: vec!["read".to_owned(), "write:x".to_owned()],
        parent: Some(id(3)),
        client: Client {
            app: Some("shop".to_owned()),
            label: Some("ci-7".to_owned()),
            ip: "203.0.113.7".parse().ok(),
            user_agent: Some("curl".to_owned()),
        },
        created_at: at(900),
        authenticated_at: None,
        last_seen_at: at(950),
        idle_timeout: Some(Duration::from_secs(150)),
        absolute_expires_at: at(2_000),
        scheduled_at: None,
        deadline: at(1_100),
        revoked_at: None,
        revoke_reason: None,
        revoked_by: None,
        last_ip: "2001:db8::9".parse().ok(),
    }
}

fn user(name: Option<UserName>) -> ValueFilter<UserName> {
    name.into()
}

fn block(text: &str) -> ValueFilter<Cidr> {
    text.parse::<Cidr>().unwrap().into()
}

fn bare() -> Session {
    let client = Client::default();
    Session { user: None, scopes: Vec::new(), parent: None, client, last_ip: None, ..session() }
}

fn any(selector: Selector) -> Selector {
    Selector { state: Some(StateFilter::Any), ..selector }
}

/// Checks a field's value that matches the session, and one that does not; a session without the field never does.
fn check_field(matching: Selector, other: Selector) {
    assert!(any(matching.clone()).matches(&session(), at(NOW)), "{matching:?}");
    assert!(!any(other.clone()).matches(&session(), at(NOW)), "{other:?}");
}

#[test]
fn matches_compares_ids() {
    let ids = |numbers: &[i64]| numbers.iter().map(|number| id(*number)).collect::<Vec<_>>();
    check_field(
        Selector { ids: ids(&[1, 7]), ..Selector::default() },
        Selector { ids: ids(&[1, 8]), ..Selector::default() },
    );
    check_field(
        Selector { except: ids(&[8]), ..Selector::default() },
        Selector { except: ids(&[1, 7]), ..Selector::default() },
    );
    check_field(
        Selector { ids: ids(&[7]), except: ids(&[8]), ..Selector::default() },
        Selector { ids: ids(&[7]), except: ids(&[7]), ..Selector::default() },
    );
}

#[test]
fn matches_compares_user_names_in_any_spelling() {
    check_field(
        Selector { user: user("bOB".parse().ok()), ..Selector::default() },
        Selector { user: user("bobby".parse().ok()), ..Selector::default() },
    );
}

#[test]
fn matches_compares_kind_and_parent() {
    check_field(
        Selector { kind: Kind::Api.into(), ..Selector::default() },
        Selector { kind: Kind::Web.into(), ..Selector::default() },
    );
    check_field(
        Selector { parent: Some(id(3)), ..Selector::default() },
        Selector { parent: Some(id(7)), ..Selector::default() },
    );
}

#[test]
fn matches_compares_app_exactly_and_label_by_pattern() {
    for wrong in ["Shop", "sho", "sh*", ""] {
        check_field(
            Selector { app: "shop".to_owned().into(), ..Selector::default() },
            Selector { app: wrong.to_owned().into(), ..Selector::default() },
        );
    }
    for (matching, wrong) in [("ci-7", "ci"), ("ci-*", "CI-*"), ("ci-?", "ci-??"), ("ci-[0-9]", "ci-[^0-9]")]
    {
        check_field(
            Selector { label: matching.to_owned().into(), ..Selector::default() },
            Selector { label: wrong.to_owned().into(), ..Selector::default() },
        );
    }
}

#[test]
fn matches_compares_whole_scopes() {
    for wrong in ["rea", "read write:x", "", "write"] {
        check_field(
            Selector { scope: "write:x".to_owned().into(), ..Selector::default() },
            Selector { scope: wrong.to_owned().into(), ..Selector::default() },
        );
    }
}

#[test]
fn matches_compares_address_blocks() {
    for (matching, wrong) in [("203.0.113.0/24", "203.0.114.0/24"), ("203.0.113.7", "::/96")] {
        check_field(
            Selector { ip: block(matching), ..Selector::default() },
            Selector { ip: block(wrong), ..Selector::default() },
        );
    }
    check_field(
        Selector { last_ip: block("2001:db8::/64"), ..Selector::default() },
        Selector { last_ip: block("203.0.113.0/24"), ..Selector::default() },
    );
    // Nobody has verified it: it was seen when it was created.
    let unverified = Session { last_ip: None, ..session() };
    let from_there = Selector { last_ip: block("203.0.113.0/24"), ..Selector::default() };
    assert!(from_there.matches(&unverified, at(NOW)));
}

#[test]
fn matches_excludes_the_before_limits_and_includes_the_after_limits() {
    let selector = Selector::default;
    check_field(
        Selector { created_before: Some(at(901)), ..selector() },
        Selector { created_before: Some(at(900)), ..selector() },
    );
    check_field(
        Selector { created_after: Some(at(900)), ..selector() },
        Selector { created_after: Some(at(901)), ..selector() },
    );
    check_field(
        Selector { seen_before: Some(at(951)), ..selector() },
        Selector { seen_before: Some(at(950)), ..selector() },
    );
    check_field(
        Selector { seen_after: Some(at(950)), ..selector() },
        Selector { seen_after: Some(at(951)), ..selector() },
    );
    check_field(
        Selector { expiring_by: Some(at(1_100)), ..selector() },
        Selector { expiring_by: Some(at(1_099)), ..selector() },
    );
    check_field(
        Selector { ended_by: Some(at(1_100)), ..selector() },
        Selector { ended_by: Some(at(1_099)), ..selector() },
    );
}

#[test]
fn matches_never_holds_for_an_absent_field() {
    for selector in [
        Selector { user: user("bob".parse().ok()), ..Selector::default() },
        Selector { app: String::new().into(), ..Selector::default() },
        Selector { label: "*".to_owned().into(), ..Selector::default() },
        Selector { scope: "read".to_owned().into(), ..Selector::default() },
        Selector { parent: Some(id(3)), ..Selector::default() },
        Selector { ip: block("::/0"), ..Selector::default() },
        Selector { last_ip: block("::/0"), ..Selector::default() },
    ] {
        assert!(!any(selector.clone()).matches(&bare(), at(NOW)), "{selector:?}");
    }
}

#[test]
fn matches_requires_every_part() {
    let both = Selector { app: "shop".to_owned().into(), kind: Kind::Api.into(), ..Selector::default() };
    assert!(any(both.clone()).matches(&session(), at(NOW)));
    let one = Selector { kind: Kind::Web.into(), ..both };
    assert!(!any(one).matches(&session(), at(NOW)));
}

#[test]
fn matches_computes_the_state_at_the_given_time() {
    let revoked = Session {
        revoked_at: Some(at(950)),
        deadline: at(950),
        revoke_reason: Some("x".into()),
        ..session()
    };
    let cases =
        [(session(), NOW, State::Active), (session(), 1_100, State::Expired), (revoked, NOW, State::Revoked)];
    for (session, now, state) in cases {
        for filtered in [State::Active, State::Expired, State::Revoked] {
            let selector = Selector { state: Some(StateFilter::Only(filtered)), ..Selector::default() };
            assert_eq!(selector.matches(&session, at(now)), filtered == state, "{filtered:?} {state:?}");
        }
        let ended = Selector { state: Some(StateFilter::Ended), ..Selector::default() };
        assert_eq!(ended.matches(&session, at(now)), state != State::Active, "{state:?}");
        assert_eq!(Selector::default().matches(&session, at(now)), state == State::Active, "{state:?}");
        assert!(Selector { all: true, ..Selector::default() }.matches(&session, at(now)), "{state:?}");
    }
}

#[test]
fn effective_state_is_active_unless_sessions_are_named_or_all_requested() {
    let named = Selector { ids: vec![id(1)], ..Selector::default() };
    let all = Selector { all: true, ..Selector::default() };
    let revoked = StateFilter::Only(State::Revoked);
    let chosen = Selector { state: Some(revoked), all: true, ..Selector::default() };
    let pruned = Selector { ended_by: Some(at(1)), all: true, ..Selector::default() };
    let expiring = Selector { expiring_by: Some(at(1)), all: true, ..Selector::default() };
    assert_eq!(Selector::default().effective_state(), StateFilter::Only(State::Active));
    assert_eq!(named.effective_state(), StateFilter::Any);
    assert_eq!(all.effective_state(), StateFilter::Any);
    assert_eq!(chosen.effective_state(), revoked);
    assert_eq!(pruned.effective_state(), StateFilter::Ended);
    assert_eq!(expiring.effective_state(), StateFilter::Only(State::Active));
}

#[test]
fn is_empty_counts_every_field_but_exceptions() {
    let selector = Selector::default;
    assert!(selector().is_empty());
    assert!(Selector { except: vec![id(1)], ..selector() }.is_empty());
    for selector in [
        Selector { ids: vec![id(1)], ..selector() },
        Selector { user: user("bob".parse().ok()), ..selector() },
        Selector { anonymous: true, ..selector() },
        Selector { kind: Kind::Web.into(), ..selector() },
        Selector { state: Some(StateFilter::Any), ..selector() },
        Selector { app: "a".to_owned().into(), ..selector() },
        Selector { label: "*".to_owned().into(), ..selector() },
        Selector { scope: "s".to_owned().into(), ..selector() },
        Selector { parent: Some(id(1)), ..selector() },
        Selector { ip: block("::/0"), ..selector() },
        Selector { last_ip: block("::/0"), ..selector() },
        Selector { created_before: Some(at(1)), ..selector() },
        Selector { created_after: Some(at(1)), ..selector() },
        Selector { seen_before: Some(at(1)), ..selector() },
        Selector { seen_after: Some(at(1)), ..selector() },
        Selector { expiring_by: Some(at(1)), ..selector() },
        Selector { all: true, ..selector() },
    ] {
        assert!(!selector.is_empty(), "{selector:?}");
    }
}

#[test]
fn anonymous_selects_sessions_without_a_user_and_narrows_what_else_is_asked() {
    let anonymous = Selector { anonymous: true, ..Selector::default() };
    assert!(any(anonymous.clone()).matches(&bare(), at(NOW)));
    assert!(!any(anonymous.clone()).matches(&session(), at(NOW)));
    let both = Selector { user: user("bob".parse().ok()), ..anonymous };
    assert!(!any(both.clone()).matches(&bare(), at(NOW)) && !any(both).matches(&session(), at(NOW)));
}

#[test]
fn is_empty_for_prune_counts_no_state_that_limits_nothing_there() {
    let state = |state| Selector { state: Some(state), ..Selector::default() };
    for selector in [Selector::default(), state(StateFilter::Any), state(StateFilter::Ended)] {
        assert!(selector.is_empty_for_prune(), "{selector:?}");
    }
    let all = Selector { all: true, ..Selector::default() };
    for selector in [all, state(StateFilter::Only(State::Expired)), state(StateFilter::Only(State::Revoked))]
    {
        assert!(!selector.is_empty_for_prune(), "{selector:?}");
    }
}

#[test]
fn cursor_round_trips_and_rejects_other_text() {
    let cursor = Cursor { deadline: at(99), last_seen_at: at(98), id: id(7) };
    assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    for bad in ["", "7", "7-1", "x-1-1", "0-1-1", "7-1-", "7--1"] {
        assert!(bad.parse::<Cursor>().is_err(), "{bad}");
    }
}

#[test]
fn cursor_precedes_what_follows_in_each_order() {
    let cursor =
        |deadline, number| Cursor { deadline: at(deadline), last_seen_at: at(deadline), id: id(number) };
    for (sort, before, after) in [
        (Sort::Newest, cursor(1, 8), cursor(9_999, 7)),
        (Sort::Oldest, cursor(9_999, 6), cursor(1, 7)),
        (Sort::Expiring, cursor(1_100, 6), cursor(1_100, 7)),
        (Sort::Expiring, cursor(1_099, 9), cursor(1_101, 1)),
        (Sort::LastSeen, cursor(950, 8), cursor(950, 7)),
        (Sort::LastSeen, cursor(951, 1), cursor(949, 9)),
    ] {
        assert!(before.precedes(&session(), sort), "{sort:?} {before}");
        assert!(!after.precedes(&session(), sort), "{sort:?} {after}");
    }
}

#[test]
fn matches_accepts_any_of_several_values_and_none_of_the_negated() {
    let apps = |any_of: &[&str], none_of: &[&str]| ValueFilter {
        any_of: any_of.iter().map(ToString::to_string).collect(),
        none_of: none_of.iter().map(ToString::to_string).collect(),
    };
    check_field(
        Selector { app: apps(&["mail", "shop"], &[]), ..Selector::default() },
        Selector { app: apps(&["mail", "bank"], &[]), ..Selector::default() },
    );
    check_field(
        Selector { app: apps(&[], &["mail", "bank"]), ..Selector::default() },
        Selector { app: apps(&["shop"], &["mail", "shop"]), ..Selector::default() },
    );
    check_field(
        Selector { user_agent: "cu*".to_owned().into(), ..Selector::default() },
        Selector { user_agent: ValueFilter::not(vec!["c?rl".to_owned()]), ..Selector::default() },
    );
    check_field(
        Selector { ip: ValueFilter::not(vec!["203.0.114.0/24".parse().unwrap()]), ..Selector::default() },
        Selector { ip: ValueFilter::not(vec!["203.0.113.0/24".parse().unwrap()]), ..Selector::default() },
    );
}

#[test]
fn matches_of_a_negation_is_the_exact_complement() {
    for session in [session(), bare()] {
        for (selector, negation) in [
            (
                Selector { user: user("bob".parse().ok()), ..Selector::default() },
                Selector { user: ValueFilter::not(vec!["bob".parse().unwrap()]), ..Selector::default() },
            ),
            (
                Selector { kind: Kind::Api.into(), ..Selector::default() },
                Selector { kind: ValueFilter::not(vec![Kind::Api]), ..Selector::default() },
            ),
            (
                Selector { label: "ci-*".to_owned().into(), ..Selector::default() },
                Selector { label: ValueFilter::not(vec!["ci-*".to_owned()]), ..Selector::default() },
            ),
            (
                Selector { scope: "read".to_owned().into(), ..Selector::default() },
                Selector { scope: ValueFilter::not(vec!["read".to_owned()]), ..Selector::default() },
            ),
            (
                Selector { ip: block("203.0.113.7"), ..Selector::default() },
                Selector {
                    ip: ValueFilter::not(vec!["203.0.113.7".parse().unwrap()]),
                    ..Selector::default()
                },
            ),
        ] {
            let matched = any(selector).matches(&session, at(NOW));
            assert_ne!(matched, any(negation.clone()).matches(&session, at(NOW)), "{negation:?}");
        }
    }
}

#[test]
fn matches_answers_about_the_past_from_beginning_and_end() {
    let ended = session();
    let later = at(1_200);
    for (selector, expected) in [
        (Selector { active_at: Some(at(899)), ..Selector::default() }, false),
        (Selector { active_at: Some(at(900)), ..Selector::default() }, true),
        (Selector { active_at: Some(at(1_099)), ..Selector::default() }, true),
        (Selector { active_at: Some(at(1_100)), ..Selector::default() }, false),
        (Selector { ended_before: Some(at(1_101)), ..Selector::default() }, true),
        (Selector { ended_before: Some(at(1_100)), ..Selector::default() }, false),
        (Selector { ended_after: Some(at(1_100)), ..Selector::default() }, true),
        (Selector { ended_after: Some(at(1_101)), ..Selector::default() }, false),
    ] {
        assert_eq!(selector.matches(&ended, later), expected, "{selector:?}");
        assert!(!selector.is_empty());
        assert_eq!(selector.effective_state(), StateFilter::Any);
    }
    let future_end = Selector { ended_after: Some(at(1_000)), ..Selector::default() };
    assert!(!future_end.matches(&ended, at(NOW)), "an active session has not ended");
}
