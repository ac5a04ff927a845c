//! What the parser reports: help and the version on standard output, a usage error on standard error, without
//! repeating what may be a secret.

mod arguments;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use self::arguments::{
    A_NAME_BEHIND_LOG, are_options_of, argument_hint, hyphen_hint, options_of, takes_free_text,
};
use super::error::{STDOUT_CLOSED, is_closed};
use super::familiar_words::{command_hint, command_option_hint, option_hint};
use super::given_database::given_database;
use super::guesses::{GUESSES, keep_slips_only};
use super::help::{self, Length};
use super::help_names::{GLOBAL_TOPIC, TIMES_TOPIC};
use super::parser::command;
use super::redact::{HIDDEN, redact_credentials};
use super::setup::suggested_name;
use super::terminal::{ColorChoice, Terminal};
use super::value_hints::value_hint;
use crate::output::escape::{escape_controls, escape_text, to_ascii};
use crate::output::on_database;
use crate::output::shorten::shortened_value;
use crate::output::wrap::wrap_indented_alike;
use sessionctl_startup::stdout_was_closed;

const USAGE: u8 = 2;

/// Prints what the parser found instead of a command, and returns the exit code.
pub(super) fn print(mut error: clap::Error, arguments: &[OsString]) -> u8 {
    let path = named_commands(arguments);
    let length = if arguments.iter().any(|word| word == "--help") { Length::Long } else { Length::Short };
    match error.kind() {
        ErrorKind::DisplayHelp => {
            let code = print_page(&path, length, arguments);
            // Text that a client sent may be an option; `verify` is 0 only if it printed `active`, or `valid` for a JWT.
            if path.last().is_some_and(|name| name == "verify") && path[0] != "log" { USAGE } else { code }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let page = help::page(command(), &path, Length::Short).unwrap_or_else(|| error.render());
            print_error(&page.to_string());
            USAGE
        }
        ErrorKind::DisplayVersion => print_text(&error.render(), arguments),
        _ => {
            improve(&mut error, &path, arguments);
            let is_no_text = error.kind() == ErrorKind::InvalidUtf8;
            let text = words(error);
            let text = match is_no_text {
                true => name_argument_without_utf8(&text, &path, arguments),
                false => text,
            };
            print_error(&on_named_database(&text, arguments));
            USAGE
        }
    }
}

/// Prints the page of a command, as `help` does, and returns the exit code.
pub(super) fn print_page(path: &[String], length: Length, arguments: &[OsString]) -> u8 {
    match help::page(command(), path, length) {
        Some(page) => print_text(&page, arguments),
        None if path.first().is_some_and(|word| [GLOBAL_TOPIC, TIMES_TOPIC].contains(&word.as_str())) => {
            print_error(&format!("error: `help {}` takes no further argument\n", path[0]));
            USAGE
        }
        None => {
            // The parser knows best what is wrong with the path.
            let program = std::iter::once(OsString::from("sessionctl"));
            let line: Vec<OsString> = program.chain(path.iter().map(OsString::from)).collect();
            match command().try_get_matches_from(&line) {
                Err(mut error) if error.kind() != ErrorKind::DisplayHelp => {
                    improve(&mut error, &named_commands(&line), &line);
                    if error.get(ContextKind::Suggested).is_none() && !has_guess(&error) {
                        let topics = format!(
                            "`sessionctl help` lists the commands; the other pages are `help {GLOBAL_TOPIC}` and `help \
                             {TIMES_TOPIC}`"
                        );
                        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![topics.into()]));
                    }
                    print_error(&on_named_database(&words(error), arguments));
                    USAGE
                }
                _ => {
                    print_error(&format!(
                        "error: no help for '{}'\n",
                        escape_text(&shortened_value(&redact_credentials(&path.join(" "))))
                    ));
                    USAGE
                }
            }
        }
    }
}

fn print_text(text: &StyledStr, arguments: &[OsString]) -> u8 {
    if stdout_was_closed() {
        print_error(&format!("error: {STDOUT_CLOSED}\n"));
        return 1;
    }
    let terminal = Terminal::look(color_of(arguments));
    let text = if terminal.color { text.ansi().to_string() } else { text.to_string() };
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => 0,
        Err(error) if is_closed(&error) => 0,
        Err(error) => {
            print_error(&format!("error: standard output could not be written: {error}\n"));
            1
        }
    }
}

/// The text with the database of the command line in each command that it suggests.
fn on_named_database(text: &str, arguments: &[OsString]) -> String {
    match given_database(arguments).filter(|given| given.is_argument) {
        Some(given) => on_database(text, &suggested_name(&given.path)).into_owned(),
        None => text.to_owned(),
    }
}

/// Writes to standard error. A failure cannot be reported anywhere.
pub(super) fn print_error(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The commands that the arguments name, as far as they parse.
fn named_commands(arguments: &[OsString]) -> Vec<String> {
    let tree = command().ignore_errors(true).disable_help_flag(true).disable_version_flag(true);
    let Ok(matches) = tree.try_get_matches_from(arguments) else { return Vec::new() };
    let mut path = Vec::new();
    let mut level = &matches;
    while let Some((name, below)) = level.subcommand() {
        path.push(name.to_owned());
        level = below;
    }
    path
}

/// Replaces a guess by spelling with a hint by meaning, and the usage line of these arguments with the command's.
fn improve(error: &mut clap::Error, path: &[String], arguments: &[OsString]) {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    let hint = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            text(ContextKind::InvalidSubcommand).and_then(|word| command_hint(path, word)).map(str::to_owned)
        }
        ErrorKind::UnknownArgument => {
            let hint = |word: &str| {
                // The parser knows only the first letter of a value with a hyphen, which is no option of another tool.
                let is_whole = word.starts_with("--") || arguments.iter().any(|argument| argument == word);
                let own = || command_option_hint(path, word).filter(|_| is_whole);
                let familiar =
                    || option_hint(word).filter(|hint| is_whole && are_options_of(path, hint, word));
                argument_hint(path, word)
                    .or_else(own)
                    .or_else(familiar)
                    .map(str::to_owned)
                    .or_else(|| hyphen_hint(path, word, arguments))
            };
            text(ContextKind::InvalidArg).and_then(hint)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            value_hint(error, path.last().map_or("", String::as_str))
        }
        _ => None,
    };
    match hint {
        Some(hint) => {
            for (_, guess) in GUESSES {
                error.remove(guess);
            }
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint.into()]));
        }
        None => {
            keep_slips_only(error);
            if !takes_free_text(path) {
                // That a value can begin with a hyphen helps only where a name or a value of one's own is expected.
                error.remove(ContextKind::Suggested);
            }
            if error.kind() == ErrorKind::InvalidSubcommand && !has_guess(error) && path == ["log"] {
                let hint = ContextValue::StyledStrs(vec![A_NAME_BEHIND_LOG.into()]);
                error.insert(ContextKind::Suggested, hint);
            }
        }
    }
    leave_out_long_list(error);
    if error.get(ContextKind::Usage).is_some()
        && let Some(usage) = usage_of(path)
    {
        error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    }
}

/// Whether the error suggests another word in the place of one.
fn has_guess(error: &clap::Error) -> bool {
    GUESSES.iter().any(|(_, guess)| error.get(*guess).is_some())
}

/// More possible values than these hide what is similar.
const MAX_LISTED_VALUES: usize = 10;

/// A long list of possible values helps only where none of them is suggested.
fn leave_out_long_list(error: &mut clap::Error) {
    let is_long = matches!(error.get(ContextKind::ValidValue), Some(ContextValue::Strings(valid)) if valid.len() > MAX_LISTED_VALUES);
    let suggests =
        [ContextKind::SuggestedValue, ContextKind::Suggested].iter().any(|kind| error.get(*kind).is_some());
    if is_long && suggests {
        error.remove(ContextKind::ValidValue);
    }
}

/// The error for arguments that are no UTF-8, with the name of the first of them.
fn name_argument_without_utf8(text: &str, path: &[String], arguments: &[OsString]) -> String {
    let Some(at) = arguments.iter().position(|argument| argument.to_str().is_none()) else {
        return text.to_owned();
    };
    let lossy = arguments[at].to_string_lossy();
    let options = options_of(path);
    let takes_value = |name: &str| options.iter().any(|(option, takes_value)| *takes_value && option == name);
    let before = at.checked_sub(1).and_then(|before| arguments[before].to_str()).unwrap_or_default();
    let with_value =
        lossy.split_once('=').map(|(option, _)| option).and_then(|option| option.strip_prefix("--"));
    let behind = before.strip_prefix("--").filter(|name| takes_value(name));
    let named = match with_value.filter(|name| takes_value(name)).or(behind) {
        Some(option) => format!("the value of --{option}"),
        None => format!("argument {at} of the command line"),
    };
    text.replace("invalid UTF-8 was detected in one or more arguments", &format!("{named} is not UTF-8"))
}

fn usage_of(path: &[String]) -> Option<StyledStr> {
    let mut tree = command();
    tree.build();
    let command = path.iter().try_fold(&mut tree, |command, name| command.find_subcommand_mut(name))?;
    Some(command.render_usage())
}

/// What the standard library prints of text that is no whole number, and what a reader understands.
const NUMBER_ERRORS: [(&str, &str); 5] = [
    ("invalid digit found in string", "not a whole number"),
    ("cannot parse integer from empty string", "not a whole number"),
    ("number too large to fit in target type", "the number is too large"),
    ("number too small to fit in target type", "the number is too small"),
    ("number would be zero for non-zero type", "it must be at least 1"),
];

/// Makes what was written fit a message of a few lines: it may be long, have lines of its own, or be a secret.
fn make_showable(error: &mut clap::Error) {
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        let Some(ContextValue::String(word)) = error.get(kind) else { continue };
        // A token that was cut would not be recognised any more.
        let showable = escape_text(&shortened_value(&redact_credentials(word))).into_owned();
        if showable == *word {
            continue;
        }
        if let Some(ContextValue::StyledStrs(tips)) = error.get(ContextKind::Suggested) {
            let repeats = |tip: &StyledStr| tip.to_string().contains(word.as_str());
            let others = tips.iter().filter(|tip| !repeats(tip)).cloned().collect();
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(others));
        }
        error.insert(kind, ContextValue::String(showable));
    }
}

/// The parser's message, fit to be shown.
fn words(mut error: clap::Error) -> String {
    make_showable(&mut error);
    let mut text = error.render().to_string();
    for (of_the_language, of_the_reader) in NUMBER_ERRORS {
        text = text.replace(of_the_language, of_the_reader);
    }
    // A surplus word is often a password: `login alice secret`.
    if let (ErrorKind::UnknownArgument | ErrorKind::TooManyValues, Some(word)) =
        (error.kind(), surplus_word(&error))
    {
        text = text.replace(&format!("'{word}'"), &format!("'{HIDDEN}'"));
        text = text.replace(&format!("'-- {word}'"), &format!("'-- {HIDDEN}'"));
        text = text.replace(
            &format!("unexpected argument '{HIDDEN}' found"),
            &format!("one argument more than the command takes: '{HIDDEN}', because it can be a password"),
        );
    }
    let terminal = Terminal::look(ColorChoice::Never);
    let clean = escape_controls(&redact_credentials(&text)).into_owned();
    let clean = if terminal.unicode { clean } else { to_ascii(&clean).into_owned() };
    match terminal.stderr_width {
        Some(width) => wrapped(&clean, usize::from(width)),
        None => clean,
    }
}

/// Each line broken between words, its later parts under the first with its own indent.
fn wrapped(text: &str, width: usize) -> String {
    let lines = text.split('\n').map(|line| {
        let indent = &line[..line.len() - line.trim_start().len()];
        wrap_indented_alike(&line[indent.len()..], indent, width).join("\n")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn surplus_word(error: &clap::Error) -> Option<&str> {
    let kind = match error.kind() {
        ErrorKind::TooManyValues => ContextKind::InvalidValue,
        _ => ContextKind::InvalidArg,
    };
    match error.get(kind) {
        Some(ContextValue::String(word)) if !word.starts_with('-') => Some(word),
        _ => None,
    }
}

/// The colour that was asked for, as far as arguments that did not parse show it.
fn color_of(arguments: &[OsString]) -> ColorChoice {
    let value = arguments.iter().enumerate().find_map(|(index, argument)| match argument.to_str()? {
        "--color" => arguments.get(index + 1)?.to_str(),
        argument => argument.strip_prefix("--color="),
    });
    value.and_then(|name| clap::ValueEnum::from_str(name, false).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
