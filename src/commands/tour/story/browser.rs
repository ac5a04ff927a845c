//! The chapters about the browser: the cookie, where else a token could be kept, and what closing the browser does.

use super::Beat::{Ask, Fail, Keep, Run, Tell, Try};
use super::Check::{Names, Prints, Sees};
use super::{Chapter, Choice, Mistake, Question, Task};

pub(super) const COOKIE: Chapter = Chapter {
    name: "cookie",
    title: "The token travels in a cookie, and is not the cookie",
    beats: &[
        Tell(
            "The server hands the token to the browser in a header of its answer, a line called Set-Cookie. The cookie is the envelope, the token is the letter: it could just as well travel in an Authorization header.",
        ),
        Run("echo \"$CART\" | sessionctl cookie format -"),
        Tell("From then on the browser sends this line with each request to the shop, without being asked:"),
        Run("echo \"$CART\" | sessionctl cookie format - --as cookie"),
        Tell(
            "The attributes tell the browser how to guard it. __Host- and Path=/: only this very host gets it. Secure: only over HTTPS, so that nobody on the way can read it; over plain HTTP everybody on the same network could. HttpOnly: no script on the page can read it, not even one that an attacker smuggled into the page (cross-site scripting, XSS).",
        ),
        Tell(
            "SameSite=Lax is about requests that another site makes the browser send (cross-site request forgery, CSRF): other sites' POST forms, images and frames go without the cookie; links and GET forms still carry it. So nothing may change on a GET request, and Lax does not replace that rule.",
        ),
        Tell(
            "A page can also keep a token in local storage. Any script on the page can read it there, so one XSS is enough to steal it. A cookie with HttpOnly cannot be read; it is sent by itself instead, which is why it needs SameSite.",
        ),
        Try(Task {
            ask: "sessionctl cookie lint - checks a session's Set-Cookie line. Give it one without Secure, and see what it finds.",
            hint: "echo a line such as 'Set-Cookie: session=0123abcd; Path=/', and pipe it to the command",
            example: "echo \"Set-Cookie: __Host-session=$CART; Path=/; HttpOnly; SameSite=Lax\" | sessionctl cookie lint -",
            code: 7,
            about: &["sessionctl cookie lint"],
            done: &[Names(&["cookie lint"]), Prints("add Secure")],
            mistakes: &[Mistake {
                when: &[Names(&["cookie lint"]), Prints("problem")],
                say: "It found something, but not that Secure is missing: leave Secure out of the line.",
            }],
            ..Task::BASE
        }),
        Ask(Question {
            text: "You delete the shop's cookie in your browser. What happens to the session?",
            options: &[
                Choice {
                    text: "It ends: the cookie was the session",
                    reason: "The cookie is only where the browser keeps the token. The server hears nothing of its deletion.",
                },
                Choice {
                    text: "It goes on until it expires, but this browser can no longer show its token",
                    reason: "The cookie is the storage, the token is the data in it, the session is the server's record. A thief with a copy of the token is still logged in: log out instead.",
                },
                Choice {
                    text: "The server notices and deletes the token",
                    reason: "Nothing tells the server. Only a logout request, an expiry or an administrator ends a session.",
                },
            ],
            right: 1,
        }),
        Ask(Question {
            text: "A script that an attacker smuggled into the page runs in your browser. Which token can it read and send away?",
            options: &[
                Choice {
                    text: "The one in local storage",
                    reason: "Scripts on the page read local storage freely. The cookie with HttpOnly stays unreadable, although the script can still act while the page is open.",
                },
                Choice {
                    text: "The one in a cookie with HttpOnly",
                    reason: "HttpOnly is exactly the attribute that hides a cookie from scripts.",
                },
                Choice {
                    text: "Both: a token is a token",
                    reason: "Where it is stored makes the difference: cookies and local storage are two places with different guards.",
                },
            ],
            right: 0,
        }),
    ],
};

pub(super) const REMEMBER: Chapter = Chapter {
    name: "remember",
    title: "Closing the browser and coming back",
    beats: &[
        Tell(
            "A cookie without a lifetime is forgotten when the browser is closed (unless it restores its last tabs). The session on the server then goes on until it has been idle for half an hour; nobody can show its token any more.",
        ),
        Run("echo \"$PASSWORD\" | sessionctl login alice --password-stdin --as set-cookie -q"),
        Tell(
            "With \"stay logged in\" the line has Max-Age, in seconds: the browser keeps the cookie, and the session's limits are weeks instead of hours. That is the trade between convenience and security in one attribute.",
        ),
        Run("echo \"$PASSWORD\" | sessionctl login alice --password-stdin --remember --as set-cookie -q"),
        Keep("LONG", "echo \"$PASSWORD\" | sessionctl login alice --password-stdin --remember -q"),
        Tell("Five days later the browser is opened again (--now looks ahead; this database is a sandbox):"),
        Run("echo \"$LONG\" | sessionctl verify - --now +5d"),
        Fail("echo \"$TOKEN\" | sessionctl verify - --now +5d", 4),
        Try(Task {
            ask: "find out whether the remembered session in $LONG is still active at +20d, 15 days after that visit.",
            hint: "the same command with another --now, such as +20d",
            example: "echo \"$LONG\" | sessionctl verify - --now +20d",
            code: 4,
            about: &["sessionctl verify"],
            // At +20d it is: one whose limits are an hour earlier has expired, one with an hour more is active.
            done: &[
                Prints("expired"),
                Sees(
                    "LONG=$(sessionctl generate --user alice --kind web --remember --ttl 479h --idle 479h -q)",
                    "expired",
                ),
                Sees(
                    "LONG=$(sessionctl generate --user alice --kind web --remember --ttl 481h --idle 481h -q)",
                    "active",
                ),
            ],
            meaning: "The cookie would have lived 30 days; the session's idle limit of 14 days was reached first. The server decides.",
            ..Task::BASE
        }),
    ],
};
