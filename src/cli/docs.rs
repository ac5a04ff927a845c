//! Completion scripts and man pages, built from the tree of commands so that they never differ from `--help`. The roff
//! of a page is in `man_page`.

use clap::{Command, ValueHint};
use clap_complete::Shell;

use super::man_page::{self, shown};

/// The completion script of a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut of_words(super::command()), "sessionctl", &mut script);
    script
}

/// Where nothing else is said, a value is a word that no shell can know: neither a file nor a command.
fn of_words(command: Command) -> Command {
    let word = |arg: clap::Arg| match arg.get_value_hint() {
        ValueHint::Unknown if arg.get_action().takes_values() => arg.value_hint(ValueHint::Other),
        _ => arg,
    };
    command.mut_args(word).mut_subcommands(of_words)
}

/// Every man page, the main one first: the name of its file, such as `sessionctl-user-add.1`, and its text.
#[must_use]
pub fn man_pages() -> Vec<(String, Vec<u8>)> {
    let mut command = super::command();
    command.build();
    let mut pages = Vec::new();
    collect(&command, "sessionctl", &mut pages);
    pages
}

fn collect(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) {
    pages.push((format!("{name}.1"), man_page::write(command, name)));
    for sub in shown(command) {
        collect(sub, &format!("{name}-{}", sub.get_name()), pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_man_page_with_its_sections() {
        let pages = man_pages();
        assert_eq!(pages[0].0, "sessionctl.1");
        assert!(pages.iter().any(|(name, _)| name == "sessionctl-db-init.1"));
        assert!(!pages.iter().any(|(name, _)| name.contains("help")));
        for (name, text) in &pages {
            let text = String::from_utf8(text.clone()).unwrap();
            let count = |section: &str| {
                let headings = [format!("\n.SH {section}\n"), format!("\n.SH \"{section}\"\n")];
                headings.iter().map(|heading| text.matches(heading).count()).sum::<usize>()
            };
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"] {
                assert_eq!(count(section), 1, "{name}: {section}\n{text}");
            }
            let is_main = name == "sessionctl.1";
            for section in ["ENVIRONMENT", "FILES"] {
                assert_eq!(count(section), usize::from(is_main), "{name}: {section}");
            }
            assert_eq!(text.contains("Never prompt"), is_main, "{name}");
            assert!(!text.contains("Examples:"), "{name}");
        }
    }

    #[test]
    fn every_command_without_subcommands_has_examples() {
        fn look(command: &Command) {
            let subs: Vec<&Command> = shown(command).collect();
            if subs.is_empty() {
                let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.starts_with("Examples:\n  "), "{}", command.get_name());
            }
            subs.into_iter().for_each(look);
        }
        look(&super::super::command());
    }

    #[test]
    fn scripts_complete_commands_flags_and_values() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = String::from_utf8(completions(shell)).unwrap();
            for word in ["completions", "no-input"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
        let bash = String::from_utf8(completions(Shell::Bash)).unwrap();
        for values in ["table json jsonl csv ids count", "absolute_expires_at", "auto always never"] {
            assert!(bash.contains(values), "{values}");
        }
    }
}
