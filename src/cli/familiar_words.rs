//! Words that other tools use for what this program calls otherwise. A hint by meaning replaces the parser's guess by
//! spelling, which is wrong here: `restore` is no slip for `revoke`.

mod commands;
mod hints;
mod options;

use self::commands::{COMMANDS, NESTED};
use self::hints::Words;
use self::options::{COMMAND_OPTIONS, OPTIONS};
use crate::commands::Command;
use sessionctl_core::model::time::When;

/// The hint for an option of another tool that means something else at this command than at others.
pub(super) fn command_option_hint(path: &[String], word: &str) -> Option<&'static str> {
    let (_, words) = COMMAND_OPTIONS.iter().find(|(command, _)| path == *command)?;
    find(words, word.split('=').next().unwrap_or(word))
}

/// The hint for a command of another tool, behind these commands.
pub(super) fn command_hint(path: &[String], word: &str) -> Option<&'static str> {
    let words = match path.last() {
        None => COMMANDS,
        Some(name) if name == "log" && word.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Some(
                "`sessionctl log --session ID` shows the events of a session, `--event ID` one event",
            );
        }
        // A word of the program's own in the wrong place: the hint would name another thing.
        Some(name) => NESTED.iter().find(|(command, _)| command == name)?.1,
    };
    // Some tools write their commands in capitals.
    find(words, word).or_else(|| find(words, &word.to_ascii_lowercase()))
}

/// The hint for an option of another tool.
pub(super) fn option_hint(word: &str) -> Option<&'static str> {
    find(OPTIONS, word.split('=').next().unwrap_or(word))
}

/// The hint for a time behind `--from`, which elsewhere names the beginning of what is shown.
pub(super) fn time_hint(command: &Command, from: &str) -> Option<&'static str> {
    from.parse::<When>().ok()?;
    match command {
        Command::Log(_) => {
            Some("--since TIME shows the events since a time, and --until TIME those before one")
        }
        Command::List(_)
        | Command::Stats(_)
        | Command::Revoke(_)
        | Command::Expire(_)
        | Command::Prune(_) => Some(
            "--created-after TIME and --seen-after TIME select sessions since a time, and --active-at TIME those that \
                 were active then",
        ),
        _ => None,
    }
}

fn find(table: Words, word: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_behind_log_is_a_session_or_an_event() {
        let hint = |word| command_hint(&["log".to_owned()], word);
        assert!(hint("12").is_some_and(|hint| hint.contains("--session")));
        assert_eq!(hint("12x"), None);
    }

    #[test]
    fn no_word_is_listed_twice() {
        let words = |table: &[(&[&'static str], &str)]| -> Vec<&'static str> {
            table.iter().flat_map(|(words, _)| words.iter().copied()).collect()
        };
        let all = [words(COMMANDS), words(OPTIONS)].concat();
        let unique: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(unique.len(), all.len());
    }

    #[test]
    fn every_command_in_a_hint_exists() {
        let tree = crate::cli::command();
        let nested = NESTED.iter().flat_map(|(_, words)| words.iter());
        for (_, hint) in COMMANDS.iter().chain(OPTIONS).chain(nested) {
            for named in hint.split('`').filter_map(|part| part.strip_prefix("sessionctl ")) {
                let name = named.split(' ').next().unwrap();
                assert!(name.starts_with("--") || tree.find_subcommand(name).is_some(), "{hint}");
            }
        }
    }

    #[test]
    fn no_command_of_this_program_is_foreign() {
        for sub in crate::cli::command().get_subcommands() {
            assert_eq!(command_hint(&[], sub.get_name()), None);
            for nested in sub.get_subcommands() {
                assert_eq!(command_hint(&[sub.get_name().to_owned()], nested.get_name()), None);
            }
        }
        assert!(option_hint("--watch=2").is_some() && option_hint("--limit").is_none());
    }
}
