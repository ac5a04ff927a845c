//! Signs a JWT for an active session, and verifies one: offline by its signature and times alone, or online by what has
//! become of the session since. What form, signature and times must be, and what a key's retirement does, is decided in
//! [`sessionctl_wire::jwt`].

use std::ops::ControlFlow;
use std::time::Duration;

use secrecy::SecretString;

use super::data::ended_meanwhile;
use super::error::RequestError;
use super::step::Step;
use super::{OpContext, OpsError, clock, keys};
use crate::model::event::{Action, Subjects};
use crate::model::session::{Session, SessionId, State, nfc};
use crate::model::time::Timestamp;
use crate::rules;
use crate::store::{EventFilter, Store};
use sessionctl_wire::jwt::{self, Claims, Expectations, JwtError};

pub use sessionctl_wire::jwt::MAX_LIFETIME;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The session.
    pub session: SessionId,
    /// Who issues it.
    pub issuer: &'a str,
    /// The party it is intended for; by default the session's app.
    pub audience: Option<&'a str>,
    /// How long it is valid at most; never longer than the session.
    pub ttl: Duration,
}

/// What came of issuing.
#[derive(Debug)]
pub enum Issue {
    /// The JWT is signed.
    Issued {
        /// The JWT, a secret until it expires.
        jwt: SecretString,
        /// What it states.
        claims: Claims,
        /// The name of the key that signed.
        kid: String,
        /// Whether that key was created for it, because there was none.
        created_key: bool,
    },
    /// There is no such session.
    NoSuchSession,
    /// The session is not active.
    NotActive(State),
}

/// Signs a JWT for an active session; creates a key where there is none.
///
/// # Errors
/// [`OpsError::Request`] for a lifetime over [`MAX_LIFETIME`], a missing party or an anonymous session;
/// [`OpsError::Key`], or what the random source and the store fail of.
pub fn issue(cx: &mut OpContext<'_>, request: &Request<'_>) -> Result<Issue, OpsError> {
    request.check()?;
    clock::guard(cx)?;
    let Some((session, parent)) = cx.store.session(request.session)? else {
        return Ok(Issue::NoSuchSession);
    };
    let now = cx.now();
    let state = rules::state(&session, parent.as_ref(), now);
    if state != State::Active {
        return Ok(Issue::NotActive(state));
    }
    let user = session.user.clone().ok_or(RequestError::JwtOfAnonymous)?;
    // No audience that fits all: two parties must not accept each other's JWTs (RFC 8725 §3.9).
    let app = session.client.app.as_deref().filter(|app| !app.is_empty());
    // In the form in which apps compare, whoever stored or typed it.
    let audience = nfc(request.audience.or(app).ok_or(RequestError::NoAudience)?);
    let (key, created_key) = keys::signing_or_first(cx)?;
    let ends = parent.map_or(session.deadline, |parent| parent.deadline.min(session.deadline));
    let expires_at = now.plus(request.ttl).min(ends);
    let claims = Claims {
        iss: request.issuer.to_owned(),
        sub: user.as_str().to_owned(),
        aud: audience,
        iat: now.unix(),
        nbf: now.unix(),
        exp: expires_at.unix(),
        jti: hex::encode(cx.draw::<16>()?),
        sid: session.id.get(),
        scope: session.scopes.join(" "),
    };
    let event = cx
        .event(Action::JwtIssued)
        .user(Some(&user))
        .about(Subjects::One(session.id))
        .detail(issue_detail(&claims));
    // Before it is handed out, and only if the session is still active: what opens a session is in the audit log.
    let recorded = cx.store.record_if_active(session.id, expires_at, event)?;
    cx.trace(|| Step::JwtRecorded { written: recorded.into(), kid: key.kid().to_owned(), expires_at });
    if !recorded {
        return Ok(match ended_meanwhile(cx, session.id)? {
            Some(state) => Issue::NotActive(state),
            None => Issue::NoSuchSession,
        });
    }
    Ok(Issue::Issued { jwt: jwt::issue(&key, &claims), claims, kid: key.kid().to_owned(), created_key })
}

/// What the audit log keeps of a JWT: enough to recognise it, and nothing that lets anybody in.
fn issue_detail(claims: &Claims) -> String {
    format!("jti {}, until {}", claims.jti, Timestamp::from_unix(claims.exp))
}

impl Request<'_> {
    fn check(&self) -> Result<(), RequestError> {
        if self.issuer.is_empty() || self.audience.is_some_and(str::is_empty) {
            return Err(RequestError::PartyMissing);
        }
        if self.ttl.as_secs() == 0 {
            return Err(RequestError::NoTime("lifetime of a JWT"));
        }
        if self.ttl > MAX_LIFETIME {
            return Err(RequestError::JwtTooLong(MAX_LIFETIME));
        }
        Ok(())
    }
}

/// What a JWT proves without its session.
#[derive(Debug)]
pub enum Offline {
    /// It was issued, and has not expired.
    Good(Claims),
    /// It is refused.
    Bad(JwtError),
}

/// What has become of the session of a good JWT.
#[derive(Debug)]
pub enum Online {
    /// It was refused before the session was looked up.
    Bad(JwtError),
    /// The session is in this state, whatever the JWT states.
    Session {
        /// What the JWT states.
        claims: Claims,
        /// The session.
        session: Box<Session>,
        /// Its state.
        state: State,
    },
    /// The user has no such session.
    NoSuchSession(Claims),
    /// The audit log does not know the JWT: it was forged with a stolen key.
    NeverIssued(Claims),
}

/// Verifies a JWT by its signature and times alone.
///
/// # Errors
/// [`OpsError::Key`] or the store's, of which only the keys and the time of the latest event are read.
pub fn verify_offline(
    cx: &mut OpContext<'_>,
    text: &str,
    expected: &Expectations<'_>,
) -> Result<Offline, OpsError> {
    // With a clock behind, an expired JWT would look valid.
    clock::guard(cx)?;
    let keys = keys::verifying(&*cx.store)?;
    let revoked_kids = keys::revoked_kids(&*cx.store)?;
    let verified = jwt::verify(text, &keys, &expected.revoked_kids(&revoked_kids));
    cx.trace(|| Step::JwtChecked {
        refused: verified.as_ref().err().map(ToString::to_string),
        expires_at: verified.as_ref().ok().map(|claims| Timestamp::from_unix(claims.exp)),
    });
    Ok(verified.map_or_else(Offline::Bad, Offline::Good))
}

/// Verifies a JWT and looks up its session.
///
/// # Errors
/// [`OpsError::Key`] or the store's.
pub fn verify_online(
    cx: &mut OpContext<'_>,
    text: &str,
    expected: &Expectations<'_>,
) -> Result<Online, OpsError> {
    let claims = match verify_offline(cx, text, expected)? {
        Offline::Bad(error) => return Ok(Online::Bad(error)),
        Offline::Good(claims) => claims,
    };
    let found = match SessionId::new(claims.sid) {
        Some(id) => cx.store.session(id)?,
        None => None,
    };
    let is_owner = |session: &Session| session.user.as_ref().is_some_and(|user| user.as_str() == claims.sub);
    let Some((session, parent)) = found.filter(|(session, _)| is_owner(session)) else {
        cx.trace(|| Step::JwtSessionRead { session: None });
        return Ok(Online::NoSuchSession(claims));
    };
    let was_issued = was_issued(&*cx.store, &claims, session.id)?;
    cx.trace(|| Step::JwtIssueSearched { found: was_issued });
    if !was_issued {
        return Ok(Online::NeverIssued(claims));
    }
    let state = rules::state(&session, parent.as_ref(), cx.now());
    cx.trace(|| Step::JwtSessionRead { session: Some((session.id, state)) });
    Ok(Online::Session { claims, session: Box::new(session), state })
}

/// Whether the audit log has the issue of this JWT. The event is never earlier than its `iat`.
fn was_issued(store: &dyn Store, claims: &Claims, session: SessionId) -> Result<bool, OpsError> {
    let filter = EventFilter {
        session: Some(session),
        actions: vec![Action::JwtIssued.as_str().to_owned()],
        since: Some(Timestamp::from_unix(claims.iat)),
        ..EventFilter::default()
    };
    let detail = issue_detail(claims);
    let mut is_found = false;
    store.events(&filter, &mut |event| {
        is_found = event.detail.as_deref() == Some(detail.as_str());
        if is_found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(is_found)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::Kind;
    use crate::ops::bulk::BulkRequest;
    use crate::ops::revoke::revoke;
    use crate::testing::{CountingRandomness, Fixture, create_session, new_session};

    fn request(session: SessionId, ttl: u64) -> Request<'static> {
        Request { session, issuer: "us", audience: Some("them"), ttl: Duration::from_secs(ttl) }
    }

    #[test]
    fn revocation_shows_online_only() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let issued = fixture.run(|b| issue(b, &request(id, 300))).unwrap();
        let Issue::Issued { jwt, claims, created_key: true, .. } = issued else { panic!("not issued") };
        assert_eq!(
            (claims.sub.as_str(), claims.exp),
            ("bob", fixture.now().plus(Duration::from_secs(300)).unix())
        );
        let bulk = BulkRequest::of(Selector { ids: vec![id], ..Selector::default() });
        fixture.run(|b| revoke(b, &bulk, "x", &mut |_| ControlFlow::Continue(()))).unwrap();
        let expected = Expectations::new("us", "them", fixture.now().unix());
        let offline = fixture.run(|b| verify_offline(b, jwt.expose_secret(), &expected)).unwrap();
        assert!(matches!(offline, Offline::Good(said) if said == claims));
        let online = fixture.run(|b| verify_online(b, jwt.expose_secret(), &expected)).unwrap();
        assert!(matches!(online, Online::Session { state: State::Revoked, .. }));
        assert!(matches!(fixture.run(|b| issue(b, &request(id, 300))), Ok(Issue::NotActive(State::Revoked))));
        assert!(fixture.actions().iter().any(|a| a == "jwt.issued"));
    }

    #[test]
    fn verify_online_refuses_a_jwt_that_was_never_issued() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let issued = fixture.run(|cx| issue(cx, &request(id, 300))).unwrap();
        let Issue::Issued { claims, .. } = issued else { panic!("not issued") };
        let (key, _) = fixture.run(keys::signing_or_first).unwrap();
        let expected = Expectations::new("us", "them", fixture.now().unix());
        for forged in [
            Claims { jti: "0".repeat(32), ..claims.clone() },
            Claims { exp: claims.exp + 60, ..claims.clone() },
        ] {
            let jwt = jwt::issue(&key, &forged);
            let online = fixture.run(|cx| verify_online(cx, jwt.expose_secret(), &expected)).unwrap();
            assert!(matches!(online, Online::NeverIssued(_)), "{online:?}");
        }
        let jwt = jwt::issue(&key, &claims);
        let online = fixture.run(|cx| verify_online(cx, jwt.expose_secret(), &expected)).unwrap();
        assert!(matches!(online, Online::Session { state: State::Active, .. }));
    }

    #[test]
    fn audience_is_the_app_of_the_session_by_default() {
        let mut fixture = Fixture::new();
        let shop = fixture.session(Kind::Web, Some("bob")).id;
        let by_default = |session| Request { audience: None, ..request(session, 300) };
        let issued = fixture.run(|cx| issue(cx, &by_default(shop))).unwrap();
        assert!(matches!(issued, Issue::Issued { claims, .. } if claims.aud == "shop"));
        let bob = Some(fixture.user("bob"));
        let mut new = new_session(Kind::Web, bob, None, &[]);
        new.client.app = None;
        let mut random = CountingRandomness::default();
        let without_app = create_session(&mut fixture.store, &mut random, &new).id;
        let refused = fixture.run(|cx| issue(cx, &by_default(without_app)));
        assert!(matches!(refused, Err(OpsError::Request(RequestError::NoAudience))));
    }

    #[test]
    fn jwt_outlives_neither_an_hour_nor_its_session() {
        let mut fixture = Fixture::new();
        let web = fixture.session(Kind::Web, Some("bob")).id;
        let visitor = fixture.session(Kind::Anonymous, None).id;
        let issued = fixture.run(|b| issue(b, &request(web, 3_600))).unwrap();
        let deadline = fixture.get(web).deadline;
        assert!(matches!(issued, Issue::Issued { claims, .. } if claims.exp == deadline.unix()));
        for bad in [request(web, 3_601), request(web, 0), request(visitor, 60)] {
            assert!(fixture.run(|b| issue(b, &bad)).unwrap_err().is_usage());
        }
    }
}
