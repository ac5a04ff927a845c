//! Words that other tools use for what this program calls otherwise. A hint by meaning replaces the parser's guess by
//! spelling, which is wrong here: `restore` is no slip for `revoke`.

use crate::commands::Command;
use sessionctl_core::model::time::When;

const PERMANENT: &str =
    "a revocation is permanent; `sessionctl login` or `sessionctl generate` starts a new session";
const INSPECT: &str = "`sessionctl inspect SESSION` shows a session";
const REVOKE: &str = "`sessionctl revoke ID` ends a session permanently";
const LOG: &str = "`sessionctl log` shows the audit log";
const LOG_GREP: &str = "--action, --user, --session, --actor and --ip select events; `sessionctl log --format jsonl` can be piped to grep";
const PRUNE: &str = "`sessionctl prune` deletes the rows of sessions that ended long ago";
const CREATE: &str =
    "`sessionctl login NAME` checks a password; `sessionctl generate` creates sessions without one";

/// Words, and the hint for each of them.
type Words = &'static [(&'static [&'static str], &'static str)];

const COMMANDS: Words = &[
    (&["undo", "unrevoke", "unexpire", "reactivate", "undelete"], PERMANENT),
    (
        &["restore", "recover"],
        "a revocation is permanent: `sessionctl login` starts a new session; `sessionctl db restore FILE` brings a backup of \
         the database back",
    ),
    (&["count"], "`sessionctl list --format count` counts sessions; `sessionctl stats` counts them by group"),
    (
        &["search", "find", "grep", "filter", "query"],
        "`sessionctl list` finds sessions: --user, --ip, --user-agent, --created-after and more",
    ),
    (&["whoami"], "`sessionctl inspect` shows the session of SESSIONCTL_TOKEN"),
    (&["lookup", "show", "get", "describe", "view"], INSPECT),
    (&["kill", "kick", "boot", "eject", "drop", "terminate", "end", "destroy", "ban"], REVOKE),
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
    (
        &["users", "adduser", "useradd", "userdel", "usermod"],
        "`sessionctl user` adds, shows, changes and removes users",
    ),
    (&["passwd", "password", "chpasswd"], PASSWD),
    (&["disable", "lock", "suspend", "block"], DISABLE),
    (&["unlock"], "`sessionctl user unlock NAME` forgets failed logins"),
    (
        &["tail", "follow", "watch"],
        "`sessionctl log --follow` waits for events; `sessionctl list --watch` repeats a list",
    ),
    (
        &["info", "status", "ping", "health"],
        "`sessionctl db info` describes the database; `sessionctl stats` counts sessions",
    ),
    (&["import"], "`sessionctl user import FILE` adds users from a file"),
    (&["policy", "config", "settings", "set"], "`sessionctl db policy` shows and sets the policy"),
    (&["scan", "leak"], "`sessionctl revoke --stdin` revokes every token in a text"),
    (&["init", "backup", "migrate", "database"], "`sessionctl db` has the commands on the database"),
    (&["jwk", "jwks", "keys"], "`sessionctl jwt keys` has the commands on signing keys"),
    (&["cookies"], "`sessionctl cookie` writes, parses and checks cookies"),
    (&["completion"], "`sessionctl completions SHELL` prints a completion script"),
    (&["export", "dump"], "`sessionctl list --all --format jsonl` prints every session"),
];

/// The same behind a command that has commands of its own.
const NESTED: &[(&str, Words)] = &[
    (
        "user",
        &[
            (&["create", "new", "adduser"], "`sessionctl user add NAME` adds a user"),
            (&["delete", "del", "rm", "destroy"], "`sessionctl user remove NAME` removes a user"),
            (&["ls", "all"], "`sessionctl user list` lists users"),
            (&["get", "info", "describe", "view", "status"], "`sessionctl user show NAME` shows a user"),
            (&["password", "set-password", "reset", "reset-password", "chpasswd"], PASSWD),
            (&["lock", "suspend", "deactivate", "block", "ban"], DISABLE),
            (&["activate", "unblock", "unsuspend"], "`sessionctl user enable NAME` enables a user again"),
            (&["mv", "move"], "`sessionctl user rename OLD NEW` gives a user another name"),
            (&["load"], "`sessionctl user import FILE` adds users from a file"),
            (
                &["restore", "undo", "undelete", "recover"],
                "a removal is permanent; `sessionctl user enable NAME` undoes `sessionctl user disable`",
            ),
            (&["export", "dump"], "`sessionctl user list --format jsonl` prints every user"),
            (&["sessions"], "`sessionctl list --user NAME` lists a user's sessions"),
            (&["revoke", "logout", "kill"], "`sessionctl revoke --user NAME` ends a user's sessions"),
        ],
    ),
    (
        "db",
        &[
            (&["create", "new", "setup"], "`sessionctl db init` creates the database"),
            (&["show", "status", "stats", "path"], "`sessionctl db info` describes the database"),
            (&["dump", "save", "export", "snapshot"], "`sessionctl db backup FILE` copies the database"),
            (&["load", "import", "recover"], "`sessionctl db restore FILE` brings a copy back"),
            (&["verify", "fsck", "integrity", "repair"], "`sessionctl db check` finds damage and edits"),
            (&["config", "settings", "set", "get"], "`sessionctl db policy` shows and sets the policy"),
            (&["vacuum", "gc", "clean", "prune"], PRUNE),
            (&["upgrade", "update"], "`sessionctl db migrate` updates the schema of the database"),
        ],
    ),
    (
        "jwt",
        &[
            (&["create", "new", "sign", "encode"], "`sessionctl jwt issue SESSION` signs a JWT"),
            (&["parse", "show", "inspect", "read"], "`sessionctl jwt decode JWT` shows what a JWT contains"),
            (&["check", "validate"], "`sessionctl jwt verify JWT --audience NAME` checks a JWT"),
            (
                &["revoke"],
                "`sessionctl revoke` ends the session; `sessionctl jwt keys revoke KID` revokes a key",
            ),
            (&["jwks", "key"], "`sessionctl jwt keys` has the commands on signing keys"),
        ],
    ),
    (
        "keys",
        &[
            (&["create", "add", "generate"], "`sessionctl jwt keys new` creates a key"),
            (&["ls", "show"], "`sessionctl jwt keys list` lists the keys"),
            (
                &["rotate"],
                "`sessionctl jwt keys new` creates the next key, and `keys retire KID` ends the old one's use",
            ),
            (
                &["delete", "remove", "rm"],
                "`sessionctl jwt keys revoke KID`: the key verifies nothing afterwards",
            ),
            (&["jwks"], "`sessionctl jwt keys export` prints the public keys"),
        ],
    ),
    (
        "cookie",
        &[
            (&["make", "create", "new", "set", "write"], "`sessionctl cookie format` writes a cookie"),
            (&["check", "validate", "verify"], "`sessionctl cookie lint` checks a cookie"),
            (&["read", "decode", "show"], "`sessionctl cookie parse` reads a cookie"),
            (
                &["delete", "remove", "clear"],
                "`sessionctl cookie format --delete` writes the line that removes it",
            ),
        ],
    ),
    (
        "data",
        &[
            (&["delete", "remove", "rm", "del"], "`sessionctl data unset SESSION KEY` removes a value"),
            (&["put", "add", "write"], "`sessionctl data set SESSION KEY JSON` keeps a value"),
            (&["ls", "show", "keys"], "`sessionctl data list SESSION` lists the values"),
            (&["read"], "`sessionctl data get SESSION KEY` prints a value"),
        ],
    ),
    (
        "log",
        &[
            (&["tail", "follow", "watch"], "`sessionctl log --follow` waits for events"),
            (&["check", "validate"], "`sessionctl log verify` checks the log"),
            (&["list", "show", "ls"], "`sessionctl log` shows the audit log"),
        ],
    ),
];
const PASSWD: &str = "`sessionctl user passwd NAME` sets a new password";
const DISABLE: &str = "`sessionctl user disable NAME`: no login, and its sessions end";

const OPTIONS: Words = &[
    (&["--watch"], "`sessionctl list --watch` repeats a list; `sessionctl log --follow` waits for events"),
    (
        &["--follow", "-f"],
        "`sessionctl log --follow` waits for events; `sessionctl list --watch` repeats a list",
    ),
    (&["--columns", "--field", "--select"], "--fields a,b,c chooses the fields"),
    (&["--expired"], "--state expired selects expired sessions"),
    (&["--active", "--live"], "--state active selects active sessions"),
    (&["--revoked", "--ended"], "--state revoked selects revoked sessions"),
    (
        &["--state"],
        "`sessionctl list --state any` selects by state; `sessionctl tree` draws every family with an active parent, and \
         `sessionctl tree ID` any other",
    ),
    (&["--json"], "--format json prints JSON"),
    (&["--csv"], "--format csv prints CSV"),
    (&["--jsonl"], "--format jsonl prints one JSON object per line"),
    (&["--ids"], "--format ids prints the ids"),
    (
        &["--count"],
        "--format count prints how many results there are; `sessionctl list --format count` counts sessions",
    ),
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
    (
        &["--everywhere", "--all-sessions"],
        "`sessionctl revoke --user NAME` ends every session of a user; `sessionctl revoke --all` all of them",
    ),
    (&["--id"], "an id is an argument of its own: write 42 in place of --id 42"),
    (&["-n", "--tail", "--head", "--max", "--top"], "--limit N shows at most N"),
    (
        &["--since", "--from-time", "--newer-than"],
        "--created-after TIME and --seen-after TIME select sessions since a time",
    ),
    (&["--until", "--to"], "--created-before TIME and --seen-before TIME select sessions until a time"),
    (
        &["--older-than", "--idle", "--inactive", "--unused", "--idle-since"],
        "--seen-before 7d selects sessions that were not used for that long",
    ),
    (&["--at"], "--active-at TIME selects the sessions that were active then"),
    (&["--network", "--address", "--addr", "--cidr", "--host"], "--ip CIDR selects by address"),
    (&["--browser", "--agent", "--client", "--ua"], "--user-agent '*Firefox*' selects by user agent"),
    (&["--name", "-u", "--login"], "--user NAME selects by user"),
    (
        &["--exclude", "--but", "--without", "--keep", "--not"],
        "--except SESSION keeps a session; --not-user, --not-ip, --not-app and others keep what has a value",
    ),
    (
        &["--group-by", "--group", "--by"],
        "`sessionctl stats --by user` counts by user, --by network by network",
    ),
    (&["--undo", "--restore"], PERMANENT),
    (&["--not-anonymous", "--no-anonymous"], "--not-kind anonymous leaves anonymous sessions out"),
    (&["--web", "--api", "--sso"], "--kind web selects by kind: web, sso, api, anonymous"),
    (&["--reverse", "--order", "--order-by"], "--sort newest, oldest, expiring or last-seen sets the order"),
    (
        &["--ttl", "--for"],
        "`sessionctl expire ID --in D` sets when a session expires; `generate --ttl D` and `login --ttl D` start one",
    ),
    (
        &["--all-users", "--any"],
        "--all selects every session; --state any selects those that have ended, too",
    ),
    (
        &["--grep", "--search", "--filter", "--match", "--where", "-g"],
        "--label '*ci*' and --user-agent '*Firefox*' select by pattern, --user, --ip and others by value; a table can be piped \
         to grep",
    ),
    (&["--tree"], "`sessionctl tree` draws single sign-on families"),
    (&["--version"], "`sessionctl --version` prints the version"),
    (&["--verbose=0", "--silent"], "--quiet prints results and errors only"),
];

/// Options of other tools at one command, where the hint differs from that at every other.
const COMMAND_OPTIONS: &[(&[&str], Words)] = &[
    (
        &["log"],
        &[
            (
                &["--reverse", "--order", "--order-by", "--sort"],
                "`sessionctl log --format jsonl | tac` prints the oldest first",
            ),
            (&["--grep", "--search", "--filter", "--match", "-g"], LOG_GREP),
            (&["--app", "--label", "--kind"], LOG_GREP),
            (&["--last", "--lines"], "--limit N shows at most N"),
            (
                &["--by", "--who", "--admin"],
                "--actor NAME selects by who acted, --user NAME by whose account it was",
            ),
            (&["--failed", "--failures", "--failed-logins"], "--action login.failed shows failed logins"),
            (&["--type", "--event-type"], "--action ACTION selects by what was done"),
        ],
    ),
    (
        &["user", "list"],
        &[
            (
                &["--locked", "--disabled", "--active", "--state", "--throttled", "--enabled"],
                "`sessionctl user list --format jsonl` prints locked_at and disabled_at of every user",
            ),
            (&["--grep", "--search", "--filter", "--match", "-g"], "a table can be piped to grep"),
        ],
    ),
];

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
    find(words, word)
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
