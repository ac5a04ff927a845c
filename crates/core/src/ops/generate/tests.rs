//! Sessions made in bulk and in families, and tokens that nobody keeps.

use super::*;
use crate::model::selector::{Selector, Sort};
use crate::ops::revoke::{UNDELIVERED, revoke_undelivered};
use crate::store::{Page, SessionStore};
use crate::testing::Fixture;

fn request(kind: Kind, user: Option<&str>, count: u64) -> Request {
    Request {
        kind,
        remember: false,
        user: user.map(|name| name.parse().unwrap()),
        scopes: Vec::new(),
        client: Client::default(),
        lifetime: Lifetime::default(),
        under: None,
        count,
    }
}

fn run(fixture: &mut Fixture, request: &Request) -> Result<(Outcome, Vec<SessionId>), OpsError> {
    let mut ids = Vec::new();
    let mut take = |issued: &[Issued]| {
        ids.extend(issued.iter().map(|one| one.id));
        ControlFlow::Continue(())
    };
    let outcome = fixture.run(|b| generate(b, request, &mut take))?;
    Ok((outcome, ids))
}

#[test]
fn generate_refuses_contradictions() {
    let mut fixture = Fixture::new();
    fixture.user("bob");
    let mut bad = [
        request(Kind::Api, Some("bob"), 1),
        request(Kind::Anonymous, Some("bob"), 1),
        request(Kind::Web, None, 1),
        request(Kind::Web, Some("bob"), 1),
    ];
    bad[3].scopes.push("read".to_owned());
    for request in &bad {
        assert!(run(&mut fixture, request).unwrap_err().is_usage());
    }
    let nobody = run(&mut fixture, &request(Kind::Web, Some("eve"), 1)).unwrap();
    assert_eq!(nobody, (Outcome::NoSuchUser, Vec::new()));
    fixture.run(|b| crate::ops::user::disable(b, &"bob".parse().unwrap(), None)).unwrap();
    assert_eq!(run(&mut fixture, &request(Kind::Web, Some("bob"), 1)).unwrap().0, Outcome::UserDisabled);
}

#[test]
fn generate_writes_one_event_a_commit_and_can_be_revoked_undelivered() {
    let mut fixture = Fixture::new();
    let (outcome, ids) = run(&mut fixture, &request(Kind::Anonymous, None, 300)).unwrap();
    assert_eq!((outcome, ids.len(), fixture.new_events().len()), (Outcome::Done, 300, 1));
    assert_eq!(fixture.run(|b| revoke_undelivered(b, &ids)).unwrap(), 300);
    assert_eq!(fixture.get(ids[0]).revoke_reason.as_deref(), Some(UNDELIVERED));
    assert_eq!(fixture.run(|b| revoke_undelivered(b, &ids)).unwrap(), 0);
}

#[test]
fn child_takes_user_login_time_and_end_from_its_parent() {
    let mut fixture = Fixture::new();
    let head = fixture.session(Kind::Sso, Some("bob")).id;
    let born = fixture.now();
    fixture.later(3_600);
    let under = Request { under: Some(head), ..request(Kind::Web, None, 1) };
    let (outcome, ids) = run(&mut fixture, &under).unwrap();
    assert_eq!(outcome, Outcome::Done);
    let child = fixture.get(ids[0]);
    assert_eq!((child.parent, child.authenticated_at), (Some(head), Some(born)));
    assert_eq!(child.user.as_ref().map(UserName::as_str), Some("bob"));
    let foreign = Request { user: Some("eve".parse().unwrap()), ..under.clone() };
    assert!(matches!(run(&mut fixture, &foreign), Err(OpsError::Request(RequestError::ForeignHead))));
    let nested = Request { under: Some(ids[0]), ..under.clone() };
    assert!(matches!(run(&mut fixture, &nested), Err(OpsError::Request(RequestError::NotAFamily))));
    fixture.run(|b| revoke_undelivered(b, &[head])).unwrap();
    assert_eq!(run(&mut fixture, &under).unwrap().0, Outcome::ParentNotActive(0));
}

#[test]
fn child_never_outlives_its_parent() {
    let mut fixture = Fixture::new();
    let head = fixture.session(Kind::Sso, Some("bob"));
    for _ in 0..3 {
        fixture.later(10 * 86_400 - 1_200);
        assert_eq!(fixture.word(head.text()), "active");
    }
    let under = Request { under: Some(head.id), ..request(Kind::Web, None, 1) };
    let (_, ids) = run(&mut fixture, &under).unwrap();
    let end = fixture.get(head.id).absolute_expires_at;
    assert_eq!(fixture.get(ids[0]).absolute_expires_at, end);
}

#[test]
fn unstored_tokens_differ_and_are_not_stored() {
    let fixture = Fixture::new();
    let mut seen = std::collections::HashSet::new();
    let mut random = crate::testing::CountingRandomness::default();
    let mut keep = |token: &Token| {
        assert!(fixture.store.look_up(token).unwrap().is_none());
        assert!(seen.insert(token.expose().to_string()));
        ControlFlow::Continue(())
    };
    unstored(3_000, TokenForm::Api, &mut random, &mut keep).unwrap();
    let mut first_only = |_: &Token| ControlFlow::Break(());
    unstored(9, TokenForm::Bare, &mut random, &mut first_only).unwrap();
    assert_eq!(seen.len(), 3_000);
    let mut rows = 0;
    let mut count = |_| {
        rows += 1;
        ControlFlow::Continue(())
    };
    fixture.store.select(&Selector::default(), Page::whole(Sort::Newest), fixture.now(), &mut count).unwrap();
    assert_eq!(rows, 0);
}
