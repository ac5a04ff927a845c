//! Words that other tools have for commands. Those for options are in `options`.

use super::hints::{CREATE, DISABLE, INSPECT, LOG, PASSWD, PERMANENT, PRUNE, REVOKE, Words};

pub(super) const COMMANDS: Words = &[
    (
        &["list-tokens", "tokens", "get-tokens"],
        "`sessionctl list --kind api` lists API tokens; the tokens themselves are not stored",
    ),
    (&["create-token", "create-session", "new-session", "add-session"], CREATE),
    (&["revoke-token", "delete-token", "invalidate", "cancel", "close", "unset"], REVOKE),
    (&["lock-session", "lock-sessions", "lock-user", "disable-user", "blacklist", "denylist"], DISABLE),
    (&["get-caller-identity", "self"], "`sessionctl inspect` shows the session of SESSIONCTL_TOKEN"),
    (&["describe-sessions"], "`sessionctl list` lists sessions"),
    (
        &["logins", "login-history", "failed-logins"],
        "`sessionctl log --action login` shows the logins, failed ones too",
    ),
    (
        &["expire-all", "logoutall", "kick-user", "kickall"],
        "`sessionctl revoke --user NAME` ends every session of a user; `sessionctl revoke --all` all of them",
    ),
    (
        &["add-user", "create-user", "delete-user", "remove-user", "enable-user"],
        "`sessionctl user` adds, shows, changes and removes users",
    ),
    (&["list-events", "get-events", "audit-log", "journal"], LOG),
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
    (
        &["list-sessions", "session", "list-session", "w", "ls-sessions", "get-sessions", "clients"],
        "`sessionctl list` lists sessions",
    ),
    (&["session-status", "show-session", "describe-session", "get-session", "ttl", "info-session"], INSPECT),
    (
        &[
            "terminate-session",
            "kill-session",
            "delete-session",
            "revoke-session",
            "end-session",
            "stop",
            "disconnect",
        ],
        REVOKE,
    ),
    (
        &["terminate-user", "kill-user", "logout-all", "revoke-all", "sign-out-all", "pkill", "skill"],
        "`sessionctl revoke --user NAME` ends every session of a user; `sessionctl revoke --all` all of them",
    ),
    (&["flushall", "flushdb", "truncate"], "`sessionctl revoke --all` ends every session"),
    (
        &["user-status", "show-user", "finger", "id", "chage"],
        "`sessionctl user show NAME` shows a user, and whether and why the user cannot log in",
    ),
    (&["list-users", "ls-users", "get-users", "getent"], "`sessionctl user list` lists users"),
    (
        &["last", "lastlog", "wtmp"],
        "`sessionctl log --action login` shows the logins; `sessionctl list --all` every session, newest first",
    ),
    (&["lastb", "failed", "btmp", "faillog"], "`sessionctl log --action login.failed` shows failed logins"),
    (&["monitor", "subscribe"], "`sessionctl log --follow` prints events as they are written"),
    (&["top", "htop"], "`sessionctl list --watch` repeats a list; `sessionctl stats` counts sessions"),
    (
        &["select", "table", "tables"],
        "`sessionctl list` selects sessions; --format csv and --fields choose what is printed",
    ),
    (&["is-active"], "`sessionctl verify` checks whether a token is active"),
    (&["revoke-self", "exit", "quit"], "`sessionctl logout` ends the session of a token"),
    (&["persist"], "`sessionctl expire ID --in D` sets when it expires, at its absolute limit at the latest"),
    (&["whoami"], "`sessionctl inspect` shows the session of SESSIONCTL_TOKEN"),
    (&["lookup", "show", "get", "describe", "view"], INSPECT),
    (&["kill", "kick", "boot", "eject", "drop", "terminate", "end", "destroy", "ban"], REVOKE),
    (
        &["delete", "remove", "rm", "del"],
        "`sessionctl revoke ID` ends a session; `sessionctl prune` deletes sessions that ended long ago; \
         `sessionctl user remove NAME` removes a user",
    ),
    (&["version"], "`sessionctl --version` prints the version"),
    (&["ls", "ps", "sessions", "who", "show-sessions"], "`sessionctl list` lists sessions"),
    (&["create", "new", "add", "issue", "token", "start"], CREATE),
    (&["signin", "sign-in", "auth", "authenticate"], "`sessionctl login NAME` checks a password"),
    (&["signout", "sign-out"], "`sessionctl logout` ends the session of a token"),
    (&["check", "validate", "valid"], "`sessionctl verify` checks whether a token is active"),
    (&["introspect"], "`sessionctl inspect SESSION --introspection` prints RFC 7662 JSON"),
    (
        &["renew", "refresh", "extend", "touch", "restart", "reissue"],
        "`sessionctl rotate` gives a session a new token; `sessionctl expire ID --in D` sets when it expires",
    ),
    (&["logs", "audit", "events", "history"], LOG),
    (&["gc", "cleanup", "clean", "purge", "vacuum"], PRUNE),
    (
        &[
            "users",
            "adduser",
            "useradd",
            "userdel",
            "deluser",
            "usermod",
            "createuser",
            "dropuser",
            "account",
            "accounts",
        ],
        "`sessionctl user` adds, shows, changes and removes users",
    ),
    (&["passwd", "password", "chpasswd"], PASSWD),
    (&["disable", "lock", "suspend", "block", "deactivate"], DISABLE),
    (&["unlock", "unlock-user"], "`sessionctl user unlock NAME` forgets failed logins"),
    (
        &["tail", "follow", "watch"],
        "`sessionctl log --follow` waits for events; `sessionctl list --watch` repeats a list",
    ),
    (
        &["info", "status", "ping", "health"],
        "`sessionctl db info` describes the database; `sessionctl stats` counts sessions",
    ),
    (&["enable", "activate"], "`sessionctl user enable NAME` enables a user again"),
    (&["rename", "mv"], "`sessionctl user rename OLD NEW` gives a user another name"),
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
pub(super) const NESTED: &[(&str, Words)] = &[
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
            (&["export", "dump"], "`sessionctl log --format jsonl` prints every event"),
            (&["list", "show", "ls"], "`sessionctl log` shows the audit log"),
        ],
    ),
];
