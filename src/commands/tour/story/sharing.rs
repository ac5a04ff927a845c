//! The chapters about tokens for several apps and for programs.

use super::Beat::{Fail, Keep, Run, Tell, Try};
use super::Check::{Exits, Leaves, Prints, Sees};
use super::{Chapter, Mistake, Task};

/// The states of the parent, the children, and a session that is none of them.
const STATES: &str = "for t in \"$PARENT\" \"$FORUM\" \"$WIKI\" \"$LONG\"; do echo \"$t\" | sessionctl inspect - --fields state; done | tr '\\n' ' '";

pub(super) const SSO: Chapter = Chapter {
    name: "sso",
    title: "Single sign-on: one login, several apps",
    beats: &[
        Tell(
            "The shop has a support forum and a wiki. Alice logs in once, and each app gets a token of its own under that login. The login is the parent session, the others are its children.",
        ),
        Keep("PARENT", "echo \"$PASSWORD\" | sessionctl login alice --sso --password-stdin -q"),
        Run("echo \"$PARENT\" > parent"),
        Keep("FORUM", "sessionctl generate --under @parent --app forum -q"),
        Keep("WIKI", "sessionctl generate --under @parent --app wiki -q"),
        Run("sessionctl tree"),
        Run("echo \"$FORUM\" | sessionctl verify - --app forum"),
        Tell("A token is for one app, and each app asks with --app. The wiki does not accept the forum's:"),
        Fail("echo \"$FORUM\" | sessionctl verify - --app wiki", 7),
        Tell("An app that asks without --app accepts any valid token:"),
        Run("echo \"$FORUM\" | sessionctl verify -"),
        Tell("Leaving one app leaves the others as they are. The end of the parent ends them all."),
        Try(Task {
            ask: "log out of the parent session, whose token is in the file parent.",
            hint: "sessionctl logout takes a file that holds a token as @FILE",
            example: "sessionctl logout @parent",
            about: &["sessionctl logout", "sessionctl revoke", "sessionctl expire"],
            done: &[Leaves(STATES, "revoked revoked revoked active")],
            mistakes: &[
                Mistake {
                    when: &[Leaves(STATES, "revoked revoked revoked revoked")],
                    say: "That ended other sessions of Alice as well. Log out with the token in the file parent, and nothing else.",
                },
                Mistake {
                    when: &[Leaves(STATES, "active revoked active active")],
                    say: "That was the forum only: the parent goes on, and so does the wiki. The parent's token is in the file parent.",
                },
                Mistake {
                    when: &[Leaves(STATES, "active active revoked active")],
                    say: "That was the wiki only: the parent goes on, and so does the forum. The parent's token is in the file parent.",
                },
            ],
            ..Task::BASE
        }),
        Fail("echo \"$WIKI\" | sessionctl verify -", 5),
    ],
};

pub(super) const API: Chapter = Chapter {
    name: "api",
    title: "A token for a program",
    beats: &[
        Tell(
            "Alice's stock robot calls the shop's REST API at night. It has no browser and no cookie: its token travels in an Authorization header. It is not for everything that Alice may do: scopes name what it is for. The robot's token begins with sctl_, so that a scanner finds it where it was published by mistake. It has no idle limit, because a robot may rest; it expires after 90 days whatever it does.",
        ),
        Keep(
            "ROBOT",
            "sessionctl generate --user alice --kind api --scope orders:read --label 'stock robot' -q",
        ),
        Run("echo \"$ROBOT\" | sessionctl verify - --scope orders:read"),
        Try(Task {
            ask: "find out whether the robot may also write orders (the scope orders:write).",
            hint: "the same command with the other scope",
            example: "echo \"$ROBOT\" | sessionctl verify - --scope orders:write",
            code: 7,
            about: &["sessionctl verify"],
            // A robot that may do both is let in by the same command.
            done: &[
                Exits(7),
                Prints("insufficient"),
                Sees(
                    "ROBOT=$(sessionctl generate --user alice --kind api --scope orders:read --scope orders:write -q)",
                    "active",
                ),
            ],
            ..Task::BASE
        }),
        Tell(
            "An OAuth access token is the same idea between companies: a user allows an application some scopes, and the application gets no password. The server that receives such a token can ask the one that issued it; RFC 7662 calls that introspection, and this is the answer to it:",
        ),
        Run("echo \"$ROBOT\" | sessionctl inspect - --introspection | sed 's/,/, /g'"),
    ],
};
