//! `expire`: sets the deadline of sessions, now or at another time, earlier or later.

use std::time::Duration;

use super::args::BulkArgs;
use super::bulk::{Verb, before_that_time, report, selection};
use super::{CommandResult, Context, Outcome, excluded, nothing_matches};
use crate::output::{SESSION, View};
use sessionctl_core::model::time::{When, parse_duration};
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::expire;
use sessionctl_core::ops::preview::PlannedAct;
use sessionctl_core::store::EndRule;

/// Expire sessions, now or at a given time
///
/// The time can be earlier or later than the current deadline, but never past a session's absolute limit or its
/// parent's deadline. An ended session does not change. The new deadline applies whether or not the session is used. On
/// a terminal, without arguments, the command lets you select sessions.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Now
    sessionctl expire 42
  Expire all sessions at ten tonight
    sessionctl expire --all --state active --at 2026-01-31T22:00:00Z --yes
  Give sessions unused for a week six more hours
    sessionctl expire --seen-before 7d --in 6h
  Extend one session to four hours from now
    sessionctl expire 42 --in 4h")]
pub struct ExpireArgs {
    /// This long from now
    #[arg(long = "in", value_name = "DURATION", conflicts_with = "at", value_parser = parse_duration)]
    after: Option<Duration>,

    /// At this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,

    #[command(flatten)]
    bulk: BulkArgs,
}

const PLANNED_FIELDS: [&str; SESSION.fields.len() + 1] = View::joined(SESSION.fields, &["new_expires_at"]);

/// A session with the deadline that it would get.
pub(in crate::commands) const PLANNED: View = View {
    fields: &PLANNED_FIELDS,
    columns: &["id", "kind", "state", "user", "app", "label", "last_ip", "expires_at", "new_expires_at"],
    ..SESSION
};

/// Runs `expire`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &ExpireArgs, context: &mut Context) -> CommandResult<Outcome> {
    let end = match (args.after, args.at) {
        // A duration without a sign is one from now: no end is set in the past.
        (Some(span), _) | (None, Some(When::Unsigned(span) | When::FromNow(span))) => EndRule::In(span),
        (None, Some(when)) => EndRule::At(when.resolve_ahead(context.now, context.ui.options().zone)),
        (None, None) => EndRule::Now,
    };
    let verb = Verb::expire(end == EndRule::Now);
    context.refuse_unknown_zone(args.at)?;
    args.bulk.begin(&report::RESULT, &PLANNED, context)?;
    args.bulk.refuse_empty(context)?;
    let plan = (verb, PlannedAct::Expire(end));
    let mut reader = context.host.open_to_read()?;
    let mut selector = args.bulk.selector.resolve(reader.as_ref(), context)?;
    if args.bulk.selector.is_empty() {
        selector.ids = selection::several("expire", reader.as_ref(), context)?;
    }
    excluded::report(reader.as_ref(), &selector, context)?;
    if args.bulk.dry_run {
        let planned = args.bulk.preview(reader.as_mut(), &selector, plan, &PLANNED, context);
        return nothing_matches::report_of(planned, &selector, reader.as_ref(), context);
    }
    args.bulk.confirm(reader.as_mut(), &selector, plan, context)?;
    let mut store = context.open_to_change(reader.as_ref())?;
    drop(reader);
    let plan = BulkRequest { expect: args.bulk.expect, ..BulkRequest::of(selector.clone()) };
    let mut clamped = 0;
    let outcome = report::run(store.as_mut(), verb, (None, args.bulk.expect), context, |cx, each| {
        let expired = expire::expire(cx, &plan, end, each)?;
        clamped = expired.clamped;
        Ok(expired.totals)
    });
    let outcome = nothing_matches::report_of(outcome, &selector, store.as_ref(), context)?;
    if clamped > 0 {
        context.ui.status(&before_that_time(clamped, &format!("{clamped} will")));
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use crate::output::Format;
    use sessionctl_core::model::session::{Kind, State};

    #[test]
    fn expire_sets_a_deadline_now_or_in_the_future() {
        let mut scene = Scene::new().format(Format::Csv);
        scene.context.yes = true;
        let (now, soon) =
            (scene.session(Kind::Web, Some("bob")).id, scene.session(Kind::Web, Some("bob")).id);
        assert_eq!(scene.run(&[&now.to_string()], run).unwrap(), 0);
        assert_eq!(scene.state(now), State::Expired);
        for way in ["--in", "--at"] {
            assert_eq!(scene.run(&[&soon.to_string(), way, "10m"], run).unwrap(), 0);
        }
        assert!(scene.out().contains(&format!("{soon},rescheduled,active")));
        scene.later(599);
        assert_eq!(scene.state(soon), State::Active);
        scene.later(1);
        assert_eq!(scene.state(soon), State::Expired);
        assert_eq!(scene.run(&["--user", "bob"], run).unwrap(), 3);
        assert_eq!(scene.run(&[], run).unwrap(), 2);
    }

    #[test]
    fn expire_of_several_asks_for_the_user_name() {
        let mut scene = Scene::new().answers(&["no", "bob"]);
        let ids = [(); 2].map(|()| scene.session(Kind::Web, Some("bob")).id);
        assert_eq!(scene.run(&["--user", "bob"], run).unwrap(), 1);
        assert_eq!(ids.map(|id| scene.state(id)), [State::Active; 2]);
        assert_eq!(scene.run(&["--user", "bob"], run).unwrap(), 0);
        assert_eq!(ids.map(|id| scene.state(id)), [State::Expired; 2]);
    }
}
