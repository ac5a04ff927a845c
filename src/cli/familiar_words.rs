//! Words that other tools use for what this program calls otherwise. A hint by meaning replaces the parser's guess by
//! spelling, which is wrong here: `restore` is no slip for `revoke`.

const PERMANENT: &str =
    "a revocation is permanent; `sessionctl login` or `sessionctl generate` starts a new session";
const INSPECT: &str = "`sessionctl inspect SESSION` shows a session";
const REVOKE: &str = "`sessionctl revoke ID` ends a session permanently";
const LOG: &str = "`sessionctl log` shows the audit log";
const PRUNE: &str = "`sessionctl prune` deletes the rows of sessions that ended long ago";
const CREATE: &str =
    "`sessionctl login NAME` checks a password; `sessionctl generate` creates sessions without one";

const COMMANDS: &[(&[&str], &str)] = &[
    (&["restore", "undo", "unrevoke", "unexpire", "reactivate", "undelete"], PERMANENT),
    (&["whoami"], "`sessionctl inspect` shows the session of SESSIONCTL_TOKEN"),
    (&["lookup", "show", "get", "describe", "view"], INSPECT),
    (&["kill", "terminate", "end", "destroy", "ban"], REVOKE),
    (
        &["delete", "remove", "rm", "del"],
        "`sessionctl revoke ID` ends a session; `sessionctl prune` deletes sessions that ended long ago; \
         `sessionctl user remove NAME` removes a user",
    ),
    (&["version"], "`sessionctl --version` prints the version"),
    (&["ls", "ps", "sessions", "who"], "`sessionctl list` lists sessions"),
    (&["create", "new", "add", "issue", "token", "start"], CREATE),
    (&["signin", "sign-in", "auth", "authenticate"], "`sessionctl login NAME` checks a password"),
    (&["signout", "sign-out"], "`sessionctl logout` ends the session of a token"),
    (&["check", "validate", "valid"], "`sessionctl verify` checks whether a token is active"),
    (&["introspect"], "`sessionctl inspect SESSION --introspection` prints RFC 7662 JSON"),
    (
        &["renew", "refresh", "extend", "touch"],
        "`sessionctl rotate` gives a session a new token; `sessionctl expire ID --in D` sets when it expires",
    ),
    (&["logs", "audit", "events", "history"], LOG),
    (&["gc", "cleanup", "clean", "purge", "vacuum"], PRUNE),
    (&["users", "adduser", "useradd", "passwd"], "`sessionctl user` adds, shows, changes and removes users"),
    (&["init", "backup", "info", "policy", "config"], "`sessionctl db` has the commands on the database"),
    (&["jwk", "jwks", "keys"], "`sessionctl jwt keys` has the commands on signing keys"),
    (&["cookies"], "`sessionctl cookie` writes, parses and checks cookies"),
    (&["completion"], "`sessionctl completions SHELL` prints a completion script"),
    (&["export", "dump"], "`sessionctl list --all --format jsonl` prints every session"),
];

const OPTIONS: &[(&[&str], &str)] = &[
    (&["--watch"], "`sessionctl list --watch` repeats a list; `sessionctl log --follow` waits for events"),
    (
        &["--follow", "--tail", "-f"],
        "`sessionctl log --follow` waits for events; `sessionctl list --watch` repeats a list",
    ),
    (&["--columns", "--field", "--select"], "--fields a,b,c chooses the fields"),
    (&["--expired"], "--state expired selects expired sessions"),
    (&["--active", "--live"], "--state active selects active sessions"),
    (&["--revoked", "--ended"], "--state revoked selects revoked sessions"),
    (&["--json"], "--format json prints JSON"),
    (&["--csv"], "--format csv prints CSV"),
    (&["--jsonl"], "--format jsonl prints a JSON object a line"),
    (&["--ids"], "--format ids prints the ids"),
    (&["--count"], "--format count prints how many there are"),
    (&["--output", "-o"], "--format chooses how the result is printed; redirect standard output to a file"),
    (&["--database", "--file"], "--db PATH names the database"),
    (&["--force", "--assume-yes"], "--yes answers the confirmation"),
    (
        &["--token"],
        "a token is an argument: - for standard input, @FILE, or SESSIONCTL_TOKEN in the environment",
    ),
    (&["--password", "--pass"], "--password-stdin reads the password from standard input"),
    (
        &["--username", "--user-name"],
        "--user NAME selects a user; a command on one user takes NAME as argument",
    ),
    (&["--id"], "an id is an argument of its own: `sessionctl revoke 42`"),
    (&["--version"], "`sessionctl --version` prints the version"),
    (&["--verbose=0", "--silent"], "--quiet prints results and errors only"),
];

/// The hint for a command of another tool.
pub(super) fn command_hint(word: &str) -> Option<&'static str> {
    find(COMMANDS, word)
}

/// The hint for an option of another tool.
pub(super) fn option_hint(word: &str) -> Option<&'static str> {
    find(OPTIONS, word.split('=').next().unwrap_or(word))
}

fn find(table: &[(&[&str], &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for (_, hint) in COMMANDS.iter().chain(OPTIONS) {
            for named in hint.split('`').filter_map(|part| part.strip_prefix("sessionctl ")) {
                let name = named.split(' ').next().unwrap();
                assert!(name.starts_with("--") || tree.find_subcommand(name).is_some(), "{hint}");
            }
        }
    }

    #[test]
    fn no_command_of_this_program_is_foreign() {
        for sub in crate::cli::command().get_subcommands() {
            assert_eq!(command_hint(sub.get_name()), None);
        }
        assert!(option_hint("--watch=2").is_some() && option_hint("--limit").is_none());
    }
}
