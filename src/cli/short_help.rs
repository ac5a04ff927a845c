//! The short form of a page of help, `-h`: it fits a screen of 80 columns and 24 lines. What the long form contains
//! does not belong here.

use std::fmt::Write as _;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};
use unicode_width::UnicodeWidthStr as _;

use super::global::HEADING;
use super::help_names::{GLOBAL_POINTER, HELP};
use crate::output::wrap::wrap_indented_alike;

const SCREEN_COLUMNS: usize = 80;
/// Columns before an option, where one letter has room, and between it and its text.
const MARGIN_COLUMNS: usize = 8;
/// The same of a subcommand.
const SUBCOMMAND_MARGIN_COLUMNS: usize = 4;
/// A group with this number of options is shown as a list of names.
const COMPACT_GROUP_OPTIONS: usize = 4;
/// Times that an option accepts.
const TIMES: &str = "TIME: 'yesterday 03:12', 2026-11-25T03:12Z or 30d (ago); local time, or TZ=UTC.\n";
/// What a person in a hurry selects and sorts by: its values are on the page, in a line of their own where they do not fit.
const LISTED: [&str; 5] = ["ORDER", "WHAT", "ACTION", "KIND", "STATE"];
/// What separates the beginning of a text, which says enough, from the rest.
const CUTS: [&str; 9] = [". ", ": ", " (", ", ", " instead of ", " as ", " of the ", " with ", " after "];
/// Words that no text ends with.
const LINKS: [&str; 5] = [" or", " and", " those", " that", ","];

/// Leaves out of the page of each command below the program what makes it longer than a screen: lists of values,
/// qualifications, the lines of a large group. An option takes one line.
pub(super) fn shorten(program: Command) -> Command {
    let name = program.get_name().to_owned();
    program.mut_subcommands(|command| shorten_command(command, &name))
}

fn shorten_command(command: Command, parent: &str) -> Command {
    let path = format!("{parent} {}", command.get_name());
    let groups = compact_groups(&command);
    let mut after: String =
        groups.iter().map(|(heading, names)| format!("{heading}:\n{}\n", flow(names))).collect();
    let (command, lists) = shorten_options(command, &groups);
    if !lists.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(after, "{}", wrap_indented_alike(&lists.join(" "), "", SCREEN_COLUMNS).join("\n"));
    }
    if takes_time(&command) {
        after.push_str(TIMES);
    }
    let command = match command.has_subcommands() {
        true => command.mut_subcommand(HELP, |help| help.hide(true)),
        false => command,
    };
    let names = command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(|sub| sub.get_name().len());
    let room = SCREEN_COLUMNS.saturating_sub(names.max().unwrap_or(0) + SUBCOMMAND_MARGIN_COLUMNS);
    // One line, where the parser writes two.
    let command = match command.is_args_conflicts_with_subcommands_set() {
        true => command.override_usage(format!("{path} [OPTIONS] [COMMAND]")),
        false => command,
    };
    command
        .mut_subcommands(|sub| {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            sub.about(one_line(&about, room))
        })
        .disable_help_flag(true)
        .after_help(format!("{after}More: --help. {GLOBAL_POINTER}"))
        .mut_subcommands(|sub| shorten_command(sub, &path))
}

/// The large groups of options, by heading: their names are shown alone, and below the other options.
fn compact_groups(command: &Command) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_global_set()) {
        let Some(heading) = arg.get_help_heading() else { continue };
        let name = flag(arg);
        match groups.iter_mut().find(|(known, _)| known == heading) {
            Some((_, names)) => names.push(name),
            None => groups.push((heading.to_owned(), vec![name])),
        }
    }
    groups.retain(|(heading, names)| heading != HEADING && names.len() >= COMPACT_GROUP_OPTIONS);
    groups.iter_mut().for_each(|(_, names)| merge_negations(names));
    groups
}

/// Shortens what is written of each option to one line, and returns the lists of values that do not fit theirs.
fn shorten_options(command: Command, groups: &[(String, Vec<String>)]) -> (Command, Vec<String>) {
    let is_hidden = |arg: &Arg| {
        let heading = arg.get_help_heading();
        arg.is_hide_short_help_set()
            || heading.is_some_and(|heading| groups.iter().any(|(compact, _)| compact == heading))
    };
    let column = |is_positional: bool| {
        let shown = command.get_arguments().filter(|arg| arg.is_positional() == is_positional);
        shown.filter(|arg| !is_hidden(arg)).map(|arg| flag(arg).width()).max().unwrap_or(0)
    };
    let room = [false, true]
        .map(|is_positional| SCREEN_COLUMNS.saturating_sub(column(is_positional) + MARGIN_COLUMNS));
    let mut lists: Vec<String> = Vec::new();
    let command = command.mut_args(|arg| {
        let (hidden, room) = (is_hidden(&arg), room[usize::from(arg.is_positional())]);
        shorten_option(arg, hidden, room, &mut lists)
    });
    (command, lists)
}

/// Shortens what is written of an option to one line of this room. Its values go there, or to the `lists`.
fn shorten_option(arg: Arg, hidden: bool, room: usize, lists: &mut Vec<String>) -> Arg {
    let values = takes_value(&arg);
    let mut help = one_line(&arg.get_help().map(ToString::to_string).unwrap_or_default(), room);
    let default = arg.get_default_values().iter().map(|value| value.len()).sum::<usize>();
    let default = if default > 0 { default + " [default: ]".len() } else { 0 };
    if let Some(listed) = value_list(&arg).filter(|_| !arg.is_hide_short_help_set()) {
        let name = value_names(&arg).unwrap_or_default();
        let is_listed = LISTED.contains(&&*name);
        match with_values(&help, &listed, is_listed, room.saturating_sub(default)).filter(|_| !hidden) {
            Some(text) => help = text,
            None if is_listed => add_once(lists, format!("{name}: {listed}.")),
            None => {}
        }
    }
    let is_long = values && help.width() + default > room;
    arg.hide_short_help(hidden).hide_possible_values(values).hide_default_value(is_long).help(help)
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

/// The values of an option that has a list of them; where some only narrow others, as `login.failed` does `login`, those
/// others.
fn value_list(arg: &Arg) -> Option<String> {
    let values = arg.get_possible_values();
    let shown = values.iter().filter(|value| !value.is_hide_set()).map(PossibleValue::get_name);
    let all: Vec<&str> = shown.filter(|_| takes_value(arg) && !arg.is_global_set()).collect();
    let (broad, narrow): (Vec<&str>, Vec<&str>) = all.iter().partition(|value| !value.contains('.'));
    let is_part = |value: &&str| value.split_once('.').is_some_and(|(whole, _)| broad.contains(&whole));
    (!broad.is_empty() && narrow.iter().all(is_part)).then(|| broad.join(", "))
}

/// A text, or its beginning, with the values of its option, where they fit. A `listed` option shows them alone otherwise.
fn with_values(help: &str, values: &str, listed: bool, room: usize) -> Option<String> {
    let beginning = one_line(help, room.saturating_sub(values.width() + ": ".len()));
    let texts = [format!("{help}: {values}"), format!("{beginning}: {values}")];
    let alone = listed.then(|| values.to_owned());
    texts.into_iter().chain(alone).find(|text| text.width() <= room)
}

fn add_once(lists: &mut Vec<String>, list: String) {
    if !lists.contains(&list) {
        lists.push(list);
    }
}

/// Whether a command has an option of its own that takes a time.
pub(super) fn takes_time(command: &Command) -> bool {
    let is_time = |arg: &Arg| !arg.is_global_set() && value_names(arg).as_deref() == Some("TIME");
    command.get_arguments().any(is_time)
}

/// The beginning of a text that fits one line, without the qualifications that follow.
fn one_line(help: &str, room: usize) -> String {
    let mut text = help.split_once("; ").map_or(help, |(clause, _)| clause);
    // A list without its end reads as if it were whole, so that all of it is left out.
    let (mut is_list, mut list_is_cut) = (false, false);
    while text.width() > room || !is_whole(text) || list_is_cut {
        let Some(cut) = CUTS.iter().filter_map(|cut| text.rfind(cut)).max() else { break };
        let is_end = text[cut..].starts_with(", and ") || text[cut..].starts_with(", or ");
        is_list |= is_end && text[..cut].contains(", ");
        list_is_cut = is_list && (text[..cut].contains(", ") || text[..cut].contains(": "));
        text = text[..cut].trim_end_matches(": -");
        while let Some(rest) = LINKS.iter().find_map(|link| text.strip_suffix(link)) {
            text = rest;
        }
    }
    text.to_owned()
}

/// Whether every bracket that the text opens is closed.
fn is_whole(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
}

fn value_names(arg: &Arg) -> Option<String> {
    arg.get_value_names().map(|values| values.join(" "))
}

/// An option as it is typed, or an argument. The parser's own text of it exists only after the tree was built.
fn flag(arg: &Arg) -> String {
    let values = value_names(arg);
    let Some(long) = arg.get_long() else {
        return format!("[{}]...", values.unwrap_or_else(|| arg.get_id().to_string()));
    };
    match values.filter(|_| takes_value(arg)) {
        Some(values) if arg.is_require_equals_set() => format!("--{long}[=<{values}>]"),
        Some(values) if arg.get_num_args().is_some_and(|number| number.min_values() == 0) => {
            format!("--{long} [<{values}>]")
        }
        Some(values) => format!("--{long} <{values}>"),
        None => format!("--{long}"),
    }
}

/// Shows an option and its negation as one, as manual pages do: `--[not-]user`.
fn merge_negations(names: &mut Vec<String>) {
    let positive = |name: &str| name.strip_prefix("--not-").map(|rest| format!("--{rest}"));
    let negated: Vec<String> =
        names.iter().filter_map(|name| positive(name)).filter(|positive| names.contains(positive)).collect();
    names.retain(|name| positive(name).is_none_or(|positive| !negated.contains(&positive)));
    for name in names.iter_mut().filter(|name| negated.contains(name)) {
        *name = name.replacen("--", "--[not-]", 1);
    }
}

/// Names in lines of at most 78 columns.
pub(super) fn flow(names: &[String]) -> String {
    let mut lines = vec![String::from(" ")];
    for name in names {
        if let Some(line) = lines.last_mut().filter(|line| line.len() + name.len() < 78) {
            line.push(' ');
            line.push_str(name);
        } else {
            lines.push(format!("  {name}"));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negation_is_shown_with_its_option() {
        let mut names: Vec<String> =
            ["--user <NAME>", "--all", "--not-user <NAME>", "--not-before <TIME>"].map(str::to_owned).into();
        merge_negations(&mut names);
        assert_eq!(names, ["--[not-]user <NAME>", "--all", "--not-before <TIME>"]);
    }

    #[test]
    fn one_line_keeps_the_beginning_that_fits() {
        let help = "Upgrade this session, or that one: -, @FILE; by default neither";
        assert_eq!(one_line(help, 80), "Upgrade this session, or that one: -, @FILE");
        assert_eq!(one_line(help, 40), "Upgrade this session, or that one");
        assert_eq!(one_line(help, 30), "Upgrade this session");
        assert_eq!(one_line("Check a file: find it, compare it, and show it", 30), "Check a file");
        assert_eq!(one_line("incomprehensible", 5), "incomprehensible");
        assert_eq!(one_line("Show a user, the account, failed logins, and why", 40), "Show a user");
        assert_eq!(
            one_line("Retire a key: it signs nothing, and verifies", 30),
            "Retire a key: it signs nothing"
        );
        assert_eq!(one_line("Count the rows, verify the log, and print both", 40), "Count the rows");
        assert_eq!(one_line("At this time (RFC 3339, a date, Unix seconds)", 30), "At this time");
        assert_eq!(
            one_line("Only events of this action, or of the action's area", 40),
            "Only events of this action"
        );
    }
}
