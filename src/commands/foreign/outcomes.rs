//! The results of an act on another program's table: for each session, and what both commands report of the whole. What only
//! one of them reports belongs to that command.

use std::path::Path;

use super::error;
use super::open::Database;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use crate::output::{Format, Record, ResultWord, ResultWords, Value, View};
use sessionctl_core::counted;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Preview, Target, TargetOutcome};

/// What becomes of a session of another program, and what it means: the words that commands share.
pub(super) const ALREADY_GONE: (&str, &str) = ("already gone", "its row was not there any more");
pub(super) const CAME_BACK: (&str, &str) =
    ("came back", "the program wrote it again after it was ended: see --recheck");
pub(super) const NOT_REACHED: (&str, &str) = ("not reached", "an error stopped the command before");

/// How a command names what becomes of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    planned: ResultWord,
    ended: ResultWord,
    changed: ResultWord,
    already_gone: ResultWord,
    came_back: ResultWord,
    not_reached: ResultWord,
}

impl Words {
    /// The words of a list: the first is that of a session before the act, the second where the act ended it, the third where
    /// it had changed meanwhile.
    pub(super) const fn new(list: ResultWords, [planned, ended, changed]: [&str; 3]) -> Self {
        Words {
            planned: list.word(planned),
            ended: list.word(ended),
            changed: list.word(changed),
            already_gone: list.word(ALREADY_GONE.0),
            came_back: list.word(CAME_BACK.0),
            not_reached: list.word(NOT_REACHED.0),
        }
    }

    fn word(self, outcome: Option<TargetOutcome>) -> ResultWord {
        match outcome {
            None => self.planned,
            Some(TargetOutcome::Ended) => self.ended,
            Some(TargetOutcome::AlreadyGone) => self.already_gone,
            Some(TargetOutcome::ChangedSince) => self.changed,
            Some(TargetOutcome::CameBack) => self.came_back,
            Some(TargetOutcome::NotReached) => self.not_reached,
        }
    }
}

/// Prints a result for each session; `last` is the value of the last field of `view`. Where a format shows ids or their
/// number only, those that were ended are meant.
pub(super) fn print(
    (view, words): (&View, Words),
    preview: &Preview,
    outcomes: Option<&[TargetOutcome]>,
    last: impl Fn(&Target) -> (&'static str, Value),
    context: &mut Context,
) -> CommandResult<()> {
    let only_ended = outcomes.is_some() && matches!(context.ui.options().format, Format::Ids | Format::Count);
    let mut list = context.ui.list(view)?;
    for (index, target) in preview.targets.iter().enumerate() {
        let outcome = outcomes.map(|outcomes| outcomes[index]);
        if only_ended && outcome != Some(TargetOutcome::Ended) {
            continue;
        }
        let (field, value) = last(target);
        list.push(
            Record::new()
                .with("id", target.id.as_str())
                .with("result", words.word(outcome))
                .with(field, value),
        )?;
    }
    list.finish(None)?;
    Ok(())
}

/// The name of the user whose sessions are to end, where a selector names one user and the sessions are of no other: a
/// person types it, as for our own sessions.
pub(super) fn single_user<'p>(filter: &Filter, preview: &'p Preview) -> Option<&'p str> {
    match (filter.users.as_slice(), preview.users.as_slice()) {
        ([_], [(name, ..)]) if name.trim() == name && !name.is_empty() && escape_text(name) == *name => {
            Some(name)
        }
        _ => None,
    }
}

/// Refuses where another number of sessions matches than was expected, before anything is changed.
pub(super) fn check_expected(expected: Option<u64>, matched: u64) -> Result<(), Failure> {
    match expected.filter(|expected| *expected != matched) {
        None => Ok(()),
        Some(expected) => {
            let message = ops::OpsError::Count { matched, expected }.to_string();
            Err(Failure::of(Outcome::Refused, message))
        }
    }
}

/// Reports what a backup holds.
pub(super) fn report_backup(file: Option<&Path>, context: &mut Context) {
    if let Some(file) = file {
        context.ui.status(&format!(
            "{} holds live sessions: delete it when you are sure",
            escape_text(&file.display().to_string())
        ));
    }
}

/// Reports what stopped an act after a part of it was done.
pub(super) fn report_stopped(
    error: &ops::OpsError,
    (done, count): (&str, u64),
    rest: u64,
    database: &Database,
    context: &mut Context,
) -> Outcome {
    let (words, outcome) = error::stopped(error, &database.detected);
    let rest = if rest > 0 {
        format!(", {} not reached: run it again to continue", counted(rest, "was", "were"))
    } else {
        String::new()
    };
    context.ui.error(&format!("stopped after {} {done}{rest}: {words}", counted(count, "was", "were")));
    outcome
}

/// The outcome where rows could not be read on which a selector depends: whether they match is not known.
pub(super) fn with_unreadable(outcome: Outcome, unreadable: u64, context: &mut Context) -> Outcome {
    if unreadable == 0 || !matches!(outcome, Outcome::Done | Outcome::NotFound) {
        return outcome;
    }
    context.ui.error(&counted(
        unreadable,
        "row could not be read, so it is not known whether it matches: `list --state any` shows it",
        "rows could not be read, so it is not known whether they match: `list --state any` shows them",
    ));
    Outcome::Failed
}
