//! One command's man page in roff, with the macros of man(7). Written by hand, because clap_mangen's own page repeats
//! every global option on every page and has no section for examples. Which pages there are does not belong here.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::global::HEADING;
use super::help::{EXAMPLES, EXIT_CODES};
use super::help_names::HELP;
use crate::commands::field_docs::{meaning, of_command};
use crate::output::RecordDoc;
use crate::output::SESSION;

/// When the manual was last changed, for the foot of a page.
const DATE: &str = "2026-11-26";

const FILES: &[(&str, &str)] = &[
    (
        "$XDG_DATA_HOME/sessionctl/sessions.db",
        "The session database, readable by its owner only. If XDG_DATA_HOME is not set, it is ~/.local/share.",
    ),
    (
        "sessions.db-wal, sessions.db-shm",
        "What SQLite keeps beside the database while it is in use. Never copy or remove one without the others.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("SESSIONCTL_DB", "Database to use when --db is not given."),
    (
        "SESSIONCTL_LOG_DB",
        "Session database in which revoke and prune record what they do in another program's database, and from which log \
         reads it. If not set, it is SESSIONCTL_DB if --db names the other program's database, or the default one.",
    ),
    (
        "SESSIONCTL_FORMAT",
        "Output format to use when --format is not given. It never changes what a command prints that makes a token, and is \
         ignored by a command that has no such format.",
    ),
    ("SESSIONCTL_TOKEN", "Token to use when a command takes one and none is given."),
    ("SESSIONCTL_APP_SECRET", "Another program's own key to use when --app-secret is not given."),
    (
        "SESSIONCTL_SEAL_KEY",
        "File with the key that signs the audit log of a database on a PostgreSQL server.",
    ),
    (
        "PGPASSWORD, PGPASSFILE",
        "The password for a PostgreSQL server, or the file that holds it; by default ~/.pgpass.",
    ),
    ("PGUSER", "User of a PostgreSQL server to use when the URL names none."),
    ("NO_COLOR", "If set and non-empty, turns colour off unless --color is given."),
    ("TERM", "If unset, empty or dumb, turns colour and escape sequences off unless --color is given."),
    ("COLUMNS", "The width of tables and messages, in columns; by default that of the terminal."),
    (
        "SESSIONCTL_PAGER, PAGER",
        "The pager for tables that do not fit the terminal; by default less. cat is none.",
    ),
    (
        "TZ",
        "The time zone in which tables show times and in which times without one are read: a name such as Europe/Berlin, or a \
         rule of POSIX. Where it names no zone that is known, times are UTC, with a warning, and no command changes sessions by \
         a local time.",
    ),
    ("LC_ALL, LC_CTYPE, LANG", "Tables and messages are ASCII unless the locale is UTF-8."),
    (
        "HOME, XDG_DATA_HOME",
        "Where the default database is. An empty variable counts as not set, like every other.",
    ),
];

/// Returns the page of a command; `name` is the page's name.
pub(super) fn write(command: &Command, name: &str) -> Vec<u8> {
    let main = name == "sessionctl";
    let mut page = Roff::default();
    let source = format!("sessionctl {}", env!("CARGO_PKG_VERSION"));
    page.control("TH", [name.to_uppercase().as_str(), "1", DATE, source.as_str(), "sessionctl manual"]);
    section(&mut page, "NAME");
    page.text([roman(format!("{name} - {}", about(command)))]);
    section(&mut page, "SYNOPSIS");
    synopsis(&mut page, command, name);
    section(&mut page, "DESCRIPTION");
    let long = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
    paragraphs(&mut page, &long.unwrap_or_default());
    commands(&mut page, command, name);
    section(&mut page, "OPTIONS");
    options(&mut page, command, main);
    fields(&mut page, &name.replacen("sessionctl-", "", 1).replace('-', " "));
    let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    show_examples(&mut page, if main { EXAMPLES } else { &examples });
    section(&mut page, "EXIT STATUS");
    for (code, meaning) in EXIT_CODES {
        item(&mut page, vec![bold(code.to_string())], &sentence(meaning));
    }
    if main {
        section(&mut page, "ENVIRONMENT");
        for (variable, meaning) in ENVIRONMENT {
            item(&mut page, vec![bold(*variable)], meaning);
        }
        section(&mut page, "FILES");
        for (file, meaning) in FILES {
            item(&mut page, vec![italic(*file)], meaning);
        }
    }
    see_also(&mut page, command, name);
    page.to_roff().into_bytes()
}

/// The subcommands that have a page: all but `help` and what is hidden.
pub(super) fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != HELP)
}

fn section(page: &mut Roff, heading: &str) {
    page.control("SH", [heading]);
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', ':']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Text as in the source: a line break is a space, an empty line ends a paragraph.
fn paragraphs(page: &mut Roff, text: &str) {
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            page.control("PP", []);
        }
        let end = if paragraph.ends_with(['.', ':']) { "" } else { "." };
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        page.text([roman(format!("{}{end}", words.join(" ")))]);
    }
}

fn item(page: &mut Roff, term: Vec<Inline>, text: &str) {
    page.control("TP", []);
    page.text(term);
    page.text([roman(text)]);
}

fn own(command: &Command, main: bool) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(move |arg| !arg.is_hide_set() && (main || !arg.is_global_set()))
}

fn synopsis(page: &mut Roff, command: &Command, name: &str) {
    let mut line = vec![bold(command.get_bin_name().unwrap_or(name))];
    if command.has_subcommands()
        && !command.is_subcommand_required_set()
        && !command.is_arg_required_else_help_set()
    {
        // It does something without a subcommand too.
        page.text([line[0].clone(), roman(" [OPTIONS]")]);
        page.control("br", []);
    }
    if command.has_subcommands() {
        line.push(roman(" [OPTIONS] "));
        line.push(italic("COMMAND"));
        line.push(roman(" ..."));
        page.text(line);
        return;
    }
    line.push(roman(" [OPTIONS]"));
    for arg in command.get_positionals() {
        let many = arg.get_num_args().is_some_and(|range| range.max_values() > 1);
        let (open, close) = if arg.is_required_set() { (" ", "") } else { (" [", "]") };
        line.push(roman(open));
        line.push(italic(value_name(arg)));
        line.push(roman(format!("{}{close}", if many { " ..." } else { "" })));
    }
    page.text(line);
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().map_or_else(|| arg.get_id().to_string(), |names| names.join(" "))
}

fn commands(page: &mut Roff, command: &Command, name: &str) {
    if shown(command).next().is_none() {
        return;
    }
    section(page, "COMMANDS");
    for sub in shown(command) {
        let term = vec![bold(format!("{name}-{}", sub.get_name())), roman("(1)")];
        item(page, term, &sentence(&about(sub)));
    }
}

fn options(page: &mut Roff, command: &Command, main: bool) {
    let (positional, flags): (Vec<&Arg>, Vec<&Arg>) = own(command, main).partition(|arg| arg.is_positional());
    for arg in positional {
        option(page, vec![italic(value_name(arg))], arg);
    }
    for arg in flags {
        let mut term = Vec::new();
        if let Some(short) = arg.get_short() {
            term.push(bold(format!("-{short}")));
        }
        if let (Some(_), Some(_)) = (arg.get_short(), arg.get_long()) {
            term.push(roman(", "));
        }
        if let Some(long) = arg.get_long() {
            term.push(bold(format!("--{long}")));
        }
        if takes_value(arg) {
            // A value behind a space that may be left out would be taken for the next argument.
            let optional = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
            let (before, after) = match (optional, arg.is_require_equals_set()) {
                (true, true) => ("[=", "]"),
                (true, false) => (" [", "]"),
                (false, true) => ("=", ""),
                (false, false) => (" ", ""),
            };
            term.extend([roman(before), italic(value_name(arg)), roman(after)]);
        }
        option(page, term, arg);
    }
    if !main {
        page.control("PP", []);
        page.text([roman("See "), bold("sessionctl"), roman(format!("(1) for {}.", HEADING.to_lowercase()))]);
    }
}

/// The fields of the records that a command prints.
fn fields(page: &mut Roff, command: &str) {
    let records: Vec<RecordDoc> = of_command(command).collect();
    if records.is_empty() {
        return;
    }
    section(page, "FIELDS");
    page.text([roman(
        "The names are the keys of JSON, the header of CSV, and what --fields takes. A time is RFC 3339 in UTC, in a table \
         local time; seconds are a whole number, in a table a duration. What has no value is null in JSON and empty in CSV. \
         A CSV cell of text that begins with = + - @ \' gets a \' before it, for spreadsheets; take it off, or read jsonl.",
    )]);
    let (session, listed) = (SESSION.fields, RecordDoc::list("list", &SESSION));
    for record in records {
        page.control("PP", []);
        let when = if record.when.is_empty() { String::new() } else { format!(" {}", record.when) };
        let what = match record.is_list {
            true => {
                let alone = match record.alone {
                    "" => String::new(),
                    alone => format!(
                        " {} it prints one record, and one object.",
                        sentence(&format!("{alone}:")).trim_end_matches(':')
                    ),
                };
                format!(
                    "Any number of records{when}; with --format json, the array \"{}\" of one object.{alone}",
                    record.view.noun
                )
            }
            false => format!("One record{when}; with --format json, one object."),
        };
        page.text([roman(what)]);
        let is_extended_session =
            command != "list" && session.iter().all(|field| record.view.fields.contains(field));
        let of_session =
            |field: &&str| session.contains(field) && meaning(&record, field) == meaning(&listed, field);
        if is_extended_session {
            page.text([
                roman("It has the fields of a session, see "),
                bold("sessionctl-list"),
                roman("(1)."),
            ]);
        }
        for field in record.view.fields.iter().filter(|field| !is_extended_session || !of_session(field)) {
            let (kind, text) = meaning(&record, field).unwrap_or_default();
            let words = record.results.filter(|_| *field == "result");
            let one_of = if words.is_some() { " One of:" } else { "" };
            let text = format!("{}{one_of}", sentence(text));
            item(page, vec![bold(*field), roman(format!(" ({kind})"))], &text);
            if let Some(words) = words {
                nested(page, words.iter().map(|(word, meaning)| (word, meaning.to_owned())));
            }
        }
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

fn option(page: &mut Roff, term: Vec<Inline>, arg: &Arg) {
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut described = Vec::new();
    let mut text: Vec<String> = help.split("\n\n").map(|part| sentence(part.trim())).collect();
    if takes_value(arg) && !arg.is_hide_possible_values_set() {
        let values: Vec<_> =
            arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
        if values.iter().any(|value| value.get_help().is_some()) {
            described.extend(values);
        } else if !values.is_empty() {
            let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            text.push(format!("One of {}.", names.join(", ")));
        }
    }
    if !arg.get_default_values().is_empty() && takes_value(arg) && !arg.is_hide_default_value_set() {
        let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        text.push(format!("Default: {}.", values.join(",")));
    }
    if !described.is_empty() {
        text.push("One of:".to_owned());
    }
    item(page, term, &text.join(" "));
    if !described.is_empty() {
        let help = |value: &PossibleValue| value.get_help().map(ToString::to_string).unwrap_or_default();
        nested(page, described.iter().map(|value| (value.get_name(), help(value))));
    }
}

/// Words below an item, each with what it means.
fn nested<'a>(page: &mut Roff, words: impl Iterator<Item = (&'a str, String)>) {
    page.control("RS", []);
    for (word, meaning) in words {
        item(page, vec![bold(word)], &sentence(&meaning));
    }
    page.control("RE", []);
}

/// The examples of a command's help, line by line.
fn show_examples(page: &mut Roff, text: &str) {
    let Some(lines) = text.strip_prefix("Examples:\n") else { return };
    section(page, "EXAMPLES");
    page.control("nf", []);
    for line in lines.lines() {
        page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    page.control("fi", []);
}

/// The pages above and below this one.
fn see_also(page: &mut Roff, command: &Command, name: &str) {
    let mut names: Vec<String> = shown(command).map(|sub| format!("{name}-{}", sub.get_name())).collect();
    let mut above = name;
    while let Some((parent, _)) = above.rsplit_once('-') {
        names.insert(0, parent.to_owned());
        above = parent;
    }
    if names.is_empty() {
        return;
    }
    section(page, "SEE ALSO");
    let mut line = Vec::new();
    for (index, name) in names.iter().enumerate() {
        line.push(roman(if index == 0 { "" } else { ", " }));
        line.push(bold(name.as_str()));
        line.push(roman("(1)"));
    }
    page.text(line);
}
