//! Starts an application's session from a single sign-on session: a child of it, which takes over the data of the
//! session that the browser has at the application.

use super::generate::{self, Planned, Request};
use super::rotate::RENEWAL_GRACE;
use super::verify::{Requirements, Verdict, verify};
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::policy::Key;
use crate::model::session::{Client, Kind, SessionId};
use crate::model::token::{Digest, Token};
use crate::model::user::UserName;
use crate::store::{self, Issued, Replaced, TokenStatus};

/// The reason kept with a session that an entry replaced.
pub const REPLACED: &str = "replaced by a single sign-on";

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The single sign-on session.
    pub parent: SessionId,
    /// The client, with the application that is entered.
    pub client: Client,
    /// The token that the browser has at the application: its data moves, and its session ends, where it is active, of
    /// the same application, and anonymous or of the same user.
    pub replaces: Option<Token>,
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A child of the parent, with the parent's time of login.
    Entered(Issued),
    /// The parent is not active.
    ParentNotActive,
}

/// Enters an application, in one step: the child is created, and takes over the data of the session that the browser
/// had; a child that it has already under this parent stays, with a new token and the parent's time of login.
///
/// # Errors
/// The store's, or that of the random source.
pub fn enter(cx: &mut OpContext<'_>, entry: &Entry) -> Result<Outcome, OpsError> {
    let mut request = Request::one(Kind::Web);
    request.client = entry.client.clone();
    request.under = Some(entry.parent);
    let Ok(Planned { session, user }) = generate::planned(cx, &request)? else {
        return Ok(Outcome::ParentNotActive);
    };
    let name = user.as_ref().map(|user| &user.name);
    let replaces = replaced(cx, entry, name)?;
    let grace = cx.store.policy()?.span(Key::RotateGrace).min(RENEWAL_GRACE);
    let about = |action| cx.event(action).user(name).client(&session.client);
    let replaces = replaces.map(|replaced| Replaced {
        id: replaced.id,
        digest: replaced.digest,
        grace,
        reason: REPLACED.to_owned(),
        ended: about(Action::SessionRevoked).detail(REPLACED.to_owned()),
        renewed: about(Action::SessionReauthenticated),
    });
    let event = about(Action::SessionCreated).detail(Kind::Web.as_str().to_owned());
    let random = cx.draw()?;
    let entered = cx.store.enter(&store::Entry { session, random, event, replaces })?;
    Ok(entered.map_or(Outcome::ParentNotActive, Outcome::Entered))
}

/// A session that an entry may replace, and the digest of its current token.
struct Present {
    id: SessionId,
    digest: Digest,
}

/// The session that the entry replaces. Another user's stays as it is, and so does its data.
fn replaced(
    cx: &mut OpContext<'_>,
    entry: &Entry,
    user: Option<&UserName>,
) -> Result<Option<Present>, OpsError> {
    let Some(token) = &entry.replaces else { return Ok(None) };
    let requirements = Requirements { app: entry.client.app.clone(), touch: true, ..Requirements::default() };
    Ok(match verify(cx, token, &requirements)?.verdict {
        // A token in its grace belongs to a browser that has a newer one by now.
        Verdict::Active(found)
            if found.status == TokenStatus::Current
                && (found.session.kind == Kind::Anonymous
                    || found.session.kind == Kind::Web && found.session.user.as_ref() == user) =>
        {
            Some(Present { id: found.session.id, digest: token.digest() })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::State;
    use crate::ops::revoke::revoke;
    use crate::ops::{BulkRequest, data};
    use crate::store::DataStore as _;
    use crate::testing::{Fixture, TestSession};

    fn entry(parent: &TestSession, replaces: Option<&TestSession>) -> Entry {
        let client = Client { app: Some("shop".to_owned()), ..Client::default() };
        Entry { parent: parent.id, client, replaces: replaces.map(TestSession::token) }
    }

    fn entered(fixture: &mut Fixture, entry: &Entry) -> SessionId {
        match fixture.run(|cx| enter(cx, entry)).unwrap() {
            Outcome::Entered(issued) => issued.id,
            Outcome::ParentNotActive => panic!("the parent is active"),
        }
    }

    #[test]
    fn entry_takes_over_the_cart_and_the_time_of_the_login() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob"));
        let visitor = fixture.session(Kind::Anonymous, None);
        fixture.run(|cx| data::set(cx, visitor.id, "cart", "[1]", None)).unwrap();
        let login = fixture.now();
        fixture.later(100);
        let child = entered(&mut fixture, &entry(&parent, Some(&visitor)));
        let session = fixture.get(child);
        assert_eq!((session.parent, session.authenticated_at), (Some(parent.id), Some(login)));
        assert_eq!(fixture.store.data(child).unwrap().len(), 1);
        assert_eq!(fixture.state(visitor.id), State::Revoked);
        // The browser enters again: its data stays with it.
        let again = entered(&mut fixture, &entry(&parent, None));
        assert!(fixture.store.data(again).unwrap().is_empty());
        assert_eq!(fixture.state(child), State::Active);
    }

    #[test]
    fn child_of_the_same_parent_is_renewed() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob"));
        let old = match fixture.run(|cx| enter(cx, &entry(&parent, None))).unwrap() {
            Outcome::Entered(issued) => issued,
            Outcome::ParentNotActive => panic!("the parent is active"),
        };
        fixture.run(|cx| data::set(cx, old.id, "cart", "[1]", None)).unwrap();
        fixture.later(100);
        let with = |token: &Token| Entry { replaces: Some(token.clone()), ..entry(&parent, None) };
        let new = match fixture.run(|cx| enter(cx, &with(&old.token))).unwrap() {
            Outcome::Entered(issued) => issued,
            Outcome::ParentNotActive => panic!("the parent is active"),
        };
        assert_eq!(new.id, old.id);
        assert_eq!(fixture.store.data(old.id).unwrap().len(), 1);
        // A request that was on its way is no sign of theft.
        assert_eq!(fixture.word(old.token.expose().as_bytes()), "active");
        let second = entered(&mut fixture, &with(&old.token));
        assert_ne!(second, old.id, "a token in its grace is not renewed");
        fixture.later(10);
        assert_eq!(fixture.word(new.token.expose().as_bytes()), "active");
        assert_eq!(fixture.word(old.token.expose().as_bytes()), "revoked");
    }

    #[test]
    fn session_of_another_user_is_not_replaced() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob"));
        let alice = fixture.session(Kind::Web, Some("alice"));
        fixture.run(|cx| data::set(cx, alice.id, "cart", "[1]", None)).unwrap();
        let child = entered(&mut fixture, &entry(&parent, Some(&alice)));
        assert!(fixture.store.data(child).unwrap().is_empty());
        assert_eq!(fixture.state(alice.id), State::Active);
    }

    #[test]
    fn parent_that_is_not_active_lets_nobody_in() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob"));
        let visitor = fixture.session(Kind::Anonymous, None);
        let request = BulkRequest::of(Selector { ids: vec![parent.id], ..Selector::default() });
        fixture.run(|cx| revoke(cx, &request, "x", &mut |_| ControlFlow::Continue(()))).unwrap();
        let refused = fixture.run(|cx| enter(cx, &entry(&parent, Some(&visitor)))).unwrap();
        assert!(matches!(refused, Outcome::ParentNotActive));
        assert_eq!(fixture.state(visitor.id), State::Active);
    }
}
