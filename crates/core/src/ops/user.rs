//! Adds, changes and removes users. Whatever takes a user's access away ends the user's sessions in the same step, API
//! tokens and children included (ASVS 7.4.2, 7.4.3), and works whatever the clock shows.

use std::ops::ControlFlow;

use super::error::RequestError;
use super::revoke::check_reason;
use super::step::{Step, UserAct};
use super::{OpContext, OpsError, password};
use crate::model::event::Action;
use crate::model::password::check;
use crate::model::policy::Key;
use crate::model::redact::{holds_token, redact_tokens};
use crate::model::session::SessionId;
use crate::model::user::{User, UserId, UserName};
use crate::store::{EndSessions, EventFilter, Renaming, Store};

/// The detail of the event of a renamed user, before the name that the user had.
const RENAMED_FROM: &str = "from ";

/// What came of adding a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addition {
    /// The user is added.
    Added(UserId),
    /// There is a user of this name, in this or another spelling.
    Taken,
}

/// What came of changing a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// The user is changed; these sessions ended with it.
    Done(Vec<SessionId>),
    /// There was nothing to change.
    Already,
    /// There is no such user.
    NoSuchUser,
}

/// Adds a user. Without a password nobody can log in as the user, but sessions can be created for it.
///
/// # Errors
/// [`OpsError::Password`] for a password that cannot be set, and what hashing and the store fail of.
pub fn add(
    cx: &mut OpContext<'_>,
    name: &UserName,
    new_password: Option<&[u8]>,
) -> Result<Addition, OpsError> {
    check_new_name(name)?;
    let hash = new_password.map(|text| prepare(cx, name, text)).transpose()?;
    let event = cx.event(Action::UserAdded).user(Some(name));
    let added = cx.store.add_user(name, hash.as_deref(), event)?;
    cx.trace(|| Step::UserAdded { written: added.is_some().into() });
    Ok(added.map_or(Addition::Taken, Addition::Added))
}

/// Refuses a name that no account may get.
///
/// # Errors
/// [`RequestError::ReservedName`] or [`RequestError::TokenInName`].
pub(super) fn check_new_name(name: &UserName) -> Result<(), RequestError> {
    if name.as_removed().is_some() {
        return Err(RequestError::ReservedName);
    }
    if holds_token(name.as_str()) {
        return Err(RequestError::TokenInName("user name"));
    }
    Ok(())
}

/// Sets a password, clears failed logins, and ends the user's sessions unless they are to be kept: whoever stole one
/// would otherwise stay logged in.
///
/// # Errors
/// As [`add`].
pub fn change_password(
    cx: &mut OpContext<'_>,
    name: &UserName,
    new_password: &[u8],
    keep_sessions: bool,
) -> Result<UserChange, OpsError> {
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    let hash = prepare(cx, &user.name, new_password)?;
    let end = (!keep_sessions).then(|| end_sessions(cx, &user, "password changed"));
    let event = cx.event(Action::PasswordChanged).user(Some(&user.name));
    let ended = cx.store.set_password(user.id, &hash, end, event)?;
    Ok(finish(cx, UserAct::SetPassword, ended))
}

/// Disables a user: no login, no session. The reason, where there is one, is kept with the sessions that end and in the
/// audit log.
///
/// # Errors
/// [`RequestError::TextTooLong`], or the store's.
pub fn disable(
    cx: &mut OpContext<'_>,
    name: &UserName,
    reason: Option<&str>,
) -> Result<UserChange, OpsError> {
    let reason = kept_reason(reason)?;
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    if user.disabled_at.is_some() {
        return Ok(UserChange::Already);
    }
    let end = end_sessions(cx, &user, &end_reason("user disabled", reason.as_deref()));
    let event = cx.event(Action::UserDisabled).user(Some(&user.name)).detail(reason);
    let ended = cx.store.disable_user(user.id, end, event)?;
    Ok(finish(cx, UserAct::Disable, ended))
}

/// Enables a disabled user; the sessions that ended stay ended.
///
/// # Errors
/// The store's.
pub fn enable(cx: &mut OpContext<'_>, name: &UserName) -> Result<UserChange, OpsError> {
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    if user.disabled_at.is_none() {
        return Ok(UserChange::Already);
    }
    let event = cx.event(Action::UserEnabled).user(Some(&user.name));
    let enabled = cx.store.enable_user(user.id, event)?;
    Ok(finish(cx, UserAct::Enable, enabled.then(Vec::new)))
}

/// Removes a user; the name is free again, and the ended sessions keep showing it. The reason is kept as that of
/// [`disable`].
///
/// # Errors
/// [`RequestError::TextTooLong`], or the store's.
pub fn remove(cx: &mut OpContext<'_>, name: &UserName, reason: Option<&str>) -> Result<UserChange, OpsError> {
    let reason = kept_reason(reason)?;
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    let end = end_sessions(cx, &user, &end_reason("user removed", reason.as_deref()));
    let event = cx.event(Action::UserRemoved).user(Some(&user.name)).detail(reason);
    let ended = cx.store.remove_user(user.id, end, event)?;
    Ok(finish(cx, UserAct::Remove, ended))
}

/// Clears a user's failed logins, so that neither a throttle nor a lock keeps the right password out.
///
/// # Errors
/// The store's.
pub fn unlock(cx: &mut OpContext<'_>, name: &UserName) -> Result<UserChange, OpsError> {
    let Some(user) = cx.store.user(name)? else { return Ok(UserChange::NoSuchUser) };
    let key = cx.store.attempt_key(&user.name)?;
    let event = cx.event(Action::UserUnlocked).user(Some(&user.name));
    if !cx.store.clear_attempts(key, event)? {
        return Ok(UserChange::Already);
    }
    Ok(finish(cx, UserAct::Unlock, Some(Vec::new())))
}

/// What came of renaming a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    /// The user, who had this name, has the new one.
    Done(UserName),
    /// The user has exactly this name already.
    Already,
    /// Another user has the name, in this or another spelling.
    Taken,
    /// There is no user of the old name.
    NoSuchUser,
}

/// Gives a user another name. It is the same account afterwards: the sessions stay, and the audit log finds the earlier
/// events under the new name.
///
/// # Errors
/// [`RequestError::ReservedName`], [`RequestError::TokenInName`], or the store's.
pub fn rename(cx: &mut OpContext<'_>, old: &UserName, new: &UserName) -> Result<Rename, OpsError> {
    check_new_name(new)?;
    let Some(user) = cx.store.user(old)? else { return Ok(Rename::NoSuchUser) };
    if user.name.as_str() == new.as_str() {
        return Ok(Rename::Already);
    }
    let event = cx.event(Action::UserRenamed).user(Some(new)).detail(format!("{RENAMED_FROM}{}", user.name));
    let renamed = cx.store.rename_user(user.id, new, event)?;
    cx.trace(|| Step::UserChanged {
        act: UserAct::Rename,
        written: (renamed == Renaming::Done).into(),
        ended: 0,
    });
    Ok(match renamed {
        Renaming::Done => Rename::Done(user.name),
        Renaming::Taken => Rename::Taken,
        Renaming::NoSuchUser => Rename::NoSuchUser,
    })
}

/// The name that an account has now, or had when it was removed, which had this name once and was renamed. Of several
/// accounts, the one that was renamed last. Reads the events of renamed users.
///
/// # Errors
/// The store's.
pub fn renamed(store: &dyn Store, old: &UserName) -> Result<Option<UserName>, OpsError> {
    let filter =
        EventFilter { actions: vec![Action::UserRenamed.as_str().to_owned()], ..EventFilter::default() };
    let mut found = None;
    store.events(&filter, &mut |event| {
        let before = event.detail.as_deref().and_then(|detail| detail.strip_prefix(RENAMED_FROM));
        if before.and_then(|name| name.parse().ok()).is_some_and(|name: UserName| name == *old) {
            found = event.account;
        }
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}

/// The name of the account that was removed last of those that had the name of this account, which may be removed as
/// well. Reads the events of removed users.
///
/// # Errors
/// The store's.
pub fn removed_namesake(store: &dyn Store, name: &UserName) -> Result<Option<UserName>, OpsError> {
    let filter =
        EventFilter { actions: vec![Action::UserRemoved.as_str().to_owned()], ..EventFilter::default() };
    let key = name.account_key();
    let mut found = None;
    store.events(&filter, &mut |event| {
        found = event.account.filter(|account| account != name && account.account_key() == key);
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}

fn prepare(cx: &mut OpContext<'_>, name: &UserName, text: &[u8]) -> Result<String, OpsError> {
    check(text, name.as_str())?;
    let policy = cx.store.policy()?;
    let _permit = cx.hashing.acquire(policy.get(Key::HashesAtOnce));
    password::hash(cx, text, &policy)
}

/// A reason as it is stored: without text in the shape of a token.
fn kept_reason(reason: Option<&str>) -> Result<Option<String>, RequestError> {
    let Some(reason) = reason.filter(|reason| !reason.is_empty()) else { return Ok(None) };
    check_reason(reason)?;
    Ok(Some(redact_tokens(reason).into_owned()))
}

/// Why the sessions of a user ended: what was done to the user, and the reason.
fn end_reason(done: &str, reason: Option<&str>) -> String {
    reason.map_or_else(|| done.to_owned(), |reason| format!("{done}: {reason}"))
}

fn end_sessions(cx: &OpContext<'_>, user: &User, reason: &str) -> EndSessions {
    let event = cx.event(Action::SessionRevoked).user(Some(&user.name)).detail(reason.to_owned());
    EndSessions { reason: reason.to_owned(), event }
}

fn finish(cx: &mut OpContext<'_>, act: UserAct, ended: Option<Vec<SessionId>>) -> UserChange {
    cx.trace(|| Step::UserChanged {
        act,
        written: ended.is_some().into(),
        ended: ended.as_ref().map_or(0, Vec::len),
    });
    ended.map_or(UserChange::NoSuchUser, UserChange::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::{Kind, State};
    use crate::ops::revoke::MAX_REASON_BYTES;
    use crate::testing::Fixture;

    const PASSWORD: &[u8] = b"correct horse battery";

    fn bob() -> UserName {
        "bob".parse().unwrap()
    }

    #[test]
    fn add_refuses_a_taken_name_in_any_spelling_and_a_short_password() {
        let mut fixture = Fixture::new();
        let short = fixture.run(|b| add(b, &bob(), Some(b"short")));
        assert!(matches!(short, Err(OpsError::Password(_))));
        assert!(fixture.new_events().is_empty());
        assert!(matches!(fixture.run(|b| add(b, &bob(), Some(PASSWORD))), Ok(Addition::Added(_))));
        let again = fixture.run(|b| add(b, &"BOB".parse().unwrap(), None)).unwrap();
        assert_eq!(again, Addition::Taken);
    }

    #[test]
    fn disable_remove_and_passwd_end_every_kind_of_session() {
        for step in 0..3 {
            let mut fixture = Fixture::new();
            let head = fixture.session(Kind::Sso, Some("bob")).id;
            let ids = [head, fixture.child(head).id, fixture.api("bob", &["read"]).id];
            let change = fixture.run(|b| match step {
                0 => disable(b, &bob(), None),
                1 => remove(b, &bob(), None),
                _ => change_password(b, &bob(), PASSWORD, false),
            });
            assert_eq!(change.unwrap(), UserChange::Done(ids.to_vec()));
            assert_eq!(ids.map(|id| fixture.state(id)), [State::Revoked; 3]);
        }
    }

    #[test]
    fn disable_and_remove_keep_the_reason_with_the_sessions_and_in_the_log() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let long = "x".repeat(MAX_REASON_BYTES + 1);
        let refused = fixture.run(|b| disable(b, &bob(), Some(&long)));
        assert!(matches!(refused, Err(OpsError::Request(RequestError::TextTooLong { .. }))));
        assert_eq!(fixture.state(id), State::Active);
        let reason = format!("left, had {}", "a1".repeat(32));
        fixture.run(|b| disable(b, &bob(), Some(&reason))).unwrap();
        assert_eq!(fixture.get(id).revoke_reason.as_deref(), Some("user disabled: left, had [hidden]"));
        fixture.run(|b| remove(b, &bob(), Some("never came back"))).unwrap();
        let details = fixture.details();
        assert_eq!(
            details[1..],
            ["left, had [hidden]", "user disabled: left, had [hidden]", "never came back"]
        );
    }

    #[test]
    fn rename_keeps_sessions_and_refuses_a_taken_or_reserved_name() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        fixture.user("carl");
        let name = |text: &str| text.parse::<UserName>().unwrap();
        let mut rename = |old: &str, new: &str| fixture.run(|cx| rename(cx, &name(old), &name(new)));
        assert_eq!(rename("bob", "CARL").unwrap(), Rename::Taken);
        assert_eq!(rename("eve", "mallory").unwrap(), Rename::NoSuchUser);
        assert_eq!(rename("bob", "bob").unwrap(), Rename::Already);
        let reserved = rename("bob", "bob (removed 2026-11-25)");
        assert!(matches!(reserved, Err(OpsError::Request(RequestError::ReservedName))));
        assert!(matches!(rename("BOB", "robert").unwrap(), Rename::Done(old) if old.as_str() == "bob"));
        assert!(matches!(rename("robert", "Robert").unwrap(), Rename::Done(_)));
        let now = |old: &str| renamed(&fixture.store, &name(old)).unwrap().map(|now| now.to_string());
        assert_eq!(
            ["BOB", "robert", "carl", "eve"].map(now),
            [Some("Robert".into()), Some("Robert".into()), None, None]
        );
        assert_eq!((fixture.state(id), fixture.get(id).user.unwrap().as_str()), (State::Active, "Robert"));
        assert_eq!(fixture.details().last().map(String::as_str), Some("from robert"));
    }

    #[test]
    fn passwd_keeps_sessions_only_where_asked_and_unknown_users_are_reported() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let kept = fixture.run(|b| change_password(b, &bob(), PASSWORD, true)).unwrap();
        assert_eq!((kept, fixture.state(id)), (UserChange::Done(Vec::new()), State::Active));
        assert_eq!(fixture.run(|b| enable(b, &bob())).unwrap(), UserChange::Already);
        let nobody = "eve".parse().unwrap();
        let changes = [
            fixture.run(|b| disable(b, &nobody, None)),
            fixture.run(|b| enable(b, &nobody)),
            fixture.run(|b| remove(b, &nobody, None)),
        ];
        assert!(changes.into_iter().all(|change| change.unwrap() == UserChange::NoSuchUser));
    }
}
