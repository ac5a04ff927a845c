//! Completion scripts and man pages, for `completions` and `man`. The pages are built from the tree of commands, so that
//! they never differ from `--help`; the roff of a page is in `man_page`.

use clap::Command;
use clap_complete::Shell;

use super::completion;
use super::man_page::{self, shown};
use super::parser::command;

/// The completion script of a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    completion::script(shell)
}

/// Every man page, the main one first: the name of its file, such as `sessionctl-user-add.1`, and its text.
#[must_use]
pub fn man_pages() -> Vec<(String, Vec<u8>)> {
    let mut tree = command();
    tree.build();
    let mut pages = Vec::new();
    collect(&tree, "sessionctl", &mut pages);
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
        look(&command());
    }
}
