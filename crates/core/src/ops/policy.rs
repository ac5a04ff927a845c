//! Changes the policy, and says in the log what it was and is.

use super::error::RequestError;
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::policy::Key;

/// What a change made of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// What it was.
    pub before: u64,
    /// What it is.
    pub after: u64,
}

/// Sets a setting. Sessions that live already keep their times; only those made from now on have others.
///
/// # Errors
/// [`RequestError::SettingOutOfBounds`], [`OpsError::ClockBehind`], or the store's.
pub fn set(cx: &mut OpContext<'_>, key: Key, value: u64) -> Result<PolicyChange, OpsError> {
    let setting = key.setting();
    if !(setting.least..=setting.most).contains(&value) {
        let (least, most) = (setting.show(setting.least), setting.show(setting.most));
        return Err(RequestError::SettingOutOfBounds { name: setting.name, least, most }.into());
    }
    write(cx, key, Some(value))
}

/// Puts a setting back to its default.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's.
pub fn reset(cx: &mut OpContext<'_>, key: Key) -> Result<PolicyChange, OpsError> {
    write(cx, key, None)
}

fn write(cx: &mut OpContext<'_>, key: Key, value: Option<u64>) -> Result<PolicyChange, OpsError> {
    clock::guard(cx)?;
    let setting = key.setting();
    let change =
        PolicyChange { before: cx.store.policy()?.get(key), after: value.unwrap_or(setting.default) };
    let (before, after) = (setting.show(change.before), setting.show(change.after));
    let detail = format!("{} from {before} to {after}", setting.name);
    cx.trace(|| {
        format!(
            "set {detail}, by default {} ({}), for every program that opens this database",
            setting.show(setting.default),
            setting.source
        )
    });
    let event = cx.event(Action::PolicyChanged).detail(detail);
    cx.store.set_policy(key, value, event)?;
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::Fixture;

    #[test]
    fn a_change_is_within_bounds_and_logged_with_what_was() {
        let mut fixture = Fixture::new();
        let change = fixture.run(|b| set(b, Key::WebIdle, 600)).unwrap();
        assert_eq!((change.before, change.after), (1_800, 600));
        assert_eq!(fixture.details().last().map(String::as_str), Some("web.idle from 30m to 10m"));
        assert_eq!(fixture.run(|b| reset(b, Key::WebIdle)).unwrap().after, 1_800);
        let error = fixture.run(|b| set(b, Key::WebIdle, 0)).unwrap_err();
        assert_eq!(error.to_string(), "web.idle lies between 1m and 30d");
    }
}
