//! The chapters about tokens for several apps and for programs.

use super::Beat::{Fail, Keep, Run, Tell, Try};
use super::{Chapter, Task};

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
        Tell("The token of one app does not open another:"),
        Fail("echo \"$FORUM\" | sessionctl verify - --app wiki", 7),
        Tell("Leaving one app leaves the others as they are. The end of the parent ends them all."),
        Try(Task {
            ask: "log out of the parent session, whose token is in the file parent.",
            hint: "sessionctl logout takes a file that holds a token as @FILE",
            example: "sessionctl logout @parent",
            code: 0,
            prints: "",
        }),
        Fail("echo \"$WIKI\" | sessionctl verify -", 5),
    ],
};

pub(super) const API: Chapter = Chapter {
    name: "api",
    title: "A token for a program",
    beats: &[
        Tell(
            "Alice's stock robot calls the shop's REST API at night. It has no browser and no cookie: its token travels in an Authorization header. It is not for everything that Alice may do: scopes name what it is for.",
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
            prints: "insufficient",
        }),
        Tell(
            "An OAuth access token is the same idea between companies: a user allows an application some scopes, and gets no password. The server that receives such a token asks the one that issued it; RFC 7662 calls that introspection, and this is the answer to it:",
        ),
        Run("echo \"$ROBOT\" | sessionctl inspect - --introspection | sed 's/,/, /g'"),
        Tell(
            "It is prefixed with sctl_, so that a scanner finds it where it was published by mistake. It has no idle limit, because a robot may rest; it expires after 90 days whatever it does.",
        ),
    ],
};
