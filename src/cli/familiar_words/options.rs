//! Words that other tools have for options. Those for commands are in `commands`.

use super::hints::{PERMANENT, Words};

const LOG_GREP: &str = "--action, --user, --session, --actor and --ip select events; `sessionctl log --format jsonl` can be piped to grep";

pub(super) const OPTIONS: Words = &[
    (&["--watch"], "`sessionctl list --watch` repeats a list; `sessionctl log --follow` waits for events"),
    (
        &["--follow", "-f"],
        "`sessionctl log --follow` waits for events; `sessionctl list --watch` repeats a list",
    ),
    (&["--columns", "--field", "--select"], "--fields a,b,c chooses the fields"),
    (
        &[
            "--others",
            "--other",
            "--except-current",
            "--keep-current",
            "--not-current",
            "--except-this",
            "--not-me",
        ],
        "--except SESSION keeps a session: its id, or @FILE for the token in a file",
    ),
    (
        &["--ended-by", "--revoked-by", "--not-ended-by"],
        "`sessionctl log --action session.revoked --actor NAME` shows which sessions somebody revoked",
    ),
    (
        &["--not-state"],
        "--state active, expired or revoked selects by state; --ended-before now what has ended",
    ),
    (
        &["--before", "--older", "--end"],
        "--created-before TIME, --seen-before TIME and --ended-before TIME select sessions until a time",
    ),
    (
        &["--newer", "--start", "--last", "--recent"],
        "--created-after TIME and --seen-after TIME select sessions since a time",
    ),
    (&["-a", "-A", "--all-namespaces", "--include-ended"], "--all selects every session, in any state"),
    (&["--everything", "-all"], "--all selects every session, in any state"),
    (&["-l", "--selector", "--field-selector"], "--label, --app, --user and others select sessions"),
    (&["-r", "-t", "--sort-by"], "--sort newest, oldest, expiring or last-seen sets the order"),
    (&["--type"], "--kind selects by kind: web, sso, api, anonymous"),
    (
        &["--expires", "--expiry", "--expires-in", "--lifetime", "--max-age"],
        "--ttl D sets after how long it expires",
    ),
    (
        &["--length", "--bytes", "--size"],
        "every token has 64 hexadecimal digits, an API token `sctl_` before them",
    ),
    (&["-w"], "`sessionctl list --watch` repeats a list"),
    (&["-U", "--uid"], "--user NAME selects by user"),
    (&["-d", "--dbname"], "--db PATH names the database"),
    (
        &["--jq", "--template", "--query", "--no-headers", "--no-legend", "--no-trunc"],
        "--fields a,b chooses fields, and --format csv, jsonl or ids prints them for scripts",
    ),
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

/// At a command that asks for confirmation.
const FORCE: Words = &[(&["-f"], "--yes answers the confirmation")];

/// Options of other tools at one command, where the hint differs from that at every other.
pub(super) const COMMAND_OPTIONS: &[(&[&str], Words)] = &[
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
            (&["--before", "--end", "--created-before"], "--until TIME shows the events before a time"),
            (
                &["--after", "--start", "--newer", "--created-after", "--seen-after"],
                "--since TIME shows the events since a time",
            ),
            (&["-u", "--name"], "--user NAME selects by whose account it was, --actor NAME by who acted"),
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
            (
                &[
                    "--limit",
                    "-n",
                    "--sort",
                    "--order",
                    "--reverse",
                    "--head",
                    "--max",
                    "--user",
                    "--name",
                    "--all",
                ],
                "`sessionctl user list --format csv` can be piped to head, sort and grep",
            ),
        ],
    ),
    (
        &["tree"],
        &[(
            &[
                "--user",
                "-u",
                "--all",
                "--since",
                "--kind",
                "--ip",
                "--app",
                "--label",
                "--active",
                "--expired",
                "--limit",
            ],
            "`sessionctl list --kind sso --user NAME` finds single sign-on sessions; `sessionctl tree ID` draws the family of one",
        )],
    ),
    (&["revoke"], FORCE),
    (&["expire"], FORCE),
    (
        &["prune"],
        &[
            (&["-f"], "--yes answers the confirmation"),
            (
                &[
                    "--days",
                    "--older",
                    "--before",
                    "--age",
                    "--min-age",
                    "--keep",
                    "--keep-days",
                    "--retention",
                ],
                "--older-than 30d deletes what ended at least that long ago",
            ),
        ],
    ),
    (
        &["login"],
        &[(
            &["--user", "--name", "--username", "-u", "-l"],
            "the name is an argument: `sessionctl login NAME`",
        )],
    ),
    (
        &["user", "passwd"],
        &[
            (&["-l", "--lock"], "`sessionctl user disable NAME`: no login, and its sessions end"),
            (&["-u", "--unlock"], "`sessionctl user enable NAME` and `sessionctl user unlock NAME`"),
            (&["-S", "--status"], "`sessionctl user show NAME` shows whether and why the user cannot log in"),
            (&["-d", "--delete"], "`sessionctl user remove NAME` removes a user"),
        ],
    ),
    (&["user", "disable"], FORCE),
    (&["user", "remove"], FORCE),
];
