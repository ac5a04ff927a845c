//! Changes the policy, and records in the audit log what it was and is.

use super::error::RequestError;
use super::step::Step;
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::policy::Key;

/// What a change made of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// Its value before.
    pub before: u64,
    /// Its value now.
    pub after: u64,
}

/// Sets a setting. Sessions that are active keep their times; only those created from now on have others.
///
/// # Errors
/// [`RequestError::SettingOutOfBounds`], or the store's.
pub fn set(cx: &mut OpContext<'_>, key: Key, value: u64) -> Result<PolicyChange, OpsError> {
    let setting = key.setting();
    if !(setting.min..=setting.max).contains(&value) {
        let (min, max) = (setting.show(setting.min), setting.show(setting.max));
        return Err(RequestError::SettingOutOfBounds { name: setting.name, min, max }.into());
    }
    write(cx, key, Some(value))
}

/// Returns a setting to its default.
///
/// # Errors
/// The store's.
pub fn reset(cx: &mut OpContext<'_>, key: Key) -> Result<PolicyChange, OpsError> {
    write(cx, key, None)
}

fn write(cx: &mut OpContext<'_>, key: Key, value: Option<u64>) -> Result<PolicyChange, OpsError> {
    let setting = key.setting();
    let change =
        PolicyChange { before: cx.store.policy()?.get(key), after: value.unwrap_or(setting.default) };
    let (before, after) = (setting.show(change.before), setting.show(change.after));
    let detail = format!("{} from {before} to {after}", setting.name);
    let event = cx.event(Action::PolicyChanged).detail(detail);
    cx.store.set_policy(key, value, event)?;
    cx.trace(|| Step::PolicySet {
        name: setting.name,
        before,
        after,
        default: setting.show(setting.default),
        source: setting.source,
    });
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fixture;

    #[test]
    fn set_stays_within_bounds_and_logs_the_old_value() {
        let mut fixture = Fixture::new();
        let change = fixture.run(|b| set(b, Key::WebIdle, 600)).unwrap();
        assert_eq!((change.before, change.after), (1_800, 600));
        assert_eq!(fixture.details().last().map(String::as_str), Some("web.idle from 30m to 10m"));
        assert_eq!(fixture.run(|b| reset(b, Key::WebIdle)).unwrap().after, 1_800);
        let error = fixture.run(|b| set(b, Key::WebIdle, 0)).unwrap_err();
        assert_eq!(error.to_string(), "web.idle must be between 1m and 30d");
    }
}
