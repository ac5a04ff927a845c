//! Makes sessions without a password, one or very many; and bare tokens that no database knows.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::bulk::{BulkRequest, run_batches};
use super::error::RequestError;
use super::lifetime::{Lifetime, lifetimes};
use super::verify::state_in_family;
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::random::{Randomness, RandomnessError};
use crate::model::selector::Selector;
use crate::model::session::{Client, Kind, Session, SessionId, State};
use crate::model::token::{TOKEN_BYTES, Token, TokenForm};
use crate::model::user::{User, UserName};
use crate::store::{Issued, NewSession, RANDOM_PER_TOKEN};

/// Sessions to a commit. A commit every 10,000 costs nearly three times as much in all.
const SESSIONS_PER_COMMIT: usize = 100_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What the sessions are for; with `under`, [`Kind::Web`].
    pub kind: Kind,
    /// With the lifetimes of a login that is to outlive the browser.
    pub remember: bool,
    /// Whose they are; needed for all but anonymous ones, and with `under` the head's.
    pub user: Option<UserName>,
    /// What they may do; for API tokens, and needed there.
    pub scopes: Vec<String>,
    /// The client.
    pub client: Client,
    /// Other lifetimes than the policy's.
    pub lifetime: Lifetime,
    /// The sso session under which they stand.
    pub under: Option<SessionId>,
    /// How many.
    pub count: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All were made.
    Done,
    /// The caller broke off after so many; they are alive.
    Stopped(u64),
    /// There is no such user.
    NoSuchUser,
    /// The user is disabled.
    UserDisabled,
    /// There is no such head.
    NoSuchHead,
    /// The head is not active, or was no more after so many.
    HeadNotActive(u64),
}

/// Told of the sessions of each commit once it is on disk; breaks the work off.
pub type Deliver<'a> = &'a mut dyn FnMut(&[Issued]) -> ControlFlow<()>;

/// Makes sessions and hands over their tokens, commit by commit. Who cannot deliver them calls [`revoke_undelivered`].
///
/// # Errors
/// [`OpsError::Request`] for what cannot be, [`OpsError::ClockBehind`], or what the random source and the store
/// fail of; what was handed over before is alive.
pub fn generate(
    cx: &mut OpContext<'_>,
    request: &Request,
    deliver: Deliver<'_>,
) -> Result<Outcome, OpsError> {
    request.check()?;
    clock::guard(cx)?;
    let head = match request.under {
        None => None,
        Some(id) => match cx.store.session(id)? {
            None => return Ok(Outcome::NoSuchHead),
            Some((head, above)) => {
                if state_in_family(&head, above.as_ref(), cx.now) != State::Active {
                    return Ok(Outcome::HeadNotActive(0));
                }
                Some(head)
            }
        },
    };
    let name = match &head {
        Some(head) => Some(request.user_of(head)?),
        None => request.user.clone(),
    };
    let user = match &name {
        None => None,
        Some(name) => match cx.store.user(name)? {
            None => return Ok(Outcome::NoSuchUser),
            Some(user) if user.disabled_at.is_some() => return Ok(Outcome::UserDisabled),
            Some(user) => Some(user),
        },
    };
    let session = plan(cx, request, user.as_ref(), head.as_ref())?;
    make(cx, request, &session, user.as_ref(), deliver)
}

impl Request {
    fn check(&self) -> Result<(), RequestError> {
        match self.kind {
            Kind::Api if self.scopes.is_empty() => Err(RequestError::ScopeMissing),
            Kind::Anonymous | Kind::Web | Kind::Sso if !self.scopes.is_empty() => {
                Err(RequestError::ScopeElsewhere)
            }
            kind if self.under.is_some() && kind != Kind::Web => Err(RequestError::NotAFamily),
            Kind::Anonymous if self.user.is_some() => Err(RequestError::UserOfAnonymous),
            Kind::Web | Kind::Sso | Kind::Api if self.user.is_none() && self.under.is_none() => {
                Err(RequestError::UserMissing)
            }
            _ => Ok(()),
        }
    }

    fn user_of(&self, head: &Session) -> Result<UserName, RequestError> {
        let owner = head.user.clone().filter(|_| head.kind == Kind::Sso).ok_or(RequestError::NotAFamily)?;
        match &self.user {
            Some(named) if *named != owner => Err(RequestError::ForeignHead),
            _ => Ok(owner),
        }
    }
}

fn plan(
    cx: &mut OpContext<'_>,
    request: &Request,
    user: Option<&User>,
    head: Option<&Session>,
) -> Result<NewSession, OpsError> {
    let policy = cx.store.policy()?;
    let (idle_timeout, absolute) = lifetimes(&policy, request.kind, request.remember, request.lifetime)?;
    let own = cx.now.plus(absolute);
    let session = NewSession {
        kind: request.kind,
        user: user.map(|user| user.id),
        parent: head.map(|head| head.id),
        scopes: request.scopes.clone(),
        client: request.client.clone(),
        created_at: cx.now,
        // Single sign-on: the head's password was checked, and when that was is what an application asks.
        authenticated_at: head.and_then(|head| head.authenticated_at),
        idle_timeout,
        absolute_expires_at: head.map_or(own, |head| head.absolute_expires_at.min(own)),
        form: if request.kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare },
    };
    cx.trace(|| {
        format!(
            "read the policy and the user: a session of kind {} dies at {} at the latest{}",
            session.kind.as_str(),
            session.absolute_expires_at,
            if head.is_some() { ", and never after the head of its family" } else { "" }
        )
    });
    Ok(session)
}

fn make(
    cx: &mut OpContext<'_>,
    request: &Request,
    session: &NewSession,
    user: Option<&User>,
    deliver: Deliver<'_>,
) -> Result<Outcome, OpsError> {
    let mut made = 0;
    while made < request.count {
        let rest = usize::try_from(request.count - made).unwrap_or(SESSIONS_PER_COMMIT);
        let mut random = Zeroizing::new(vec![[0; RANDOM_PER_TOKEN]; rest.min(SESSIONS_PER_COMMIT)]);
        cx.random.fill(random.as_flattened_mut())?;
        let event = cx
            .event(Action::SessionCreated)
            .user(user.map(|user| &user.name))
            .detail(session.kind.as_str().to_owned());
        let issued = cx.store.create(session, &random, event)?;
        if issued.is_empty() {
            return Ok(Outcome::HeadNotActive(made));
        }
        made += issued.len() as u64;
        cx.trace(|| {
            format!(
                "drew {RANDOM_PER_TOKEN} random bytes for each token, wrote {} sessions \
            with the SHA-256 of their tokens and one event, in one step; the tokens themselves are \
            kept nowhere",
                issued.len()
            )
        });
        if deliver(&issued).is_break() && made < request.count {
            return Ok(Outcome::Stopped(made));
        }
    }
    Ok(Outcome::Done)
}

/// The reason kept with sessions whose tokens reached nobody.
pub const UNDELIVERED: &str = "undelivered";

/// Revokes sessions whose tokens could not be handed over, and returns how many: nobody could use them, and
/// nobody knows where they got lost.
///
/// # Errors
/// The store's; the rest is alive then.
pub fn revoke_undelivered(cx: &mut OpContext<'_>, ids: &[SessionId]) -> Result<u64, OpsError> {
    let mut withdrawn = 0;
    for ids in ids.chunks(1_000) {
        let sweep = BulkRequest::of(Selector { ids: ids.to_vec(), ..Selector::default() });
        let event = cx.event(Action::SessionRevoked).detail(UNDELIVERED.to_owned());
        let totals = run_batches(cx, &sweep, &mut |_| ControlFlow::Continue(()), &mut |store, slice| {
            store.revoke(slice, UNDELIVERED, event.clone())
        })?;
        withdrawn += totals.changed;
    }
    Ok(withdrawn)
}

/// Makes tokens of plain random bytes that no database knows, until `sink` breaks off.
///
/// # Errors
/// [`RandomnessError`].
pub fn unstored(
    count: u64,
    form: TokenForm,
    random: &mut dyn Randomness,
    sink: &mut dyn FnMut(&Token) -> ControlFlow<()>,
) -> Result<(), RandomnessError> {
    let mut pool = Zeroizing::new(vec![[0; TOKEN_BYTES]; usize::try_from(count).unwrap_or(1_024).min(1_024)]);
    let mut rest = count;
    while rest > 0 {
        let take = usize::try_from(rest).unwrap_or(usize::MAX).min(pool.len());
        random.fill(pool[..take].as_flattened_mut())?;
        for bytes in &pool[..take] {
            if sink(&Token::unstored(*bytes, form)).is_break() {
                return Ok(());
            }
        }
        rest -= take as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
