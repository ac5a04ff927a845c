//! Hints: what is likely meant by a word of another tool, a name in the place of an id, a value that no option has. Each hint
//! is true where it is given.

use crate::harness::TestEnv;

/// Runs each command line, which fails or finds nothing, and looks for a text in what it reports.
#[track_caller]
fn hints(env: &TestEnv, cases: &[(&str, &str)]) {
    for (line, hint) in cases {
        let output = env.bash(&format!("sessionctl {line}")).run();
        assert!(output.stderr().contains(hint), "{line}: no '{hint}' in {}", output.stderr());
    }
}

fn with_sessions() -> TestEnv {
    let env = TestEnv::with_users(&["alice", "a,b", "-lead"]);
    for address in ["203.0.113.1", "203.0.113.2", "198.51.100.7"] {
        env.generate(&["--user", "alice", "--ip", address]);
    }
    env.generate(&["--user", "alice"]);
    env
}

#[test]
fn name_with_a_comma_is_hinted_at_as_each_argument_takes_it() {
    let one = "one name is expected, and no list";
    hints(
        &with_sessions(),
        &[
            (r"generate --user 'a\,b'", &format!("{one}: write 'a,b'")),
            (r"user show 'a\,b'", &format!("{one}: write 'a,b'")),
            (r"user disable 'a\,b' --yes", &format!("{one}: write 'a,b'")),
            (r"log --user 'a\,b'", &format!("{one}: write 'a,b'")),
            (r"generate --user 'x\,y'", "`sessionctl user add 'x,y'` adds one"),
            ("user show alice,carol", &format!("{one}; `sessionctl user list`")),
            ("list --user a,b", r"for the user of that name write --user 'a\,b'"),
            ("revoke --user alice,carol --yes", r"one that belongs to a name is written \,"),
            ("list --user 'al*'", "the name of a user is no pattern"),
            ("list --scope 'orders:*'", "the name of a scope is no pattern"),
        ],
    );
}

#[test]
fn text_in_the_place_of_an_id_is_hinted_at_as_each_argument_takes_it() {
    let (list, one) = ("separated by spaces or commas", "one session is named here, and no list");
    let env = with_sessions();
    hints(
        &env,
        &[
            ("list --under 1,2", one),
            ("log --session 4,3", one),
            ("log --session '4 3'", one),
            ("tree 1,2", one),
            ("inspect 1,2", one),
            ("data list 1,2", one),
            ("generate --user alice --under 1,2", one),
            ("revoke 4,x --yes", list),
            ("list --except 4,x", "separated by commas; --not-user NAME"),
            ("revoke alice --yes", "that is a user: write --user alice"),
            ("expire alice --yes", "that is a user: write --user alice"),
            ("revoke --yes -- -lead", "that is a user: write --user=-lead"),
            ("revoke --all --yes --except alice", "that is a user: write --not-user alice"),
            ("inspect alice", "`sessionctl list --user alice` its sessions"),
        ],
    );
    for line in ["list --under 1,x", "log --session x,1", "tree x"] {
        let output = env.bash(&format!("sessionctl {line}")).run();
        assert!(!output.stderr().contains("comma"), "{line}: {}", output.stderr());
    }
    assert_eq!(env.ids(&[]).len(), 4, "nothing was ended");
}

#[test]
fn address_that_no_session_has_is_hinted_at_with_its_network() {
    let env = with_sessions();
    let two = "2 sessions that match are from the network around: --ip 203.0.113.0/24";
    hints(
        &env,
        &[
            ("list --ip 203.0.113.0", two),
            ("list --ip 203.0.113.0 --format count", two),
            ("revoke --ip 203.0.113.0 --yes", two),
            ("expire --ip 203.0.113.9 --dry-run", two),
            ("stats --ip 203.0.113.9", two),
            (
                "list --last-ip 198.51.100.0",
                "1 session that matches is from the network around: --last-ip 198.51.100.0/24",
            ),
            ("list --not-ip 203.0.113.0/24", "2 sessions, 1 without an address"),
        ],
    );
    for line in ["list --ip 192.0.2.1", "list --ip 203.0.113.0/25 --user a,b", "list --ip 203.0.113.1"] {
        let output = env.bash(&format!("sessionctl {line}")).run();
        assert!(!output.stderr().contains("network around"), "{line}: {}", output.stderr());
    }
    assert_eq!(env.ids(&[]).len(), 4, "nothing was ended");
}

#[test]
fn word_of_another_tool_is_hinted_at_with_what_does_it_here() {
    hints(
        &with_sessions(),
        &[
            ("list-sessions", "sessionctl list"),
            ("session-status 1", "sessionctl inspect"),
            ("show-session 1", "sessionctl inspect"),
            ("terminate-session 1", "sessionctl revoke ID"),
            ("kill-session 1", "sessionctl revoke ID"),
            ("terminate-user alice", "revoke --user NAME"),
            ("kill-user alice", "revoke --user NAME"),
            ("user-status alice", "user show NAME"),
            ("show-user alice", "user show NAME"),
            ("list-users", "user list"),
            ("last", "log --action login"),
            ("lastb", "log --action login.failed"),
            ("who", "sessionctl list"),
            ("w", "sessionctl list"),
            ("TTL 1", "sessionctl inspect"),
            ("DEL 1", "sessionctl revoke ID"),
            ("lock-session 1", "user disable NAME"),
            ("list-tokens", "list --kind api"),
            ("logins", "log --action login"),
            ("user passwd -l alice", "user disable NAME"),
            ("user passwd -S alice", "user show NAME"),
            ("login --user alice", "the name is an argument"),
            ("login -u alice", "the name is an argument"),
            ("generate alice", "--user NAME names the user"),
            ("generate --expires 30d", "--ttl D"),
            ("prune --days 30", "--older-than 30d"),
            ("prune 30d", "--older-than 30d"),
            ("expire 1 30m --yes", "--in 30m"),
            ("log --action logout", "--action session.revoked"),
            ("db policy set web.idle 15m", "db policy NAME VALUE"),
            ("list -l app=shop", "--label, --app"),
            ("list -A", "--all selects"),
            ("log alice", "log --user NAME"),
            ("log verify head.txt", "log verify --head FILE"),
            ("user list alice", "user show NAME"),
            ("user list --disabled", "disabled_at"),
            ("user list --limit 2", "head"),
            ("tree --user alice", "tree ID"),
            ("revoke --user alice -f", "--yes answers the confirmation"),
            ("revoke --user alice --others", "--except SESSION keeps a session"),
            ("revoke --user alice --except-current", "--except SESSION keeps a session"),
            ("list --ended-by root", "--actor NAME"),
            ("list --not-state active", "--state active, expired or revoked"),
            ("list --before 1d", "--created-before TIME"),
            ("list --after 1d", "--created-after TIME"),
            ("log --before 1d", "--until TIME"),
            ("log --after 1d", "--since TIME"),
            ("list --state active,expired", "one state is named, or any"),
            ("list --state ended", "--ended-before now"),
            ("stats --by ip", "--by network"),
            ("stats --by country", "--by network"),
            ("stats --by browser", "--by user-agent"),
            ("stats --by label", "--fields label"),
            ("list --active-at 3:12am", "write 03:12"),
            ("list --active-at 'yesterday 3:12 pm'", "write yesterday 15:12"),
            ("list --active-at '12:30 pm'", "no such time of day"),
        ],
    );
}
