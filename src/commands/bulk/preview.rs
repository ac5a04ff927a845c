//! The preview of bulk work: what `--dry-run` prints.

use std::ops::ControlFlow;

use super::{Verb, sessions};
use crate::commands::args::BulkArgs;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{SESSION, session_record};
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::store::{Page, Store};

impl BulkArgs {
    /// Prints what matches: the same records, in the same order, as `list` with the same selector. Sessions that
    /// have already ended are among them, as their state shows, and would not change.
    ///
    /// # Errors
    /// Where reading the database or writing the output fails.
    pub fn preview(
        &self,
        store: &dyn Store,
        selector: &Selector,
        verb: Verb,
        context: &mut Context,
    ) -> CommandResult<Outcome> {
        let now = context.now;
        let (mut count, mut active, mut parents) = (0_u64, 0_u64, Vec::new());
        let mut list = context.ui.list(&SESSION)?;
        let mut written = Ok(());
        store.select(selector, Page::whole(Sort::Newest), now, &mut |session| {
            count += 1;
            let live = session.state(now) == State::Active;
            active += u64::from(live);
            if verb.ends_live && live && session.kind == Kind::Sso {
                parents.push(session.id);
            }
            written = list.push(session_record(session, now));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        list.finish(None)?;
        report_children(&parents, store, context)?;
        self.check(count)?;
        let mut outcome = if count == 0 { Outcome::NotFound } else { Outcome::Done };
        for id in &selector.ids {
            if store.session(*id)?.is_none() {
                context.ui.error(&format!("no session {id}"));
                outcome = Outcome::NotFound;
            }
        }
        let live = if verb.ends_live { format!(", {active} of them active") } else { String::new() };
        context.ui.status(&format!(
            "dry run: {} match{}{live}; nothing was changed",
            sessions(count),
            if count == 1 { "es" } else { "" }
        ));
        Ok(outcome)
    }
}

fn report_children(parents: &[SessionId], store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    for parent in parents {
        let children = store.children(*parent)?;
        let live = children.iter().filter(|child| child.state(context.now) == State::Active);
        let children: Vec<String> = live.map(|child| child.id.to_string()).collect();
        if !children.is_empty() {
            context.ui.status(&format!(
                "together with session {parent}, its children end: {}",
                children.join(", ")
            ));
        }
    }
    Ok(())
}
