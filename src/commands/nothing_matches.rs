//! Where no session matches a selector: how many match that have ended, and how to see them. Only active sessions are selected
//! where no state is asked for, which is easily forgotten.

use super::{CommandError, CommandResult, Context, Outcome};
use sessionctl_core::counted;
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::OpsError;
use sessionctl_core::store::{FullScan, Store, StoreError};

/// A command that reads fewer sessions takes no noticeable time.
const SLOW_SCAN_SESSIONS: i64 = 100_000;

/// The scan that a selector needs, where it takes long.
///
/// # Errors
/// The store's.
pub(super) fn slow_scan(selector: &Selector, store: &dyn Store) -> CommandResult<Option<FullScan>> {
    let Some(searched) = store.full_scan(selector) else { return Ok(None) };
    let is_slow = store.newest()?.is_some_and(|newest| newest.get() > SLOW_SCAN_SESSIONS);
    Ok(is_slow.then_some(searched))
}

/// That no session matches, and how many that have ended do; `look` is how to see them.
///
/// # Errors
/// The store's.
pub(super) fn sentence(
    selector: &Selector,
    store: &dyn Store,
    now: Timestamp,
    look: impl FnOnce(&str) -> String,
) -> CommandResult<String> {
    Ok(match ended(selector, store, now)? {
        0 => "no session matches".to_owned(),
        1 => format!("no active session matches; 1 that has ended does: {}", look("it")),
        number => format!("no active session matches; {number} that have ended do: {}", look("them")),
    })
}

/// How many sessions that have ended match where only active ones were asked for, because no state was; zero where counting
/// them would take long.
fn ended(selector: &Selector, store: &dyn Store, now: Timestamp) -> CommandResult<u64> {
    let any = Selector { state: Some(StateFilter::Any), ..selector.clone() };
    let is_asked = selector.state.is_some() || selector.effective_state() != StateFilter::Only(State::Active);
    if is_asked || selector.expiring_by.is_some() || slow_scan(&any, store)?.is_some() {
        return Ok(0);
    }
    Ok(store.count(&any, now)?)
}

/// Where single addresses are asked for, hints at the number of sessions from their networks, unless counting takes long.
///
/// # Errors
/// The store's.
pub(super) fn hint_at_network(
    selector: &Selector,
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<()> {
    let around = |blocks: &[Cidr]| -> Vec<Cidr> {
        blocks.iter().map(|block| block.network().unwrap_or(*block)).collect()
    };
    let mut wider = selector.clone();
    wider.ip.any_of = around(&selector.ip.any_of);
    wider.last_ip.any_of = around(&selector.last_ip.any_of);
    let mut blocks = wider.ip.any_of.iter().map(|block| ("--ip", block));
    let mut blocks_of_last = wider.last_ip.any_of.iter().map(|block| ("--last-ip", block));
    let Some((option, block)) = blocks.next().or_else(|| blocks_of_last.next()) else { return Ok(()) };
    let is_wider = wider.ip != selector.ip || wider.last_ip != selector.last_ip;
    if !is_wider || slow_scan(&wider, store)?.is_some() {
        return Ok(());
    }
    let number = store.count(&wider, context.now)?;
    if number > 0 {
        let sessions = counted(number, "session that matches is", "sessions that match are");
        context.ui.hint(&format!("{sessions} from the network around: {option} {block}"));
    }
    Ok(())
}

/// Reports it for a command that would have ended sessions, with its outcome, and returns that. Where a session was named by
/// its id, the command has reported what became of it.
///
/// # Errors
/// Those of the outcome.
pub(super) fn report_of(
    outcome: CommandResult<Outcome>,
    selector: &Selector,
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let is_none = match &outcome {
        Ok(outcome) => *outcome == Outcome::NotFound,
        Err(
            CommandError::Store(StoreError::CountMismatch { found, .. })
            | CommandError::Ops(OpsError::Store(StoreError::CountMismatch { found, .. })),
        ) => *found == 0,
        Err(_) => false,
    };
    if is_none && selector.ids.is_empty() && !context.ui.options().quiet {
        let look = |them: &str| format!("`sessionctl list --all` with the same selector shows {them}");
        // What was done or refused is reported whether or not this can be read.
        if let Ok(sentence) = sentence(selector, store, context.now, look) {
            context.ui.status(&sentence);
        }
        let _ = hint_at_network(selector, store, context);
    }
    outcome
}
