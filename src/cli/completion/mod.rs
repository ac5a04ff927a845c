//! Completion in a shell: the script of each shell, and the hidden command that the scripts call. What values there are
//! is in `values` and `database`.

mod database;
mod values;

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap_complete::Shell;
use clap_complete::engine::{CompletionCandidate, complete};

use super::parser::command;
use crate::output::escape::escape_text;
use database::Database;

/// The hidden command: `sessionctl __complete INDEX -- WORD...` prints what can take the place of the word at `INDEX`,
/// a line each, with a tab and a description where there is one.
const COMMAND: &str = "__complete";

/// The completion script of a shell.
#[must_use]
pub(super) fn script(shell: Shell) -> Vec<u8> {
    let text = match shell {
        Shell::Zsh => include_str!("scripts/_sessionctl"),
        Shell::Fish => include_str!("scripts/sessionctl.fish"),
        Shell::PowerShell => include_str!("scripts/_sessionctl.ps1"),
        Shell::Elvish => include_str!("scripts/sessionctl.elv"),
        // The only other one that the argument accepts.
        _ => include_str!("scripts/sessionctl.bash"),
    };
    text.as_bytes().to_vec()
}

/// Runs the hidden command, if the arguments are one, and returns the exit code.
pub(super) fn run(arguments: &[OsString]) -> Option<u8> {
    let [_, command, index, separator, words @ ..] = arguments else { return None };
    if command != COMMAND || separator != "--" {
        return None;
    }
    let index: usize = index.to_str()?.parse().ok()?;
    let mut text = String::new();
    for candidate in candidates(words, index) {
        text.push_str(&line(&candidate));
    }
    let mut stdout = io::stdout().lock();
    // An error has no reader: the shell shows only candidates.
    Some(u8::from(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_err()))
}

fn candidates(words: &[OsString], index: usize) -> Vec<CompletionCandidate> {
    let mut words: Vec<OsString> = words.iter().take(index + 1).cloned().collect();
    // A shell may leave an empty last word out.
    if words.len() == index {
        words.push(OsString::new());
    }
    let Some(current) = words.get(index).cloned() else { return Vec::new() };
    let database = Database::of_words(&words);
    let tree = command();
    let named = command_of(&tree, &words);
    let plain = current.is_empty().then(|| tree.clone());
    let mut tree = values::attach(tree, &database, &named);
    let directory = std::env::current_dir().ok();
    let complete_in = |tree: &mut clap::Command, words| {
        complete(tree, words, index, directory.as_deref()).unwrap_or_default()
    };
    let mut found = complete_in(&mut tree, words.clone());
    let is_option =
        |candidate: &CompletionCandidate| candidate.get_value().to_string_lossy().starts_with('-');
    // Where a word must come that is no option, none is offered, even if nobody knows that word.
    if let Some(plain) = plain {
        let is_expected = match has_positionals(&plain, &named) {
            true => complete_in(&mut values::mark_positionals(plain), words).iter().any(values::is_mark),
            false => found.iter().any(|candidate| !is_option(candidate)),
        };
        if is_expected {
            found.retain(|candidate| !is_option(candidate));
        }
    }
    // A value with a line break or a tab cannot be handed over in a line.
    found.retain(|candidate| !candidate.get_value().to_string_lossy().contains(char::is_control));
    found
}

/// The command that the words name, without the name of the program: `user add`.
fn command_of(tree: &clap::Command, words: &[OsString]) -> String {
    let mut command = tree;
    let mut named = Vec::new();
    for word in words.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(sub) = command.find_subcommand(word) {
            named.push(word);
            command = sub;
        }
    }
    named.join(" ")
}

/// Whether the command of this name has arguments without a name of their own.
fn has_positionals(tree: &clap::Command, named: &str) -> bool {
    let command = named.split(' ').try_fold(tree, |command, name| command.find_subcommand(name));
    command.is_some_and(|command| command.get_positionals().next().is_some())
}

fn line(candidate: &CompletionCandidate) -> String {
    let value = candidate.get_value().to_string_lossy();
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    match help.lines().next() {
        Some(help) if !help.is_empty() => format!("{value}\t{}\n", escape_text(help)),
        _ => format!("{value}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete_line(line: &str) -> Vec<String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let index = words.len() - 1;
        candidates(&words, index)
            .iter()
            .map(|found| found.get_value().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn commands_options_and_words_are_completed() {
        assert_eq!(complete_line("sessionctl insp"), ["inspect"]);
        assert_eq!(complete_line("sessionctl user ad"), ["add"]);
        assert!(complete_line("sessionctl ").contains(&"login".to_owned()));
        assert!(!complete_line("sessionctl ").iter().any(|word| word.starts_with('-')));
        assert_eq!(complete_line("sessionctl list --expiring-w"), ["--expiring-within"]);
        assert_eq!(complete_line("sessionctl --format js"), ["json", "jsonl"]);
        assert_eq!(complete_line("sessionctl list --format=cs"), ["--format=csv"]);
        assert_eq!(complete_line("sessionctl help user sh"), ["show"]);
        assert_eq!(complete_line("sessionctl help glo"), ["global"]);
        for line in ["data get 5 ", "user rename u1 ", "rotate ", "cookie format "] {
            let found = complete_line(&format!("sessionctl {line}"));
            assert!(!found.iter().any(|word| word.starts_with('-')), "{line}: {found:?}");
        }
        for line in [
            "db info ",
            "inspect 12 ",
            "inspect --events 3 12 ",
            "data set 1 k 1 ",
            "user show ann ",
            "user rename u1 u2 ",
            "cookie format - ",
            "verify --app shop @token ",
            "completions bash ",
        ] {
            let found = complete_line(&format!("sessionctl {line}"));
            assert!(found.contains(&"--db".to_owned()), "{line}: {found:?}");
        }
        assert_eq!(complete_line("sessionctl inspect 12 --introsp"), ["--introspection"]);
        assert_eq!(complete_line("sessionctl inspect 12 --events "), [""; 0]);
    }

    #[test]
    fn field_names_are_completed_after_a_comma() {
        assert_eq!(complete_line("sessionctl list --fields id,us"), ["id,user", "id,user_agent"]);
        assert_eq!(complete_line("sessionctl list --fields=id,lab"), ["--fields=id,label"]);
        assert_eq!(
            complete_line("sessionctl user list --fields name,password_a"),
            ["name,password_accepted"]
        );
        assert_eq!(complete_line("sessionctl log --fields act"), ["action", "actor"]);
        assert_eq!(complete_line("sessionctl expire --fields together"), ["together_with"]);
    }

    #[test]
    fn values_of_a_list_are_completed_after_a_comma() {
        assert_eq!(complete_line("sessionctl list --kind web,a"), ["web,anonymous", "web,api"]);
        assert_eq!(complete_line("sessionctl revoke --not-kind=web,ss"), ["--not-kind=web,sso"]);
        assert_eq!(complete_line("sessionctl stats --by user,la"), ["user,last-network"]);
    }

    #[test]
    fn missing_last_word_counts_as_empty() {
        let words = ["sessionctl".into(), "user".into()];
        let found = candidates(&words, 2);
        assert!(found.iter().any(|candidate| candidate.get_value() == "add"));
        assert!(candidates(&words, 9).is_empty());
    }

    #[test]
    fn only_the_whole_hidden_command_is_run() {
        let run = |line: &[&str]| super::run(&line.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(run(&["sessionctl", "list"]), None);
        assert_eq!(run(&["sessionctl", "__complete", "x", "--", "sessionctl"]), None);
        assert_eq!(run(&["sessionctl", "verify", "__complete", "1", "--"]), None);
    }
}
