//! Which argument takes which values. Arguments are recognised by their names, so that no command has to repeat it.

use std::ffi::OsStr;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _};

use super::database::{Database, Text};
use crate::cli::help_names::{GLOBAL_TOPIC, HELP, TIMES_TOPIC};
use crate::cli::man_page::shown;
use crate::commands::args::selector::STATES;
use crate::commands::field_docs::{fields_of, meaning_in};
use sessionctl_core::model::session::Kind;

/// Gives every argument of the tree its values. `command` is the one that is being written, whose fields are offered.
pub(super) fn attach(tree: Command, database: &Database, command: &str) -> Command {
    // An option of every command belongs to the program, so its values depend on the words.
    let fields = field_names(command, database.is_foreign());
    let tree = tree.mut_arg("fields", |arg| arg.add(fields));
    attach_below(tree, database, &[])
}

/// What stands for a value of an argument without a name: no word holds it.
const VALUE_MARK: &str = "\0";

/// Gives every argument without a name the mark as its one value, so that completion shows where the first value of one of
/// them is expected.
pub(super) fn mark_positionals(command: Command) -> Command {
    let mark = |_: &OsStr| vec![CompletionCandidate::new(VALUE_MARK)];
    let marked = |arg: Arg| match arg.is_positional() {
        true => arg.num_args(1).add(ArgValueCompleter::new(mark)),
        false => arg,
    };
    command.mut_args(marked).mut_subcommands(mark_positionals)
}

/// Whether a candidate is the mark.
pub(super) fn is_mark(candidate: &CompletionCandidate) -> bool {
    candidate.get_value() == VALUE_MARK
}

fn attach_below(command: Command, database: &Database, path: &[&str]) -> Command {
    let name = command.get_name().to_owned();
    let path = [path, &[name.as_str()]].concat();
    // The topics that are no commands are the program's.
    let topics =
        [(GLOBAL_TOPIC, "The options that every command accepts"), (TIMES_TOPIC, "How times are written")];
    let topics = topics.into_iter().filter(|_| path.len() == 1);
    let help = help_topics(&command).subcommands(topics.map(|(name, about)| Command::new(name).about(about)));
    command.mut_args(|arg| attach_to(arg, database, &path)).mut_subcommands(|sub| match sub.get_name() {
        HELP => help.clone(),
        _ => attach_below(sub, database, &path),
    })
}

/// `help` followed by the names of commands, in place of an argument of any words.
fn help_topics(command: &Command) -> Command {
    Command::new(HELP)
        .about("Show help for a command")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommands(shown(command).cloned())
}

/// The states of another program's sessions, where the database is one.
fn states_of(arg: Arg, database: &Database) -> Arg {
    if arg.get_id() == "state" && database.is_foreign() {
        return arg.value_parser(PossibleValuesParser::new(STATES));
    }
    arg
}

fn attach_to(arg: Arg, database: &Database, path: &[&str]) -> Arg {
    let arg = states_of(arg, database);
    let of = |values: fn(&Database, &str) -> Vec<CompletionCandidate>| {
        let database = database.clone();
        Some(ArgValueCompleter::new(move |current: &OsStr| values(&database, &current.to_string_lossy())))
    };
    let value_name = arg.get_value_names().and_then(<[_]>::first).map(|name| name.to_string());
    let is_user_command = path.get(1) == Some(&"user") && path.last() != Some(&"add");
    let takes_list = path.get(1).is_some_and(|command| SELECTING.contains(command));
    let completer = match (arg.get_id().as_str(), value_name.as_deref()) {
        ("user" | "not_user", _) if takes_list => {
            of(|database, prefix| in_list(prefix, |prefix| database.users(prefix)))
        }
        ("app" | "not_app", _) if takes_list => {
            of(|database, prefix| in_list(prefix, |prefix| database.texts(Text::App, prefix)))
        }
        ("scope" | "not_scope", _) if takes_list => {
            of(|database, prefix| in_list(prefix, |prefix| database.texts(Text::Scope, prefix)))
        }
        ("kind" | "not_kind", _) if takes_list => of(|_, prefix| in_list(prefix, kinds)),
        ("user" | "not_user", _) => of(Database::users),
        ("name", _) if is_user_command && arg.is_positional() => of(Database::users),
        ("app" | "not_app", _) => of(|database, prefix| database.texts(Text::App, prefix)),
        ("label" | "not_label", _) if takes_list => {
            of(|database, prefix| as_pattern(prefix, |prefix| database.texts(Text::Label, prefix)))
        }
        ("label" | "not_label", _) => of(|database, prefix| database.texts(Text::Label, prefix)),
        ("scope" | "scopes" | "not_scope", _) => of(|database, prefix| database.texts(Text::Scope, prefix)),
        ("fields", _) => None,
        ("kid", _) => of(Database::signing_keys),
        ("key", Some("KEY")) => of(Database::data_keys),
        (_, Some("ID" | "SESSION")) => of(|database, prefix| {
            let mut found = database.sessions(prefix);
            found.extend(file_behind_at(prefix));
            found
        }),
        (_, Some("TOKEN" | "SOURCE")) => of(|_, prefix| file_behind_at(prefix)),
        _ => None,
    };
    match completer {
        Some(completer) => arg.add(completer),
        // Anything else is a word that no shell can know: neither a file nor a command.
        None if arg.get_action().takes_values() && arg.get_value_hint() == ValueHint::Unknown => {
            arg.value_hint(ValueHint::Other)
        }
        None => arg,
    }
}

/// The commands whose selectors take a list with commas.
const SELECTING: [&str; 5] = ["list", "expire", "revoke", "prune", "stats"];

/// The last value of a list, in which a comma is written `\,`, behind the values before it.
fn in_list(current: &str, values: impl Fn(&str) -> Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    let is_separator = |at: &usize| !current[..*at].ends_with('\\');
    let begin = current.match_indices(',').map(|(at, _)| at).rfind(is_separator).map_or(0, |at| at + 1);
    let (before, last) = current.split_at(begin);
    let found = values(&last.replace("\\,", ","));
    let escaped = |value: CompletionCandidate| {
        let text = value.get_value().to_string_lossy().replace(',', "\\,");
        CompletionCandidate::new(format!("{before}{text}")).help(value.get_help().cloned())
    };
    found.into_iter().map(escaped).collect()
}

/// The characters that mean something in a pattern, and how each is written that stands for itself.
const ESCAPED_IN_PATTERN: [(&str, &str); 3] = [("[", "[[]"), ("*", "[*]"), ("?", "[?]")];

/// A value of an argument that takes a pattern: the pattern that matches this value alone.
fn as_pattern(current: &str, values: impl Fn(&str) -> Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    let typed = |text: String, (plain, escaped): &(&str, &str)| text.replace(escaped, plain);
    let prefix = ESCAPED_IN_PATTERN.iter().rev().fold(current.to_owned(), typed);
    let escaped = |value: CompletionCandidate| {
        let escape = |text: String, (plain, escaped): &(&str, &str)| text.replace(plain, escaped);
        let text = ESCAPED_IN_PATTERN.iter().fold(value.get_value().to_string_lossy().into_owned(), escape);
        CompletionCandidate::new(text).help(value.get_help().cloned())
    };
    values(&prefix).into_iter().map(escaped).collect()
}

/// The kinds of session that begin so.
fn kinds(prefix: &str) -> Vec<CompletionCandidate> {
    let names = Kind::NAMES.iter().filter(|name| name.starts_with(prefix));
    names.map(CompletionCandidate::new).collect()
}

/// The fields of a command's records.
fn field_names(command: &str, on_foreign: bool) -> ArgValueCompleter {
    let (fields, command) = (fields_of(command, on_foreign), command.to_owned());
    ArgValueCompleter::new(move |current: &OsStr| {
        // The engine takes away what precedes a comma, and puts it in front of each candidate.
        let current = current.to_string_lossy();
        let names = fields.iter().filter(|field| field.starts_with(&*current));
        let candidate = |(at, field): (usize, &&'static str)| {
            let help = meaning_in(&command, field, on_foreign).map(Into::into);
            CompletionCandidate::new(*field).help(help).display_order(Some(at))
        };
        names.enumerate().map(candidate).collect()
    })
}

/// `@FILE`, once the `@` was typed.
fn file_behind_at(current: &str) -> Vec<CompletionCandidate> {
    let Some(path) = current.strip_prefix('@') else { return Vec::new() };
    let files = PathCompleter::any().complete(OsStr::new(path));
    files.into_iter().filter(|file| file.get_value() != ".").map(|file| file.add_prefix("@")).collect()
}
