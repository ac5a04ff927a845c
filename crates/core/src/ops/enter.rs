//! The entry into an application with a single sign-on session: a child of it, which takes over the data of the session
//! that the browser has at the application.

use std::ops::ControlFlow;

use super::generate::{self, Request, generate};
use super::revoke::revoke;
use super::verify::{Requirements, Verdict, verify};
use super::{BulkRequest, OpContext, OpsError, data};
use crate::model::selector::Selector;
use crate::model::session::{Client, Kind, Session, SessionId};
use crate::model::token::Token;
use crate::model::user::UserName;
use crate::store::Issued;

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

/// Enters an application. The child is created first: where the process ends before the data has moved, the replaced
/// session is still active with all of it.
///
/// # Errors
/// The store's, or that of the random source.
pub fn enter(cx: &mut OpContext<'_>, entry: &Entry) -> Result<Outcome, OpsError> {
    let mut request = Request::one(Kind::Web);
    request.client = entry.client.clone();
    request.under = Some(entry.parent);
    let mut child = None;
    let outcome = generate(cx, &request, &mut |issued| {
        child = issued.first().map(|issued| Issued { id: issued.id, token: issued.token.clone() });
        ControlFlow::Continue(())
    })?;
    let (generate::Outcome::Done, Some(child)) = (outcome, child) else {
        return Ok(Outcome::ParentNotActive);
    };
    let user = cx.store.session(child.id)?.and_then(|(session, _)| session.user);
    if let Some(replaced) = replaced(cx, entry, user.as_ref())? {
        for value in cx.store.data(replaced.id)? {
            data::set(cx, child.id, &value.key, &value.json, None)?;
        }
        let request = BulkRequest::of(Selector { ids: vec![replaced.id], ..Selector::default() });
        revoke(cx, &request, REPLACED, &mut |_| ControlFlow::Continue(()))?;
    }
    Ok(Outcome::Entered(child))
}

/// The session that the entry replaces. Another user's stays as it is, and so does its data.
fn replaced(
    cx: &mut OpContext<'_>,
    entry: &Entry,
    user: Option<&UserName>,
) -> Result<Option<Session>, OpsError> {
    let Some(token) = &entry.replaces else { return Ok(None) };
    let requirements = Requirements { app: entry.client.app.clone(), touch: true, ..Requirements::default() };
    Ok(match verify(cx, token, &requirements)?.verdict {
        Verdict::Active(found)
            if found.session.kind == Kind::Anonymous
                || found.session.kind == Kind::Web && found.session.user.as_ref() == user =>
        {
            Some(found.session)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::State;
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
