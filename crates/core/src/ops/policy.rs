//! Changes the policy, and records in the audit log what it was and is; and gives active sessions its limits.

use std::ops::ControlFlow;

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::step::{BulkAct, Step};
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::policy::{Key, Policy};
use crate::model::selector::{Selector, Sort, StateFilter};
use crate::model::session::{Kind, Session, SessionId, State};
use crate::model::time::Timestamp;
use crate::store::{LimitRule, Limits, LocatorRotation, Page};

/// What a change made of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// Its value before.
    pub before: u64,
    /// Its value now.
    pub after: u64,
}

/// Sets a setting; one that has the value already is neither written nor recorded. Sessions that are active keep their
/// times, until [`apply`] gives them others.
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

/// Draws another key for the locators of new tokens.
///
/// # Errors
/// [`StoreError::Refused`](crate::store::StoreError::Refused) where the store has one key for ever, or another failure.
pub fn rotate_locator_key(cx: &mut OpContext<'_>) -> Result<LocatorRotation, OpsError> {
    let mut key = zeroize::Zeroizing::new([0; 16]);
    cx.random.fill(&mut *key)?;
    let event = cx.event(Action::LocatorKeyRotated);
    Ok(cx.store.rotate_locator_key(*key, event)?)
}

fn write(cx: &mut OpContext<'_>, key: Key, value: Option<u64>) -> Result<PolicyChange, OpsError> {
    let setting = key.setting();
    let change =
        PolicyChange { before: cx.store.policy()?.get(key), after: value.unwrap_or(setting.default) };
    if change.before == change.after {
        return Ok(change);
    }
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

/// What applying settings to active sessions means: a rule for the sessions of each kind.
#[derive(Clone, Debug)]
pub struct LimitPlan {
    /// The settings and their values, as the audit log records them.
    pub detail: String,
    rules: Vec<(Kind, LimitRule)>,
}

/// The settings that are limits of sessions.
const LIMITS: &[Key] = &[
    Key::WebIdle,
    Key::WebAbsolute,
    Key::RememberIdle,
    Key::RememberAbsolute,
    Key::SsoIdle,
    Key::SsoAbsolute,
    Key::AnonymousIdle,
    Key::AnonymousAbsolute,
    Key::ApiAbsolute,
    Key::ApiLongest,
];

impl LimitPlan {
    /// The plan that gives active sessions the limit `key` of `policy`, or all its limits; none where `key` is no limit
    /// of sessions. `before` is the policy under which they were created.
    ///
    /// A session does not record whether it was created to stay when the browser is closed: one of kind web counts as
    /// that where its lifetime is longer than `web.absolute` is, was, or is by default. An API token with a longer
    /// lifetime than `api.absolute` asked for it, and only `api.absolute_max` limits it.
    #[must_use]
    pub fn new(key: Option<Key>, before: &Policy, policy: &Policy, may_lengthen: bool) -> Option<Self> {
        let mut plan = LimitPlan { detail: String::new(), rules: Vec::new() };
        for limit in LIMITS.iter().filter(|limit| key.is_none_or(|key| key == **limit)) {
            let setting = limit.setting();
            let separator = if plan.detail.is_empty() { "" } else { ", " };
            plan.detail.push_str(&format!(
                "{separator}{} {}",
                setting.name,
                setting.show(policy.get(*limit))
            ));
            plan.rules.push(rule(*limit, before, policy, may_lengthen));
        }
        (!plan.rules.is_empty()).then_some(plan)
    }
}

fn rule(key: Key, before: &Policy, policy: &Policy, may_lengthen: bool) -> (Kind, LimitRule) {
    let longest = |key: Key| {
        let default = std::time::Duration::from_secs(key.setting().default);
        Some(policy.span(key).max(before.span(key)).max(default))
    };
    let base = LimitRule { may_lengthen, ..LimitRule::default() };
    let idle = LimitRule { idle_timeout: Some(policy.span(key)), ..base };
    let lifetime = LimitRule { lifetime: Some(policy.span(key)), ..base };
    let usual = longest(Key::WebAbsolute);
    match key {
        Key::WebIdle => (Kind::Web, LimitRule { at_most: usual, ..idle }),
        Key::WebAbsolute => (Kind::Web, LimitRule { at_most: usual, ..lifetime }),
        Key::RememberIdle => (Kind::Web, LimitRule { longer_than: usual, ..idle }),
        Key::RememberAbsolute => (Kind::Web, LimitRule { longer_than: usual, ..lifetime }),
        Key::SsoIdle => (Kind::Sso, idle),
        Key::SsoAbsolute => (Kind::Sso, lifetime),
        Key::AnonymousIdle => (Kind::Anonymous, idle),
        Key::AnonymousAbsolute => (Kind::Anonymous, lifetime),
        Key::ApiAbsolute => (Kind::Api, LimitRule { at_most: longest(key), ..lifetime }),
        // The maximum makes nothing longer: it is what a caller may ask for.
        _ => (Kind::Api, LimitRule { may_lengthen: false, ..lifetime }),
    }
}

/// Looks at what [`apply`] would do. `each` gets the sessions that would change, children that would end with their
/// parents included, and their new limits; a session that two settings change, twice.
///
/// # Errors
/// The store's.
pub fn preview_apply(
    cx: &mut OpContext<'_>,
    plan: &LimitPlan,
    each: &mut dyn FnMut(&Session, &Limits) -> ControlFlow<()>,
) -> Result<u64, OpsError> {
    clock::guard(cx)?;
    let now = cx.now();
    let mut changing = 0;
    for (kind, rule) in &plan.rules {
        let (mut children, mut parents) = (Vec::new(), Vec::new());
        let mut stopped = false;
        let mut look = |session: &Session, parent: Option<&Session>| {
            let Some(limits) = rule.limits(session, parent, now) else { return ControlFlow::Continue(()) };
            changing += 1;
            if session.kind == Kind::Sso {
                parents.push((session.id, limits.deadline));
            }
            each(session, &limits)
        };
        cx.store.select(&active(*kind), Page::whole(Sort::Newest), now, &mut |session| {
            if session.parent.is_some() {
                children.push(session);
                return ControlFlow::Continue(());
            }
            let flow = look(&session, None);
            stopped = flow.is_break();
            flow
        })?;
        for child in children {
            let parent = match child.parent {
                Some(parent) if !stopped => cx.store.session(parent)?.map(|(parent, _)| parent),
                _ => None,
            };
            if stopped || look(&child, parent.as_ref()).is_break() {
                return Ok(changing);
            }
        }
        if stopped {
            return Ok(changing);
        }
        for (parent, deadline) in parents {
            for child in ending_children(cx, parent, deadline, *kind)? {
                changing += 1;
                let limits = Limits {
                    idle_timeout: child.idle_timeout,
                    absolute_expires_at: child.absolute_expires_at,
                    scheduled_at: child.scheduled_at,
                    deadline,
                };
                if each(&child, &limits).is_break() {
                    return Ok(changing);
                }
            }
        }
    }
    Ok(changing)
}

/// The active children of another kind that end with their parent, whose new deadline this is.
fn ending_children(
    cx: &OpContext<'_>,
    parent: SessionId,
    deadline: Timestamp,
    kind: Kind,
) -> Result<Vec<Session>, OpsError> {
    let now = cx.now();
    let end = deadline.max(now);
    let mut children = cx.store.children(parent)?;
    children.retain(|child| child.state(now) == State::Active && child.deadline > end && child.kind != kind);
    Ok(children)
}

/// Gives the active sessions of a plan the limits of the policy; children end with their parents at the latest. A
/// session that was not used for its new idle timeout ends now.
///
/// # Errors
/// The store's.
pub fn apply(
    cx: &mut OpContext<'_>,
    plan: &LimitPlan,
    on_batch: OnBatch<'_>,
) -> Result<Vec<Totals>, OpsError> {
    clock::guard(cx)?;
    let event = cx.event(Action::PolicyApplied).detail(plan.detail.clone());
    let mut all = Vec::new();
    for (kind, rule) in &plan.rules {
        let request = BulkRequest::of(active(*kind));
        let totals = run_batches(cx, &request, on_batch, &mut |store, batch| {
            store.set_limits(batch, rule, event.clone())
        })?;
        cx.trace(|| totals.finished_step(BulkAct::Limit, 0));
        let finished = totals.finished;
        all.push(totals);
        if !finished {
            break;
        }
    }
    Ok(all)
}

fn active(kind: Kind) -> Selector {
    Selector { kind: kind.into(), state: Some(StateFilter::Only(State::Active)), ..Selector::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(fixture: &mut Fixture, plan: &LimitPlan) -> (u64, u64) {
        let previewed = fixture.run(|cx| preview_apply(cx, plan, &mut |_, _| ControlFlow::Continue(())));
        let applied = fixture.run(|cx| apply(cx, plan, &mut |_| ControlFlow::Continue(()))).unwrap();
        (previewed.unwrap(), applied.iter().map(|totals| totals.changed).sum())
    }

    #[test]
    fn apply_shortens_the_sessions_of_the_setting_and_no_others() {
        let mut fixture = Fixture::new();
        let web = fixture.session(Kind::Web, Some("bob")).id;
        let visitor = fixture.session(Kind::Anonymous, None).id;
        let (before, mut after) = (Policy::default(), Policy::default());
        after.set(Key::WebIdle, 600);
        let plan = LimitPlan::new(Some(Key::WebIdle), &before, &after, false).unwrap();
        assert_eq!(run(&mut fixture, &plan), (1, 1));
        assert_eq!(fixture.get(web).idle_timeout, Some(std::time::Duration::from_secs(600)));
        assert_eq!(fixture.get(visitor).idle_timeout, Some(std::time::Duration::from_secs(1_800)));
        assert_eq!(fixture.details().last().map(String::as_str), Some("web.idle 10m"));
        assert_eq!(run(&mut fixture, &plan), (0, 0), "a second time");
        let longer = LimitPlan::new(Some(Key::WebIdle), &after, &before, false).unwrap();
        assert_eq!(run(&mut fixture, &longer), (0, 0));
        let longer = LimitPlan::new(Some(Key::WebIdle), &after, &before, true).unwrap();
        assert_eq!(run(&mut fixture, &longer), (1, 1));
        assert!(LimitPlan::new(Some(Key::TouchInterval), &before, &after, false).is_none());
    }

    #[test]
    fn preview_counts_the_children_that_end_with_their_parents() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(parent).id;
        let (before, mut after) = (Policy::default(), Policy::default());
        after.set(Key::SsoAbsolute, 1_200);
        let plan = LimitPlan::new(Some(Key::SsoAbsolute), &before, &after, false).unwrap();
        assert_eq!(run(&mut fixture, &plan), (2, 2));
        assert_eq!(fixture.get(child).deadline, fixture.get(parent).deadline);
    }

    #[test]
    fn apply_tells_remembered_sessions_and_long_api_tokens_apart() {
        let (before, mut after) = (Policy::default(), Policy::default());
        for key in [Key::WebAbsolute, Key::RememberAbsolute, Key::ApiAbsolute] {
            after.set(key, 3_600);
        }
        let of = |key| rule(key, &before, &after, false).1;
        let eight_hours = Some(std::time::Duration::from_secs(8 * 3_600));
        assert_eq!((of(Key::WebAbsolute).at_most, of(Key::WebAbsolute).longer_than), (eight_hours, None));
        assert_eq!((of(Key::RememberIdle).at_most, of(Key::RememberIdle).longer_than), (None, eight_hours));
        let ninety_days = Some(std::time::Duration::from_secs(90 * 86_400));
        assert_eq!((of(Key::ApiAbsolute).at_most, of(Key::ApiLongest).at_most), (ninety_days, None));
    }
    use crate::testing::Fixture;

    #[test]
    fn set_stays_within_bounds_and_logs_the_old_value() {
        let mut fixture = Fixture::new();
        let change = fixture.run(|b| set(b, Key::WebIdle, 600)).unwrap();
        assert_eq!((change.before, change.after), (1_800, 600));
        assert_eq!(fixture.details().last().map(String::as_str), Some("web.idle from 30m to 10m"));
        let events = fixture.details().len();
        let same = fixture.run(|b| set(b, Key::WebIdle, 600)).unwrap();
        assert_eq!((same.before, same.after, fixture.details().len()), (600, 600, events));
        assert_eq!(fixture.run(|b| reset(b, Key::WebIdle)).unwrap().after, 1_800);
        fixture.run(|b| reset(b, Key::WebIdle)).unwrap();
        fixture.run(|b| set(b, Key::WebIdle, 1_800)).unwrap();
        assert_eq!(fixture.details().len(), events + 1, "the default is written no more than once");
        let error = fixture.run(|b| set(b, Key::WebIdle, 0)).unwrap_err();
        assert_eq!(error.to_string(), "web.idle must be between 1m and 30d");
    }
}
