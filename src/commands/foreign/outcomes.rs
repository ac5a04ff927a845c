//! The results of an act on another program's table: for each session, and what both commands report of the whole. What only
//! one of them reports belongs to that command.

use std::io;
use std::path::Path;

use super::open::Database;
use super::order::usual_order;
use super::record::{FOREIGN_SESSION, session_record, stored};
use super::undetermined::Undetermined;
use super::{columns, error};
use crate::commands::bulk::report::shows_rows;
use crate::commands::list_total::no_room;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use crate::output::{Format, Record, ResultWord, ResultWords, Unprinted, Value, View};
use sessionctl_core::counted;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Preview, TargetOutcome};
use sessionctl_foreign::record::Record as Session;

const PLANNED_FIELDS: [&str; FOREIGN_SESSION.fields.len() + 1] =
    View::joined(FOREIGN_SESSION.fields, &["result"]);

/// A session with what would become of it.
pub(in crate::commands) const PLANNED: View = View { fields: &PLANNED_FIELDS, ..FOREIGN_SESSION };

/// What became of a session: the fields of that on our own database, and what else the table can have.
pub(in crate::commands) const DONE: View = View {
    noun: "results",
    singular: "result",
    fields: &[
        "id",
        "result",
        "before",
        "together_with",
        "user",
        "user_id",
        "kind",
        "created_at",
        "last_seen_at",
        "expires_at",
        "ended_at",
        "ip",
        "last_ip",
        "user_agent",
    ],
    columns: &["id", "result", "before", "user", "kind", "last_seen_at", "ip"],
};

/// The records of an act, by whether it is a dry run.
pub(super) fn view(dry_run: bool) -> &'static View {
    if dry_run { &PLANNED } else { &DONE }
}

/// What becomes of a session of another program, and what it means: the words that commands share.
pub(super) const ALREADY_GONE: (&str, &str) = ("already gone", "its row was not there any more");
pub(super) const CAME_BACK: (&str, &str) =
    ("came back", "the program wrote it again after it was ended: see --recheck");
pub(super) const NOT_REACHED: (&str, &str) = ("not reached", "an error stopped the command before");
pub(super) const UNKNOWN: (&str, &str) = ("unknown", "no session has this id or token");

/// How a command names what becomes of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    planned: ResultWord,
    ended: ResultWord,
    changed: ResultWord,
    already_gone: ResultWord,
    came_back: ResultWord,
    not_reached: ResultWord,
    unknown: ResultWord,
}

impl Words {
    /// The word of a session before the act, and those of a list: the first is that of a session that the act ended, the second
    /// of one that had changed meanwhile.
    pub(super) const fn new(planned: ResultWord, list: ResultWords, [ended, changed]: [&str; 2]) -> Self {
        Words {
            planned,
            ended: list.word(ended),
            changed: list.word(changed),
            already_gone: list.word(ALREADY_GONE.0),
            came_back: list.word(CAME_BACK.0),
            not_reached: list.word(NOT_REACHED.0),
            unknown: list.word(UNKNOWN.0),
        }
    }

    fn done(self, outcome: TargetOutcome) -> ResultWord {
        match outcome {
            TargetOutcome::Ended => self.ended,
            TargetOutcome::AlreadyGone => self.already_gone,
            TargetOutcome::ChangedSince => self.changed,
            TargetOutcome::CameBack => self.came_back,
            TargetOutcome::NotReached => self.not_reached,
        }
    }
}

/// Prints each session with what would become of it, as a list shows them in these columns, and that nothing was changed.
pub(super) fn print_planned(
    words: Words,
    preview: &Preview,
    columns: Vec<&'static str>,
    database: &Database,
    context: &mut Context,
) -> CommandResult<()> {
    let (layout, format) = (&database.layout().name, context.ui.options().format);
    let mut undetermined = Undetermined::default();
    let mut list = context.ui.results.list_in(&PLANNED, &columns::planned(columns))?;
    for position in preview.positions(&database.detected.plan, usual_order(format)) {
        let session = &preview.targets[position].session;
        undetermined.add(session);
        list.push(session_record(session, layout, format).with("result", words.planned))?;
    }
    let unprinted = list.finish(None)?;
    let count = counted(preview.targets.len(), "session matches", "sessions match");
    context.ui.status(&format!("dry run: {count}; nothing was changed{}", no_room(&unprinted)));
    if let Some(sentence) = undetermined.sentence(database, context.ui.options()) {
        context.ui.status(&sentence);
    }
    Ok(())
}

/// What an act did to each session, and what was named and does not exist.
#[derive(Clone, Copy)]
pub(super) struct Done<'a> {
    pub(super) preview: &'a Preview,
    pub(super) outcomes: &'a [TargetOutcome],
    pub(super) unknown: &'a [String],
}

/// Prints the result where only sessions were named that do not exist.
pub(super) fn print_none(
    dry_run: bool,
    words: Words,
    unknown: &[String],
    context: &mut Context,
) -> CommandResult<Outcome> {
    if dry_run {
        print_nothing(dry_run, context)?;
        context.ui.status("dry run: 0 sessions match; nothing was changed");
        return Ok(Outcome::NotFound);
    }
    let sum = with_unknown(&format!("0 {}", words.ended.as_str()), unknown);
    if !shows_rows(context) {
        context.ui.bare(&sum)?;
        return Ok(Outcome::NotFound);
    }
    let only_ended = matches!(context.ui.options().format, Format::Ids | Format::Count);
    let mut list = context.ui.list(&DONE)?;
    for id in unknown.iter().filter(|_| !only_ended) {
        list.push(not_found(id, words.unknown))?;
    }
    list.finish(None)?;
    context.ui.status(&sum);
    Ok(Outcome::NotFound)
}

/// Prints an empty result.
pub(super) fn print_nothing(dry_run: bool, context: &mut Context) -> CommandResult<()> {
    context.ui.list(view(dry_run))?.finish(None)?;
    Ok(())
}

/// Prints what became of each session, in the same order, and the sum of it. Where a format shows ids or their number only,
/// those that were ended are meant. Whether or not the results can be written, what was done is summed up.
pub(super) fn print_done(
    (words, sum): (Words, &str),
    done: Done<'_>,
    columns: &[&'static str],
    database: &Database,
    context: &mut Context,
) -> CommandResult<()> {
    let sum = &with_unknown(sum, done.unknown);
    let shows_rows = shows_rows(context);
    let printed = if shows_rows {
        let printed = print_rows(words, done, columns, database, context);
        printed.and_then(|unprinted| context.ui.flush().map(|()| unprinted))
    } else {
        Ok(Unprinted::default())
    };
    match printed {
        Ok(_) if !shows_rows => Ok(context.ui.bare(sum)?),
        Ok(unprinted) => {
            context.ui.status(&format!("{sum}{}", no_room(&unprinted)));
            Ok(())
        }
        Err(error) => {
            context.ui.messages.summary(sum);
            Err(error.into())
        }
    }
}

/// The sum of an act with the number of those that were named and do not exist.
fn with_unknown(sum: &str, unknown: &[String]) -> String {
    match unknown.len() {
        0 => sum.to_owned(),
        number => format!("{sum}, {number} unknown"),
    }
}

fn print_rows(
    words: Words,
    Done { preview, outcomes, unknown }: Done<'_>,
    columns: &[&'static str],
    database: &Database,
    context: &mut Context,
) -> io::Result<Unprinted> {
    let format = context.ui.options().format;
    let only_ended = matches!(format, Format::Ids | Format::Count);
    let mut list = context.ui.results.list_in(&DONE, &columns::done(columns))?;
    for position in preview.positions(&database.detected.plan, usual_order(format)) {
        let (session, outcome) = (&preview.targets[position].session, outcomes[position]);
        if !only_ended || outcome == TargetOutcome::Ended {
            list.push(done(session, words.done(outcome)))?;
        }
    }
    for id in unknown.iter().filter(|_| !only_ended) {
        list.push(not_found(id, words.unknown))?;
    }
    list.finish(None)
}

/// What was named and does not exist; a token is not repeated.
fn not_found(id: &str, result: ResultWord) -> Record {
    Record::new().with("id", Some(id).filter(|id| !id.starts_with('('))).with("result", result)
}

/// A session with what became of it.
fn done(session: &Session, result: ResultWord) -> Record {
    stored(session)
        .with("result", result)
        .with("before", Value::Word(session.state.as_str()))
        .with("together_with", Value::Null)
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
