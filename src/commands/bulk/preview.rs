//! The preview of bulk work: what `--dry-run` prints.

use std::ops::ControlFlow;

use super::{Verb, outcome, summary};
use crate::commands::args::BulkArgs;
use crate::commands::list_total::no_room;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Unprinted, View, session_record};
use sessionctl_core::counted;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::preview::{Effect, PlannedAct, Preview, preview};
use sessionctl_core::store::Store;

/// Children of one parent that a message names, at most.
const MAX_NAMED_CHILDREN: usize = 20;

impl BulkArgs {
    /// Prints what matches: the same records, in the same order, as `list` with the same selector, and the new deadline
    /// where `view` has a field for it. It refuses what the run would refuse.
    ///
    /// # Errors
    /// What the run would refuse; or reading the database or writing the output fails.
    pub fn preview(
        &self,
        store: &mut dyn Store,
        selector: &Selector,
        (verb, act): (Verb, PlannedAct),
        view: &View,
        context: &mut Context,
    ) -> CommandResult<Outcome> {
        let request = BulkRequest { expect: self.expect, ..BulkRequest::of(selector.clone()) };
        context.ui.explain("select and check as the run would, in one read, and write nothing");
        context.read_clock(store)?;
        let moment = context.moment();
        let (found, unprinted) = context.act_printing(store, |cx, results, _| -> CommandResult<_> {
            let now = cx.now();
            let mut list = results.list(view)?;
            let mut written = Ok(());
            let found = preview(cx, &request, act, &mut |session, effect| {
                let mut record = session_record(session.clone(), moment);
                let new_deadline = match effect {
                    Effect::Ends => Some(now),
                    Effect::NewDeadline { new, .. } => Some(new),
                    _ => None,
                };
                record.push("new_expires_at", new_deadline);
                written = list.push(record);
                if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            written?;
            let unprinted = list.finish(None)?;
            Ok((found?, unprinted))
        })?;
        Ok(report((&found, &unprinted), verb, self.expect, context))
    }
}

/// The first of these ids, and how many more there are: `1, 2, and 7 more`.
fn first_ids(ids: &[SessionId]) -> String {
    let (named, rest) = ids.split_at(ids.len().min(MAX_NAMED_CHILDREN));
    let named: Vec<String> = named.iter().map(ToString::to_string).collect();
    format!("{}{}", named.join(", "), summary::and_more(rest.len() as u64))
}

fn report(
    (found, unprinted): (&Preview, &Unprinted),
    verb: Verb,
    expect: Option<u64>,
    context: &mut Context,
) -> Outcome {
    for (parent, children) in &found.cascades {
        let children = first_ids(children);
        context.ui.status(&format!("together with session {parent}, its children end: {children}"));
    }
    for (parent, children) in &found.kept {
        let children = first_ids(children);
        context
            .ui
            .status(&format!("session {parent} would be kept: sessions under it would stay: {children}"));
    }
    for id in &found.missing {
        context.ui.error(&format!("no session {id}"));
    }
    let totals = if verb.ends_live { summary::totals(found) } else { Vec::new() };
    for line in totals.into_iter().chain(summary::clamped(found, "would")) {
        context.ui.status(&line);
    }
    for line in summary::moved_ends(found, "would") {
        context.ui.status(&line);
    }
    let active = match verb.ends_live {
        true => format!(", {} of them active", found.changing),
        false if !found.kept.is_empty() => format!(", {} of them would be deleted", found.changing),
        false => String::new(),
    };
    context.ui.status(&format!(
        "dry run: {}{active}; nothing was changed{}",
        counted(found.matched, "session matches", "sessions match"),
        no_room(unprinted)
    ));
    outcome(found.matched, found.missing.len(), expect)
}
