//! The confirmation before sessions are ended or deleted.

use std::ops::ControlFlow;

use super::summary::{self, MAX_NAMED};
use super::{Verb, sessions};
use crate::commands::args::BulkArgs;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::Session;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::preview::{Effect, PlannedAct, Preview, preview};
use sessionctl_core::store::Store;

impl BulkArgs {
    /// Shows what will change and asks for confirmation, unless `--yes` was given.
    ///
    /// # Errors
    /// Where the answer is no, there is no terminal, or the run would refuse.
    pub fn confirm(
        &self,
        store: &mut dyn Store,
        selector: &Selector,
        (verb, act): (Verb, PlannedAct),
        context: &mut Context,
    ) -> CommandResult<()> {
        if context.yes {
            return Ok(());
        }
        let request = BulkRequest { expect: self.expect, ..BulkRequest::of(selector.clone()) };
        let (found, shown) = look(store, &request, act, context)?;
        if found.changing > 0 && context.prompt.is_interactive() {
            report_summary(&found, &shown, context);
        }
        confirm(
            Bulk {
                verb: verb.name,
                number: found.changing,
                user: selector.user.single().map(UserName::as_str),
            },
            context,
        )
    }
}

/// What an act would change, and the first sessions of it.
///
/// # Errors
/// What the run would refuse, and the store's.
pub fn look(
    store: &mut dyn Store,
    request: &BulkRequest,
    act: PlannedAct,
    context: &mut Context,
) -> CommandResult<(Preview, Vec<Session>)> {
    let mut shown = Vec::new();
    let found = context.act(store, |cx| {
        preview(cx, request, act, &mut |session, effect| {
            if effect != Effect::None && shown.len() < MAX_NAMED {
                shown.push(session.clone());
            }
            ControlFlow::Continue(())
        })
    })?;
    Ok((found, shown))
}

/// Sums up what an act would change.
pub fn report_summary(found: &Preview, shown: &[Session], context: &mut Context) {
    let lines = summary::lines(found, shown, context.now);
    lines.iter().for_each(|line| context.ui.status(line));
}

/// A change to sessions that needs confirmation.
#[derive(Clone, Copy, Debug)]
pub struct Bulk<'a> {
    /// The verb: `revoke`.
    pub verb: &'a str,
    /// The number of sessions.
    pub number: u64,
    /// Their user, where the selector names one.
    pub user: Option<&'a str>,
}

/// Asks for confirmation: yes or no for one session; for several, the user types the name or the number. It does
/// not ask with `--yes`, or where there is nothing to do.
///
/// # Errors
/// A [`Failure`] where the answer is no, or where there is no terminal.
pub fn confirm(bulk: Bulk<'_>, context: &mut Context) -> CommandResult<()> {
    if context.yes || bulk.number == 0 {
        return Ok(());
    }
    let (verb, number) = (bulk.verb, bulk.number);
    let sessions = sessions(number);
    if !context.prompt.is_interactive() {
        let failure = Failure::usage(format!(
            "{} {sessions} needs confirmation, and there is no terminal to ask on",
            gerund(verb)
        ));
        return Err(failure.hint("add --yes; --dry-run shows what would change").into());
    }
    let meant = if number == 1 {
        let whose = bulk.user.map(|user| format!(" of {user}")).unwrap_or_default();
        context.prompt.confirm(&format!("{} {sessions}{whose}?", capital(verb)))?
    } else {
        let (word, what) = match bulk.user {
            Some(user) => (user.to_owned(), format!("{sessions} of {user}; type the user's name")),
            None => (number.to_string(), format!("{sessions}; type {number}")),
        };
        context.prompt.type_word(&format!("{} {what} to continue", capital(verb)))?.trim() == word
    };
    if meant {
        Ok(())
    } else {
        Err(Failure::of(Outcome::Failed, "not confirmed; nothing was changed").into())
    }
}

/// "revoking" of "revoke": every verb here ends in e.
pub fn gerund(verb: &str) -> String {
    format!("{}ing", verb.strip_suffix('e').unwrap_or(verb))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;

    fn ask(number: u64, user: Option<&str>, answers: &[&str]) -> Result<String, u8> {
        let mut scene = Scene::new().answers(answers);
        let bulk = Bulk { verb: "revoke", number, user };
        match confirm(bulk, &mut scene.context) {
            Ok(()) => Ok(scene.questions()),
            Err(error) => Err(error.failure().unwrap().code),
        }
    }

    #[test]
    fn confirm_asks_for_a_word_for_several_and_a_yes_for_one() {
        assert_eq!(ask(1, None, &["yes"]).unwrap(), "Revoke 1 session?");
        assert_eq!(ask(1, Some("bob"), &["no"]), Err(1));
        assert_eq!(
            ask(12, Some("bob"), &["bob "]).unwrap(),
            "Revoke 12 sessions of bob; type the user's name to continue"
        );
        assert_eq!(ask(12, None, &["12"]).unwrap(), "Revoke 12 sessions; type 12 to continue");
        assert_eq!(ask(12, None, &["yes"]), Err(1));
        assert_eq!(ask(12, Some("bob"), &["12"]), Err(1));
    }

    #[test]
    fn confirm_without_a_terminal_needs_yes() {
        assert_eq!(ask(1, None, &[]), Err(2));
        assert_eq!(ask(0, None, &[]).unwrap(), "");
        let mut scene = Scene::new();
        scene.context.yes = true;
        assert!(confirm(Bulk { verb: "revoke", number: 9, user: None }, &mut scene.context).is_ok());
    }
}
