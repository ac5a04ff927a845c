//! The story of the tour, told in beats. What a command prints is not part of it: it is run.

/// One beat of the story.
pub(super) enum Beat {
    /// Something to know.
    Tell(&'static str),
    /// A command line that works.
    Run(&'static str),
    /// A command line that ends with this exit code.
    Fail(&'static str, i32),
    /// A command line whose first line of output is kept under a name.
    Keep(&'static str, &'static str),
    /// A question, the answers to choose from, the right one, and why.
    Ask { question: &'static str, answers: &'static [&'static str], right: usize, because: &'static str },
}

/// A chapter.
pub(super) struct Chapter {
    /// Its name, to be asked for.
    pub(super) name: &'static str,
    /// Its title.
    pub(super) title: &'static str,
    /// What happens.
    pub(super) beats: &'static [Beat],
}

/// The names of the chapters.
pub(super) fn names() -> Vec<&'static str> {
    CHAPTERS.iter().map(|chapter| chapter.name).collect()
}

use Beat::{Ask, Fail, Keep, Run, Tell};

/// The whole story.
pub(super) const CHAPTERS: &[Chapter] = &[
    Chapter {
        name: "cart",
        title: "A visitor puts a laptop into the cart",
        beats: &[
            Tell(
                "HTTP forgets: each request comes to the server as if from a stranger. So a shop gives every visitor a session token, a digital pass that the browser shows with each request. This visitor has not logged in, yet the shop can keep a cart for the pass.",
            ),
            Keep("CART", "sessionctl generate --kind anonymous --ip 203.0.113.7"),
            Tell(
                "64 hexadecimal digits that nobody can guess. That is the whole pass: who holds it, is this visitor. The cart itself stays on the server, under the session that the token names.",
            ),
            Run("echo \"$CART\" | sessionctl data set - cart '[\"laptop\"]'"),
            Run("echo \"$CART\" | sessionctl data get - cart"),
        ],
    },
    Chapter {
        name: "cookie",
        title: "The token travels in a cookie, and is not the cookie",
        beats: &[
            Tell(
                "The server hands the token to the browser in a Set-Cookie line. The cookie is the token_format, the token the letter: it could as well travel in an Authorization header. The attributes tell the browser how to guard it.",
            ),
            Run("echo \"$CART\" | sessionctl cookie format -"),
            Tell(
                "__Host- and Path=/: only this very host gets it. Secure: never over plain HTTP. HttpOnly: no script on the page can read it. SameSite=Lax: another site cannot send it along with a form of its own.",
            ),
            Tell(
                "With the token from the cookie, the server looks the session up. These are its checks, in order:",
            ),
            Run("echo \"$CART\" | sessionctl inspect -"),
        ],
    },
    Chapter {
        name: "digest",
        title: "The shop keeps a digest, not the token",
        beats: &[
            Tell(
                "The database knows the token only by its SHA-256 digest. From a token the digest is quickly computed; from the digest there is no way back. So the database can recognise a pass without being able to show one.",
            ),
            Run("printf %s \"$CART\" | sha256sum"),
            Run("cat shop.db* | grep -c \"$CART\" || true"),
            Tell("The token stands nowhere in the database's files: found 0 times."),
        ],
    },
    Chapter {
        name: "login",
        title: "Login: a new token replaces the old one",
        beats: &[
            Tell(
                "At the checkout the visitor signs up and logs in. The password is stored as an argon2id hash, which is slow on purpose.",
            ),
            Run("echo \"$PASSWORD\" | sessionctl user add alice --password-stdin"),
            Keep(
                "TOKEN",
                "echo \"$CART\" > cart; echo \"$PASSWORD\" | sessionctl login alice --upgrade @cart --password-stdin --ip 203.0.113.7 -q",
            ),
            Tell("A new token; the cart came along, and the old token is dead:"),
            Run("echo \"$TOKEN\" | sessionctl data get - cart"),
            Fail("echo \"$CART\" | sessionctl verify -", 5),
            Ask {
                question: "Why does the token change at login?",
                answers: &[
                    "The old one was too short",
                    "Someone may have known the old one, or even planted it",
                    "Tokens wear out when they are used",
                ],
                right: 1,
                because: "Before login a token opens nothing worth stealing, so it is guarded less. An attacker who knew it, or had planted it in the victim's browser, would after login hold the key to the account. This attack is called session fixation. A new token at login ends it, and a token that the server did not make is never taken up.",
            },
        ],
    },
    Chapter {
        name: "orders",
        title: "Every click: hey, it's still me",
        beats: &[
            Tell(
                "Alice opens her order history. The browser sends the token, the server verifies it, and nobody asks for the password again. The exit code is what a script goes by.",
            ),
            Run("echo \"$TOKEN\" | sessionctl verify - --explain"),
            Run("sessionctl list --user alice"),
        ],
    },
    Chapter {
        name: "sso",
        title: "Single sign-on: one login, several apps",
        beats: &[
            Tell(
                "The shop has a support forum and a wiki. Alice logs in once, and each app gets a token of its own under that login. Such a group is called a family.",
            ),
            Keep("HEAD", "echo \"$PASSWORD\" | sessionctl login alice --sso --password-stdin -q"),
            Run("echo \"$HEAD\" > head"),
            Keep("FORUM", "sessionctl generate --under @head --app forum"),
            Keep("WIKI", "sessionctl generate --under @head --app wiki"),
            Run("sessionctl tree"),
            Run("echo \"$FORUM\" | sessionctl verify - --app forum"),
            Fail("echo \"$FORUM\" | sessionctl verify - --app wiki", 7),
            Tell(
                "The token of one app does not open another. And when the login at the head ends, all end with it:",
            ),
            Run("echo \"$HEAD\" | sessionctl logout -"),
            Fail("echo \"$WIKI\" | sessionctl verify -", 5),
        ],
    },
    Chapter {
        name: "theft",
        title: "A stolen token gives itself away",
        beats: &[
            Tell(
                "Somebody copied Alice's token from a laptop. Neither token nor database shows that. But the app rotates tokens now and then: the session gets a new token, the old one dies.",
            ),
            Run("echo \"$TOKEN\" > stolen"),
            Keep("NEW", "echo \"$TOKEN\" | sessionctl rotate - -q"),
            Run("echo \"$NEW\" | sessionctl verify -"),
            Tell(
                "Now the thief comes with the copy. A token that was rotated away must never be seen again; that it is means that two hold it. The server cannot know which of them is Alice, so it ends the session for both.",
            ),
            Fail("sessionctl verify @stolen", 5),
            Fail("echo \"$NEW\" | sessionctl verify -", 5),
            Run("sessionctl log --action token.reused"),
        ],
    },
    Chapter {
        name: "revoke",
        title: "The administrator ends sessions",
        beats: &[
            Tell(
                "Alice reports the laptop stolen. She had logged in again from it, so the administrator looks first:",
            ),
            Keep(
                "LAPTOP",
                "echo \"$PASSWORD\" | sessionctl login alice --password-stdin --ip 203.0.113.7 --label laptop -q",
            ),
            Keep(
                "PHONE",
                "echo \"$PASSWORD\" | sessionctl login alice --password-stdin --ip 198.51.100.2 --label phone -q",
            ),
            Run("sessionctl list --user alice --fields id,label,ip,state"),
            Run("sessionctl revoke --user alice --ip 203.0.113.0/24 --dry-run"),
            Run("sessionctl revoke --user alice --ip 203.0.113.0/24 --reason 'stolen laptop' --yes"),
            Fail("echo \"$LAPTOP\" | sessionctl verify -", 5),
            Run("echo \"$PHONE\" | sessionctl verify -"),
        ],
    },
    Chapter {
        name: "expiry",
        title: "Time ends every session",
        beats: &[
            Tell(
                "There are two limits. Idle: half an hour without a request, and the session is over; each request starts the half hour again. Absolute: after eight hours it is over, however busy. This is a sandbox, so we can travel in time.",
            ),
            Run("echo \"$PHONE\" | sessionctl verify - --now +29m"),
            Run("echo \"$PHONE\" | sessionctl verify - --now +58m"),
            Tell("Touch in time, so it lives on. But left alone for more than half an hour:"),
            Fail("echo \"$PHONE\" | sessionctl verify - --now +90m", 4),
            Run(
                "echo \"$PHONE\" | sessionctl inspect - --now +90m --fields state,ended_at,end_reason --format csv",
            ),
            Ask {
                question: "Why is there an absolute limit, if an unused session dies anyway?",
                answers: &[
                    "A thief can keep a stolen token busy for ever",
                    "The database would grow without end",
                    "Users like to type their passwords",
                ],
                right: 0,
                because: "The idle limit protects what was forgotten, on a library's computer perhaps. A thief does not forget: a request every few minutes would keep the session alive for ever. The absolute limit bounds what one theft is worth.",
            },
        ],
    },
    Chapter {
        name: "jwt",
        title: "The same story with a JWT",
        beats: &[
            Tell(
                "A JSON Web Token is a format: it carries its claims in itself, signed. Whoever has the public key can check it without asking the database. That is what it is loved for, and what it costs is seen below.",
            ),
            Keep("SESSION", "echo \"$PASSWORD\" | sessionctl login alice --password-stdin -q"),
            Keep("JWT", "echo \"$SESSION\" | sessionctl jwt issue - --audience shop -q"),
            Run("echo \"$JWT\" | sessionctl jwt decode -"),
            Run("echo \"$JWT\" | sessionctl jwt verify --audience shop -"),
            Tell("Alice logs out."),
            Run("echo \"$SESSION\" | sessionctl logout -"),
            Fail("echo \"$SESSION\" | sessionctl verify -", 5),
            Run("echo \"$JWT\" | sessionctl jwt verify --audience shop -"),
            Fail("echo \"$JWT\" | sessionctl jwt verify --audience shop --online -", 5),
            Ask {
                question: "The session is revoked. Why does the JWT still verify?",
                answers: &[
                    "Its signature and times are still right, and nothing else was asked",
                    "The log was not written yet",
                    "Ed25519 signatures cannot be checked twice",
                ],
                right: 0,
                because: "A JWT knows what was true when it was signed. Revocation happens later, in a place that it does not look. So JWTs are given short lives, or the database is asked after all, with --online, and then the session token would have done. The session token needs a look-up each time, and obeys at once.",
            },
        ],
    },
    Chapter {
        name: "stolen-database",
        title: "What a thief gets from the database",
        beats: &[
            Tell(
                "Suppose the worst: the file itself is stolen. The thief has the digest of the phone's token and shows it in place of the token.",
            ),
            Run("printf %s \"$PHONE\" | sha256sum | cut -c1-64 > digest"),
            Fail("sessionctl verify @digest", 3),
            Tell(
                "Unknown: a digest opens nothing. The passwords are argon2id hashes; each guess costs a good part of a second and 64 MiB of memory. What the thief does get are names, addresses, times and the carts: so the file is readable by its owner only.",
            ),
            Run("ls -l shop.db | cut -c1-10"),
            Run("sessionctl log verify"),
            Tell(
                "The log of all that happened here is a chain of hashes: what is altered or cut out later shows. That was the tour; its database is gone now. To play on: sessionctl db init --sandbox --db play.db",
            ),
        ],
    },
];
