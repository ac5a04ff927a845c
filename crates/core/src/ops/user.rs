//! Adds, changes and removes users. Whatever takes a user's access away ends the user's sessions in the same
//! step, API tokens and families included (ASVS 7.4.2, 7.4.3).

use super::{OpContext, OpsError, clock, password};
use crate::model::event::Action;
use crate::model::password::check;
use crate::model::session::SessionId;
use crate::model::user::{User, UserId, UserName};
use crate::store::EndSessions;

/// What came of adding a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addition {
    /// Done.
    Added(UserId),
    /// There is a user of this name, in this or another spelling.
    Taken,
}

/// What came of changing a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// Done; these sessions ended with it.
    Done(Vec<SessionId>),
    /// The user was so already, and nothing was changed.
    Already,
    /// There is no such user.
    NoSuchUser,
}

/// Adds a user. Without a password nobody can log in as the user, but sessions can be made for it.
///
/// # Errors
/// [`OpsError::Password`] for a password that cannot be set, and what hashing and the store fail of.
pub fn add(
    cx: &mut OpContext<'_>,
    name: &UserName,
    new_password: Option<&[u8]>,
) -> Result<Addition, OpsError> {
    clock::guard(cx)?;
    let hash = new_password.map(|text| prepare(cx, name, text)).transpose()?;
    let event = cx.event(Action::UserAdded).user(Some(name));
    let added = cx.store.add_user(name, hash.as_deref(), event)?;
    cx.trace(|| match added {
        Some(_) => "wrote the user and the event in one step; names that differ only in case or outer \
            spaces are one user, so that no spelling escapes a throttle (CVE-2025-6004)"
            .to_owned(),
        None => "the name is taken, in this or another spelling: nothing was written".to_owned(),
    });
    Ok(added.map_or(Addition::Taken, Addition::Added))
}

/// Sets a password, forgets failed logins, and ends the user's sessions unless they are to be kept: whoever
/// stole one would otherwise stay in.
///
/// # Errors
/// As [`add`].
pub fn change_password(
    cx: &mut OpContext<'_>,
    name: &UserName,
    new_password: &[u8],
    keep_sessions: bool,
) -> Result<UserChange, OpsError> {
    clock::guard(cx)?;
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    let hash = prepare(cx, &user.name, new_password)?;
    let end = (!keep_sessions).then(|| end_sessions(cx, &user, "password changed"));
    let event = cx.event(Action::PasswordChanged).user(Some(&user.name));
    let ended = cx.store.set_password(user.id, &hash, end, event)?;
    Ok(finish(cx, ended))
}

/// Disables a user: no login, no session.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's.
pub fn disable(cx: &mut OpContext<'_>, name: &UserName) -> Result<UserChange, OpsError> {
    clock::guard(cx)?;
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    if user.disabled_at.is_some() {
        return Ok(UserChange::Already);
    }
    let end = Some(end_sessions(cx, &user, "user disabled"));
    let event = cx.event(Action::UserDisabled).user(Some(&user.name));
    let ended = cx.store.set_disabled(user.id, end, event)?;
    Ok(finish(cx, ended))
}

/// Enables a disabled user again; the sessions that ended stay ended.
///
/// # Errors
/// As [`disable`].
pub fn enable(cx: &mut OpContext<'_>, name: &UserName) -> Result<UserChange, OpsError> {
    clock::guard(cx)?;
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    if user.disabled_at.is_none() {
        return Ok(UserChange::Already);
    }
    let event = cx.event(Action::UserEnabled).user(Some(&user.name));
    let ended = cx.store.set_disabled(user.id, None, event)?;
    Ok(finish(cx, ended))
}

/// Removes a user; the name is free again, and the ended sessions keep showing it.
///
/// # Errors
/// As [`disable`].
pub fn remove(cx: &mut OpContext<'_>, name: &UserName) -> Result<UserChange, OpsError> {
    clock::guard(cx)?;
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    let end = end_sessions(cx, &user, "user removed");
    let event = cx.event(Action::UserRemoved).user(Some(&user.name));
    let ended = cx.store.remove_user(user.id, end, event)?;
    Ok(finish(cx, ended))
}

fn prepare(cx: &mut OpContext<'_>, name: &UserName, text: &[u8]) -> Result<String, OpsError> {
    check(text, name.as_str())?;
    let policy = cx.store.policy()?;
    password::hash(cx, text, &policy)
}

fn end_sessions(cx: &OpContext<'_>, user: &User, reason: &str) -> EndSessions {
    let event = cx.event(Action::SessionRevoked).user(Some(&user.name)).detail(reason.to_owned());
    EndSessions { reason: reason.to_owned(), event }
}

fn finish(cx: &mut OpContext<'_>, ended: Option<Vec<SessionId>>) -> UserChange {
    cx.trace(|| match &ended {
        Some(ended) => format!(
            "wrote the change, the end of {} sessions and the events in one step, so that no moment \
                lies between them",
            ended.len()
        ),
        None => "another process removed the user meanwhile: nothing was written".to_owned(),
    });
    ended.map_or(UserChange::NoSuchUser, UserChange::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::{Kind, State};
    use crate::ops::testing::Fixture;

    const PASSWORD: &[u8] = b"correct horse battery";

    fn bob() -> UserName {
        "bob".parse().unwrap()
    }

    #[test]
    fn a_name_is_taken_in_any_spelling_and_a_short_password_refused() {
        let mut fixture = Fixture::new();
        let short = fixture.run(|b| add(b, &bob(), Some(b"short")));
        assert!(matches!(short, Err(OpsError::Password(_))));
        assert!(fixture.store.events.is_empty());
        assert!(matches!(fixture.run(|b| add(b, &bob(), Some(PASSWORD))), Ok(Addition::Added(_))));
        let again = fixture.run(|b| add(b, &"BOB".parse().unwrap(), None)).unwrap();
        assert_eq!(again, Addition::Taken);
    }

    #[test]
    fn whatever_takes_access_away_ends_every_kind_of_session() {
        for step in 0..3 {
            let mut fixture = Fixture::new();
            let head = fixture.session(Kind::Sso, Some("bob")).id;
            let ids = [head, fixture.child(head).id, fixture.api("bob", &["read"]).id];
            let change = fixture.run(|b| match step {
                0 => disable(b, &bob()),
                1 => remove(b, &bob()),
                _ => change_password(b, &bob(), PASSWORD, false),
            });
            assert_eq!(change.unwrap(), UserChange::Done(ids.to_vec()));
            assert_eq!(ids.map(|id| fixture.state(id)), [State::Revoked; 3]);
        }
    }

    #[test]
    fn sessions_are_kept_only_where_asked_and_the_absent_are_named() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let kept = fixture.run(|b| change_password(b, &bob(), PASSWORD, true)).unwrap();
        assert_eq!((kept, fixture.state(id)), (UserChange::Done(Vec::new()), State::Active));
        assert_eq!(fixture.run(|b| enable(b, &bob())).unwrap(), UserChange::Already);
        let nobody = "eve".parse().unwrap();
        for change in [disable, enable, remove] {
            assert_eq!(fixture.run(|b| change(b, &nobody)).unwrap(), UserChange::NoSuchUser);
        }
    }
}
