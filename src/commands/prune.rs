//! `prune`: deletes what has long been dead.

use std::time::Duration;

use super::args::BulkArgs;
use super::bulk::{Verb, report};
use super::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::selector::StateFilter;
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::prune;

const VERB: Verb = Verb { name: "prune", done: "deleted", ends_live: false };

/// Delete sessions that have long been dead
///
/// Only what expired or was revoked so long ago, in small steps that let others write. The log keeps what
/// happened to them. A selector narrows it down further.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  In a nightly cron job
    sessionctl prune --yes -q
  Anonymous sessions sooner than others
    sessionctl prune --anonymous --older-than 1d --yes")]
pub struct PruneArgs {
    /// Dead for at least so long; the policy's prune.older_than unless given
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    older_than: Option<Duration>,

    #[command(flatten)]
    bulk: BulkArgs,
}

/// Runs `prune`.
///
/// # Errors
/// Where nothing could be told or done.
pub fn run(args: &PruneArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.bulk.begin(&report::RESULT, context)?;
    let reader = context.host.open_to_read()?;
    let mut selector = args.bulk.selector.resolve(reader.as_ref(), context)?;
    if selector.state == Some(StateFilter::Only(State::Active)) {
        return Err(Failure::usage("prune deletes what is dead, never active sessions").into());
    }
    let age = match args.older_than {
        Some(span) => span,
        None => reader.policy()?.span(Key::PruneAge),
    };
    selector.ended_by = Some(context.now.minus(age));
    if args.bulk.dry_run {
        return nothing_is_fine(args.bulk.preview(reader.as_ref(), &selector, VERB, context));
    }
    args.bulk.confirm(reader.as_ref(), &selector, VERB, context)?;
    let total = reader.count(&selector, context.now)?;
    drop(reader);
    let mut store = context.host.open_to_write_existing()?;
    let plan = BulkRequest { expect: args.bulk.expect, ..BulkRequest::of(selector) };
    let mut kept = None;
    let outcome = report::run(store.as_mut(), VERB, Some(total), context, |cx, each| {
        let pruned = prune::prune(cx, &plan, Some(age), each)?;
        kept = pruned.not_erased;
        Ok(pruned.totals)
    });
    if let Some(error) = kept {
        context.ui.detail(&format!("the write-ahead log stays as large as it is for now: {error}"));
    }
    nothing_is_fine(outcome)
}

/// Where nothing has been dead for long enough, a nightly job has done its work.
fn nothing_is_fine(outcome: CommandResult<Outcome>) -> CommandResult<Outcome> {
    outcome.map(|outcome| if outcome == Outcome::NotFound { Outcome::Done } else { outcome })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use crate::output::Format;
    use sessionctl_core::model::session::Kind;

    #[test]
    fn only_what_has_long_been_dead_goes() {
        let mut scene = Scene::new().format(Format::Ids);
        let old = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&[], run).unwrap(), 0, "there is nothing to do or to ask");
        scene.later(31 * 86_400);
        let live = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&["--dry-run"], run).unwrap(), 0);
        assert_eq!(scene.out(), format!("{old}\n"));
        assert_eq!(scene.run(&[], run).unwrap(), 2, "nobody can be asked");
        assert_eq!(scene.run(&["--state", "active"], run).unwrap(), 2);
        scene.context.yes = true;
        assert_eq!(scene.run(&["--older-than", "40d"], run).unwrap(), 0);
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert_eq!(scene.out(), format!("{old}\n{old}\n"));
        let mut list = Vec::new();
        let store = scene.context.host.open_to_read().unwrap();
        let all = sessionctl_core::model::selector::Selector { all: true, ..Default::default() };
        let page = sessionctl_core::store::Page::whole(sessionctl_core::model::selector::Sort::Newest);
        let each = &mut |session: sessionctl_core::model::session::Session| {
            list.push(session.id);
            std::ops::ControlFlow::Continue(())
        };
        store.select(&all, page, scene.context.now, each).unwrap();
        assert_eq!(list, [live]);
    }
}
