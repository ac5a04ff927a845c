//! Creates sessions without a password, one or very many; and bare tokens that no store knows.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::error::RequestError;
use super::lifetime::{Lifetime, lifetimes};
use super::step::Step;
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::policy::Key;
use crate::model::random::{Randomness, RandomnessError};
use crate::model::redact::holds_token;
use crate::model::selector::{Selector, Sort, ValueFilter};
use crate::model::session::{Client, Kind, Session, SessionId, State};
use crate::model::token::{TOKEN_BYTES, Token, TokenForm};
use crate::model::user::{User, UserName};
use crate::rules;
use crate::store::{AuthenticatedAt, Issued, NewSession, Page, RANDOM_PER_TOKEN};

/// Sessions to a commit. A commit every 10,000 costs nearly three times as much in all.
const SESSIONS_PER_COMMIT: usize = 100_000;

/// Tokens of plain random bytes that are drawn together.
const UNSTORED_POOL: usize = 1_024;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What the sessions are for; with `under`, [`Kind::Web`].
    pub kind: Kind,
    /// With the lifetimes of a login that stays when the browser is closed.
    pub remember: bool,
    /// Their user; needed for all but anonymous sessions, and with `under` the parent's.
    pub user: Option<UserName>,
    /// What they may do; for API tokens, and needed there.
    pub scopes: Vec<String>,
    /// The client.
    pub client: Client,
    /// Other lifetimes than the policy's.
    pub lifetime: Lifetime,
    /// The sso session that is their parent.
    pub under: Option<SessionId>,
    /// How many.
    pub count: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// All were created.
    Done,
    /// The caller broke off after this number; they are active.
    Stopped(u64),
    /// There is no such user.
    NoSuchUser,
    /// The user is disabled.
    UserDisabled,
    /// There is no such parent.
    NoSuchParent,
    /// The user would have more active logins than the policy's `user.sessions_max` allows; nothing was created.
    TooManySessions {
        /// The active logins of the user.
        live: u64,
        /// The number that the policy allows.
        max: u64,
    },
    /// The parent is not active, or was no longer active after this number.
    ParentNotActive(u64),
}

/// Gets the sessions of each commit once it is on disk, and may break the work off.
pub type Deliver<'a> = &'a mut dyn FnMut(&[Issued]) -> ControlFlow<()>;

/// Creates sessions and hands over their tokens, commit by commit. A caller that cannot deliver them calls
/// [`revoke_undelivered`](super::revoke::revoke_undelivered).
///
/// # Errors
/// [`OpsError::Request`] for what cannot be, or what the random source and the store fail of; what was handed over
/// before is active.
pub fn generate(
    cx: &mut OpContext<'_>,
    request: &Request,
    deliver: Deliver<'_>,
) -> Result<Outcome, OpsError> {
    let Planned { session, user } = match planned(cx, request)? {
        Ok(planned) => planned,
        Err(refused) => return Ok(refused),
    };
    if let Some(refused) = too_many(cx, &session, user.as_ref(), request.count)? {
        return Ok(refused);
    }
    create(cx, request, &session, user.as_ref(), deliver)
}

/// Sessions that may be created, as far as can be seen before the change.
pub(super) struct Planned {
    pub(super) session: NewSession,
    pub(super) user: Option<User>,
}

/// Decides what is to be created.
///
/// # Errors
/// As [`generate`].
pub(super) fn planned(
    cx: &mut OpContext<'_>,
    request: &Request,
) -> Result<Result<Planned, Outcome>, OpsError> {
    request.check()?;
    clock::guard(cx)?;
    let parent = match request.under {
        None => None,
        Some(id) => match cx.store.session(id)? {
            None => return Ok(Err(Outcome::NoSuchParent)),
            Some((session, above)) => {
                if rules::state(&session, above.as_ref(), cx.now()) != State::Active {
                    return Ok(Err(Outcome::ParentNotActive(0)));
                }
                Some(session)
            }
        },
    };
    let name = match &parent {
        Some(parent) => Some(request.user_of(parent)?),
        None => request.user.clone(),
    };
    let user = match &name {
        None => None,
        Some(name) => match cx.store.user(name)? {
            None => return Ok(Err(Outcome::NoSuchUser)),
            Some(user) if user.disabled_at.is_some() => return Ok(Err(Outcome::UserDisabled)),
            Some(user) => Some(user),
        },
    };
    let session = plan(cx, request, user.as_ref(), parent.as_ref())?;
    Ok(Ok(Planned { session, user }))
}

/// The refusal of more logins than the policy allows, where `count` more of this session would be.
fn too_many(
    cx: &OpContext<'_>,
    session: &NewSession,
    user: Option<&User>,
    count: u64,
) -> Result<Option<Outcome>, OpsError> {
    let Some((user, max)) = user.zip(session.logins_max) else { return Ok(None) };
    let live = live_logins(cx, &user.name)?;
    Ok((live.saturating_add(count) > max).then_some(Outcome::TooManySessions { live, max }))
}

/// The sessions that count for `user.sessions_max`, as at a login: active ones in a browser, without a parent.
fn live_logins(cx: &OpContext<'_>, user: &UserName) -> Result<u64, OpsError> {
    let kind = ValueFilter { any_of: vec![Kind::Web, Kind::Sso], none_of: Vec::new() };
    let selector = Selector { user: user.clone().into(), kind, ..Selector::default() };
    let mut live = 0;
    cx.store.select(&selector, Page::whole(Sort::Newest), cx.now(), &mut |session| {
        live += u64::from(session.parent.is_none());
        ControlFlow::Continue(())
    })?;
    Ok(live)
}

impl Request {
    /// One session of a kind, with the lifetimes of the policy and nothing else.
    #[must_use]
    pub fn one(kind: Kind) -> Self {
        Request {
            kind,
            remember: false,
            user: None,
            scopes: Vec::new(),
            client: Client::default(),
            lifetime: Lifetime::default(),
            under: None,
            count: 1,
        }
    }

    fn check(&self) -> Result<(), RequestError> {
        match self.kind {
            Kind::Api if self.scopes.is_empty() => Err(RequestError::ScopeMissing),
            Kind::Anonymous | Kind::Web | Kind::Sso if !self.scopes.is_empty() => {
                Err(RequestError::ScopeElsewhere)
            }
            kind if self.under.is_some() && kind != Kind::Web => Err(RequestError::NotAFamily),
            Kind::Anonymous if self.user.is_some() => Err(RequestError::UserOfAnonymous),
            kind @ (Kind::Web | Kind::Sso | Kind::Api) if self.user.is_none() && self.under.is_none() => {
                Err(RequestError::UserMissing(kind))
            }
            _ if self.scopes.iter().any(|scope| holds_token(scope)) => {
                Err(RequestError::TokenInName("scope"))
            }
            _ => Ok(()),
        }
    }

    fn user_of(&self, parent: &Session) -> Result<UserName, RequestError> {
        let owner =
            parent.user.clone().filter(|_| parent.kind == Kind::Sso).ok_or(RequestError::NotAFamily)?;
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
    parent: Option<&Session>,
) -> Result<NewSession, OpsError> {
    let policy = cx.store.policy()?;
    let (idle_timeout, lifetime) = lifetimes(&policy, request.kind, request.remember, request.lifetime)?;
    cx.trace(|| Step::LifetimePlanned {
        kind: request.kind,
        lifetime,
        idle_timeout,
        has_parent: parent.is_some(),
    });
    Ok(NewSession {
        kind: request.kind,
        user: user.map(|user| user.id),
        parent: parent.map(|parent| parent.id),
        scopes: request.scopes.clone(),
        client: request.client.to_stored(),
        // Single sign-on: the parent's password was checked, and when that was is what an application asks.
        authenticated_at: if parent.is_some() { AuthenticatedAt::AsParent } else { AuthenticatedAt::Never },
        idle_timeout,
        lifetime,
        form: if request.kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare },
        logins_max: (matches!(request.kind, Kind::Web | Kind::Sso) && parent.is_none())
            .then(|| policy.get(Key::SessionsPerUser)),
    })
}

fn create(
    cx: &mut OpContext<'_>,
    request: &Request,
    session: &NewSession,
    user: Option<&User>,
    deliver: Deliver<'_>,
) -> Result<Outcome, OpsError> {
    let mut created = 0;
    while created < request.count {
        let rest = usize::try_from(request.count - created).unwrap_or(SESSIONS_PER_COMMIT);
        let mut random = Zeroizing::new(vec![[0; RANDOM_PER_TOKEN]; rest.min(SESSIONS_PER_COMMIT)]);
        cx.random.fill(random.as_flattened_mut())?;
        let event = cx
            .event(Action::SessionCreated)
            .user(user.map(|user| &user.name))
            .client(&session.client)
            .detail(session.kind.as_str().to_owned());
        let issued = cx.store.create(session, &random, event)?;
        if issued.is_empty() {
            return refused(cx, session, user, random.len() as u64, created);
        }
        created += issued.len() as u64;
        cx.trace(|| Step::SessionsCreated { sessions: issued.len(), random_bytes: RANDOM_PER_TOKEN });
        if deliver(&issued).is_break() && created < request.count {
            return Ok(Outcome::Stopped(created));
        }
    }
    Ok(Outcome::Done)
}

/// Why the store created nothing, although all was well before its change.
fn refused(
    cx: &OpContext<'_>,
    session: &NewSession,
    user: Option<&User>,
    count: u64,
    created: u64,
) -> Result<Outcome, OpsError> {
    if session.parent.is_some() {
        return Ok(Outcome::ParentNotActive(created));
    }
    let present = match user {
        None => None,
        Some(user) => cx.store.user(&user.name)?.filter(|present| present.id == user.id),
    };
    match present {
        None => Ok(Outcome::NoSuchUser),
        Some(user) if user.disabled_at.is_some() => Ok(Outcome::UserDisabled),
        // Where a login has ended since, it is no longer one too many; this number was refused all the same.
        Some(user) => {
            let max = session.logins_max.unwrap_or(u64::MAX);
            let live = live_logins(cx, &user.name)?.max((max + 1).saturating_sub(count));
            Ok(Outcome::TooManySessions { live, max })
        }
    }
}

/// Creates tokens of plain random bytes that no store knows, until `sink` breaks off.
///
/// # Errors
/// [`RandomnessError`].
pub fn unstored(
    count: u64,
    form: TokenForm,
    random: &mut dyn Randomness,
    sink: &mut dyn FnMut(&Token) -> ControlFlow<()>,
) -> Result<(), RandomnessError> {
    let size = usize::try_from(count).unwrap_or(UNSTORED_POOL).min(UNSTORED_POOL);
    let mut pool = Zeroizing::new(vec![[0; TOKEN_BYTES]; size]);
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
