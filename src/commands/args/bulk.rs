//! What expire, revoke and prune share: the selector, a look before the leap, and the question whether it is
//! meant. What is done to the sessions is the commands' matter; `report` tells of it.

use std::ops::ControlFlow;

use super::{Bulk, SelectorArgs, confirm, pick};
use crate::commands::{Context, Failure, Outcome};
use crate::output::{SESSION, UnknownField, View, session_record};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::store::{Page, Store, StoreError};

/// So many sessions are shown before it is asked whether all are meant.
const SHOWN: u64 = 10;

/// The arguments. The selector's own heading lasts to the end of the help, so what flattens this puts it last.
#[derive(Debug, clap::Args)]
pub struct BulkArgs {
    /// Show the sessions that match, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Refuse unless exactly so many sessions match
    #[arg(long, value_name = "N")]
    pub expect: Option<u64>,

    /// Which sessions
    #[command(flatten, next_help_heading = "Which sessions")]
    pub selector: SelectorArgs,
}

/// What a bulk command calls what it does.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The command: `revoke`.
    pub name: &'static str,
    /// What a changed session is: `revoked`.
    pub done: &'static str,
    /// Whether it ends live sessions, and the families under them; else it is for dead ones.
    pub ends_live: bool,
}

impl BulkArgs {
    /// Refuses fields that what will be printed does not have, before anything is read or done.
    ///
    /// # Errors
    /// [`UnknownField`].
    pub fn begin(&self, report: &View, context: &Context) -> Result<(), UnknownField> {
        context.ui.check_fields(if self.dry_run { &SESSION } else { report })
    }

    /// Refuses to act where nothing is selected, unless a person can pick: for all sessions it must be said.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn refuse_empty(&self, context: &Context) -> Result<(), Failure> {
        if !self.selector.is_empty() || context.prompt.is_interactive() && !self.dry_run {
            return Ok(());
        }
        Err(Failure::usage("no session is selected").hint("name ids, filter them, or say --all"))
    }

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
    ) -> anyhow::Result<Outcome> {
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

    /// Shows what will be changed and asks whether it is meant, unless `--yes` was said.
    ///
    /// # Errors
    /// Where it was not confirmed, nobody can be asked, or another number matches than is expected.
    pub fn confirm(
        &self,
        store: &dyn Store,
        selector: &Selector,
        verb: Verb,
        context: &mut Context,
    ) -> anyhow::Result<()> {
        if context.yes {
            return Ok(());
        }
        let now = context.now;
        self.check(store.count(selector, now)?)?;
        let changing = match (verb.ends_live, selector.effective_state()) {
            (false, _) => Some(selector.clone()),
            (true, StateFilter::Any | StateFilter::Only(State::Active)) => {
                let live = Some(StateFilter::Only(State::Active));
                Some(Selector { state: live, ..selector.clone() })
            }
            // What is dead stays as it is.
            (true, _) => None,
        };
        let Some(changing) = changing else { return Ok(()) };
        let number = store.count(&changing, now)?;
        if number > 0 && context.prompt.is_interactive() {
            let mut lines = Vec::new();
            let page = Page { sort: Sort::Newest, after: None, limit: Some(SHOWN) };
            store.select(&changing, page, now, &mut |session| {
                lines.push(pick::describe(&session, now));
                ControlFlow::Continue(())
            })?;
            lines.iter().for_each(|line| context.ui.status(line));
            if number > SHOWN {
                context.ui.status(&format!("and {} more", number - SHOWN));
            }
        }
        confirm(Bulk { verb: verb.name, number, user: selector.user.as_ref() }, context)
    }

    fn check(&self, found: u64) -> Result<(), StoreError> {
        match self.expect {
            Some(expected) if expected != found => Err(StoreError::Unexpected { expected, found }),
            _ => Ok(()),
        }
    }
}

fn sessions(number: u64) -> String {
    if number == 1 { "1 session".to_owned() } else { format!("{number} sessions") }
}

fn tell_of_families(heads: &[SessionId], store: &dyn Store, context: &mut Context) -> anyhow::Result<()> {
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
