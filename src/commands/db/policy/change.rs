//! `db policy NAME VALUE` and `--apply`: sets a setting, and gives active sessions the limits of the policy.

use std::ops::ControlFlow;

use super::{PolicyArgs, VIEW, record};
use crate::commands::outcome::usage;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, SESSION, View, session_record};
use sessionctl_core::counted;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::policy::{self, LimitPlan};
use sessionctl_core::store::{Change as StoreChange, Limits, Store};

const COUNTS: &[&str] = &["changed_sessions", "longer_sessions"];
const CHANGED_FIELDS: [&str; VIEW.fields.len() + COUNTS.len()] = View::joined(VIEW.fields, COUNTS);

/// A setting after a change: the active sessions that got its limit, and those that keep a longer one.
pub(in crate::commands) const CHANGED: View = View { fields: &CHANGED_FIELDS, ..VIEW };

const NEW_LIMITS: &[&str] = &["new_expires_at", "new_absolute_expires_at", "new_idle_timeout"];
const PLANNED_FIELDS: [&str; SESSION.fields.len() + NEW_LIMITS.len()] =
    View::joined(SESSION.fields, NEW_LIMITS);

/// A session with the limits that it would get.
pub(in crate::commands) const PLANNED: View = View {
    fields: &PLANNED_FIELDS,
    columns: &["id", "kind", "user", "app", "label", "expires_at", "new_expires_at"],
    ..SESSION
};

/// What is asked for.
struct Change {
    key: Option<Key>,
    /// The setting's new value; none where only the policy as it is gets applied.
    value: Option<NewValue>,
    plan: Option<LimitPlan>,
    /// The same with longer limits as well.
    longer_plan: Option<LimitPlan>,
    before: Policy,
    after: Policy,
}

#[derive(Clone, Copy)]
enum NewValue {
    Default,
    Is(u64),
}

pub(super) fn run(args: &PolicyArgs, key: Option<Key>, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(if args.apply && args.dry_run { &PLANNED } else { &CHANGED })?;
    let value = match (key, args.value.as_deref()) {
        (_, None) | (None, _) => None,
        (Some(_), Some("default")) => Some(NewValue::Default),
        (Some(key), Some(text)) => Some(NewValue::Is(key.setting().parse(text).map_err(usage)?)),
    };
    let mut store = match args.dry_run || args.value.is_none() {
        true => context.host.open_to_read()?,
        false => context.host.open_to_write()?,
    };
    let before = store.policy()?;
    let mut after = before.clone();
    if let (Some(key), Some(value)) = (key, value) {
        after.set(
            key,
            match value {
                NewValue::Default => key.setting().default,
                NewValue::Is(value) => value,
            },
        );
    }
    let plan = LimitPlan::new(key, &before, &after, args.lengthen);
    let longer_plan = LimitPlan::new(key, &before, &after, true);
    let change = Change { key, value, plan, longer_plan, before, after };
    match (&change.plan, key) {
        (None, Some(key)) if args.apply => {
            let message =
                format!("{} is not a session limit, so it cannot be applied to them", key.setting().name);
            return Err(Failure::usage(message).into());
        }
        _ => {}
    }
    if args.dry_run {
        return change.preview(args, store.as_mut(), context);
    }
    if args.apply {
        change.confirm(store.as_mut(), context)?;
        drop(store);
        store = context.host.open_to_write_existing()?;
    }
    change.set(store.as_mut(), context)?;
    change.finish(args, store.as_mut(), context)
}

impl Change {
    /// What the plan would change.
    fn count(&self, store: &mut dyn Store, context: &mut Context) -> CommandResult<Planned> {
        Planned::count(self.plan.as_ref(), store, context)
    }

    /// How many active sessions keep a limit that is shorter than the new one: nothing shortens them, and only `--lengthen`
    /// lengthens them. Zero where others keep a longer one.
    fn count_shorter(&self, longer: u64, store: &mut dyn Store, context: &mut Context) -> CommandResult<u64> {
        if longer > 0 || !self.changes() {
            return Ok(0);
        }
        Ok(Planned::count(self.longer_plan.as_ref(), store, context)?.changing)
    }

    fn confirm(&self, store: &mut dyn Store, context: &mut Context) -> CommandResult<()> {
        if context.yes || !context.prompt.is_interactive() {
            return Ok(());
        }
        let planned = self.count(store, context)?;
        let ending = planned.ending("to end now");
        let question = format!("Change the limits of {}{ending}?", sessions(planned.changing));
        if planned.changing == 0 || context.prompt.confirm(&question)? {
            return Ok(());
        }
        Err(Failure::of(Outcome::Failed, "not confirmed; nothing was changed").into())
    }

    fn set(&self, store: &mut dyn Store, context: &mut Context) -> CommandResult<()> {
        let (Some(key), Some(value)) = (self.key, self.value) else { return Ok(()) };
        context.act(store, |cx| match value {
            NewValue::Default => policy::reset(cx, key),
            NewValue::Is(value) => policy::set(cx, key, value),
        })?;
        Ok(())
    }

    /// Applies the plan where that is asked for, and reports what has become of the setting and of active sessions.
    fn finish(
        &self,
        args: &PolicyArgs,
        store: &mut dyn Store,
        context: &mut Context,
    ) -> CommandResult<Outcome> {
        let mut changed = None;
        let mut finished = true;
        let mut ended = 0;
        if let Some(plan) = self.plan.as_ref().filter(|_| args.apply) {
            let mut progress = context.progress.start("sessions looked at", None);
            let mut seen = 0;
            let totals = context.act_printing(store, |cx, _, host| {
                policy::apply(cx, plan, &mut |batch| {
                    seen += batch.changes.len() as u64;
                    let ends = |change: &&StoreChange| {
                        change.changed && change.deadline.is_some_and(|deadline| deadline <= batch.at)
                    };
                    ended += batch.changes.iter().filter(ends).count() as u64;
                    progress.reached(seen);
                    if host.interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })
            });
            progress.finish();
            let totals = totals?;
            finished = totals.iter().all(|totals| totals.finished);
            changed = Some(totals.iter().map(|totals| totals.changed).sum::<u64>());
        }
        // A limit that was made longer leaves shorter ones as they are.
        let longer = self.count(store, context)?.changing;
        self.print(changed, longer, context)?;
        if let (Some(key), Some(_)) = (self.key, self.value) {
            let (now, was) = self.values(key);
            let name = key.setting().name;
            context.ui.status(&match self.changes() {
                true => format!("{name} is {now}, was {was}"),
                false => format!("{name} is {now} already"),
            });
        }
        let shorter = match changed {
            Some(number) if number > 0 => 0,
            _ => self.count_shorter(longer, store, context)?,
        };
        match changed {
            Some(changing) if shorter == 0 => {
                let ending = Planned { changing, ending: ended }.ending("ended");
                context.ui.status(&format!("{} changed{ending}", sessions(changing)));
            }
            _ if longer + shorter > 0 && self.changes() => self.report_kept(longer, shorter, context),
            _ => {}
        }
        if finished { Ok(Outcome::Done) } else { Ok(Outcome::Interrupted) }
    }

    /// Reports how many sessions keep limits that are longer or shorter than the policy's, and what would change them.
    fn report_kept(&self, longer: u64, shorter: u64, context: &mut Context) {
        let keep = longer + shorter;
        let (keeps, them) = if keep == 1 { ("keeps its limit", "it") } else { ("keep their limits", "them") };
        let name = self.key.map_or("", |key| key.setting().name);
        let options = if longer > 0 { "--apply` shortens" } else { "--apply --lengthen` lengthens" };
        context.ui.status(&format!("{} {keeps}", sessions(keep)));
        context.ui.hint(&format!("`sessionctl db policy {name} {options} {them} too"));
    }

    fn print(&self, changed: Option<u64>, longer: u64, context: &mut Context) -> CommandResult<()> {
        let base = match self.key {
            Some(key) => record(key.setting(), &self.after)?,
            // The policy as a whole has no name and no value.
            None => Record::new(),
        };
        let record = base.with("changed_sessions", changed).with("longer_sessions", longer);
        Ok(context.print_result(&CHANGED, record)?)
    }

    /// Whether the setting gets another value.
    fn changes(&self) -> bool {
        self.key.is_some_and(|key| self.before.get(key) != self.after.get(key))
    }

    /// The value after the change and before it, as they are written.
    fn values(&self, key: Key) -> (String, String) {
        let show = |policy: &Policy| key.setting().show(policy.get(key));
        (show(&self.after), show(&self.before))
    }

    fn preview(
        &self,
        args: &PolicyArgs,
        store: &mut dyn Store,
        context: &mut Context,
    ) -> CommandResult<Outcome> {
        let planned = match &self.plan {
            Some(plan) if args.apply => list(plan, store, context)?,
            _ => {
                let longer = self.count(store, context)?.changing;
                self.print(None, longer, context)?;
                Planned { changing: longer + self.count_shorter(longer, store, context)?, ending: 0 }
            }
        };
        let setting = match (self.key, self.value) {
            (Some(key), Some(_)) => {
                let (now, was) = self.values(key);
                let name = key.setting().name;
                match self.changes() {
                    true => format!("{name} would be {now}, is {was}; "),
                    false => format!("{name} is {now} already; "),
                }
            }
            _ => String::new(),
        };
        let effect = if args.apply { "would change" } else { "would keep their limits" };
        let changing = sessions(planned.changing);
        let ending = planned.ending("would end now");
        context.ui.status(&format!("dry run: {setting}{changing} {effect}{ending}; nothing was changed"));
        Ok(Outcome::Done)
    }
}

/// How many active sessions an application of the policy changes.
#[derive(Clone, Copy, Debug, Default)]
struct Planned {
    changing: u64,
    /// Those among them whose new limits have passed already: they end at once.
    ending: u64,
}

impl Planned {
    /// What a plan would change.
    fn count(plan: Option<&LimitPlan>, store: &mut dyn Store, context: &mut Context) -> CommandResult<Self> {
        let mut planned = Planned::default();
        if let Some(plan) = plan {
            context.act(store, |cx| {
                let now = cx.now();
                policy::preview_apply(cx, plan, &mut |_, limits| {
                    planned.add(limits, now);
                    ControlFlow::Continue(())
                })
            })?;
        }
        Ok(planned)
    }

    fn add(&mut self, limits: &Limits, now: Timestamp) {
        self.changing += 1;
        self.ending += u64::from(limits.deadline <= now);
    }

    /// How many end, as the words that follow how many change.
    fn ending(self, words: &str) -> String {
        if self.ending == 0 { String::new() } else { format!(", {} {words}", self.ending) }
    }
}

/// Lists the sessions that would change, with their new limits.
fn list(plan: &LimitPlan, store: &mut dyn Store, context: &mut Context) -> CommandResult<Planned> {
    context.act_printing(store, |cx, results, _| {
        let now = cx.now();
        let mut list = results.list(&PLANNED)?;
        let (mut written, mut planned) = (Ok(()), Planned::default());
        policy::preview_apply(cx, plan, &mut |session, limits| {
            planned.add(limits, now);
            let record = session_record(session.clone(), now)
                .with("new_expires_at", limits.deadline)
                .with("new_absolute_expires_at", limits.absolute_expires_at)
                .with("new_idle_timeout", limits.idle_timeout);
            written = list.push(record);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        list.finish(None)?;
        Ok(planned)
    })
}

fn sessions(number: u64) -> String {
    counted(number, "active session", "active sessions")
}
