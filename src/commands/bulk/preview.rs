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
    /// Prints what matches: the same records, in the same order, as `list` with the same selector. Those that
    /// are dead already are among them, as their state shows, and would stay as they are.
    ///
    /// # Errors
    /// Where the database cannot be read or the output not written.
    pub fn preview(
        &self,
        store: &dyn Store,
        selector: &Selector,
        verb: Verb,
        context: &mut Context,
    ) -> CommandResult<Outcome> {
        let now = context.now;
        let (mut count, mut active, mut heads) = (0_u64, 0_u64, Vec::new());
        let mut list = context.ui.list(&SESSION)?;
        let mut written = Ok(());
        store.select(selector, Page::whole(Sort::Newest), now, &mut |session| {
            count += 1;
            let live = session.state(now) == State::Active;
            active += u64::from(live);
            if verb.ends_live && live && session.kind == Kind::Sso {
                heads.push(session.id);
            }
            written = list.push(session_record(session, now));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        list.finish(None)?;
        tell_of_families(&heads, store, context)?;
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

fn tell_of_families(heads: &[SessionId], store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    for head in heads {
        let children = store.children(*head)?;
        let live = children.iter().filter(|child| child.state(context.now) == State::Active);
        let fall: Vec<String> = live.map(|child| child.id.to_string()).collect();
        if !fall.is_empty() {
            context
                .ui
                .status(&format!("with session {head}, the head of a family, fall: {}", fall.join(", ")));
        }
    }
    Ok(())
}
