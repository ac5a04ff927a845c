//! The chapters about JWTs: a format beside which the session token is compared.

use super::Beat::{Ask, Fail, Keep, Run, Tell, Try};
use super::Check::{Exits, Names, Prints, Sees};
use super::{Chapter, Choice, Question, Task};

pub(super) const JWT: Chapter = Chapter {
    name: "jwt",
    title: "The same story with a JWT",
    beats: &[
        Tell(
            "A JSON Web Token is a format: three parts separated by dots; the second holds claims (who, for whom, until when), and the third is a signature. Here it is signed with Ed25519: a secret key signs, the public key beside it verifies.",
        ),
        Keep("SESSION", "echo \"$PASSWORD\" | sessionctl login alice --app shop --password-stdin -q"),
        Keep("JWT", "echo \"$SESSION\" | sessionctl jwt issue - -q"),
        Tell("Signed is not encrypted. Anybody can read the claims, without any key:"),
        Run("echo \"$JWT\" | cut -d. -f2 | tr _- /+ | base64 -d 2>/dev/null | sed 's/,/, /g'; echo"),
        Try(Task {
            ask: "decode the JWT in $JWT with sessionctl, which shows its times as dates.",
            hint: "pipe \"$JWT\" to sessionctl jwt decode, which reads it as -",
            example: "echo \"$JWT\" | sessionctl jwt decode - --fields issued_at,expires_at,claims",
            about: &["sessionctl jwt decode"],
            done: &[
                Prints("alice"),
                Names(&["decode"]),
                Sees("JWT=$(echo \"$SESSION\" | sessionctl jwt issue - --audience probe -q)", "probe"),
            ],
            ..Task::BASE
        }),
        Tell("What nobody can do is change it: here somebody made alice into admin, and kept the signature."),
        Run(
            "p=$(echo \"$JWT\" | cut -d. -f2 | tr _- /+ | base64 -d 2>/dev/null | sed s/alice/admin/ | base64 | tr -d '\\n=' | tr /+ _-); echo \"$(echo \"$JWT\" | cut -d. -f1).$p.$(echo \"$JWT\" | cut -d. -f3)\" > forged",
        ),
        Fail("sessionctl jwt verify @forged --audience shop", 3),
        Run("echo \"$JWT\" | sessionctl jwt verify - --audience shop"),
        Ask(Question {
            text: "Which of these is true?",
            options: &[
                Choice {
                    text: "Every session token is a JWT",
                    reason: "A session token is any text that names a session. The 64 random digits of this tour are one, and no JWT.",
                },
                Choice {
                    text: "A JWT is encrypted, a session token is not",
                    reason: "You have just read the claims without a key: a JWT is signed, so it can be read and not changed.",
                },
                Choice {
                    text: "A JWT is a format, and can act as a session token",
                    reason: "\"Session token\" says what it is for, \"JWT\" how it is written. A JWT can be used as one; most session tokens are not JWTs.",
                },
            ],
            right: 2,
        }),
    ],
};

pub(super) const LOGOUT: Chapter = Chapter {
    name: "jwt-logout",
    title: "Logout, and the JWT that does not know",
    beats: &[
        Tell(
            "Whoever has the public key verifies a JWT without asking the database: no look-up, so it scales to many servers. That is its appeal; below is its price. Alice logs out.",
        ),
        Run("echo \"$SESSION\" | sessionctl logout -"),
        Fail("echo \"$SESSION\" | sessionctl verify -", 5),
        Run("echo \"$JWT\" | sessionctl jwt verify - --audience shop"),
        Try(Task {
            ask: "verify the JWT so that the database is asked as well: jwt verify has --online.",
            hint: "the last command above, with --online",
            example: "echo \"$JWT\" | sessionctl jwt verify - --audience shop --online",
            code: 5,
            about: &["sessionctl jwt verify"],
            // The JWT of a session that goes on is valid by the same command.
            done: &[
                Exits(5),
                Prints("revoked"),
                Names(&["jwt verify"]),
                Sees(
                    "JWT=$(sessionctl generate --user alice --app shop -q | sessionctl jwt issue - -q)",
                    "valid",
                ),
            ],
            ..Task::BASE
        }),
        Ask(Question {
            text: "The session is revoked. Why does the JWT still verify without --online?",
            options: &[
                Choice {
                    text: "Its signature and its times are still right, and nothing else was asked",
                    reason: "A JWT knows what was true when it was signed. Revocation happens later, in a database that the JWT never consults.",
                },
                Choice {
                    text: "The revocation has not reached the disk yet",
                    reason: "It has: verify and --online answered revoked. The offline check asks neither disk nor database.",
                },
                Choice {
                    text: "A JWT replaces the session, which has no meaning any more",
                    reason: "The session ended as always. The JWT is a signed statement about it, and keeps stating what was true.",
                },
            ],
            right: 0,
        }),
        Tell(
            "So JWTs get short lives (here five minutes), or the database is asked after all, in which case a plain session token would have been enough. Some guides call JWTs the more robust alternative. Against theft and at logout they are the weaker one: a session token needs a look-up each time, and obeys at once.",
        ),
        Ask(Question {
            text: "What must the server keep so that it can end a session token at once, and need not keep for a JWT?",
            options: &[
                Choice {
                    text: "The user's password",
                    reason: "The password is only needed at login, and only its hash is kept.",
                },
                Choice {
                    text: "A record of each active session",
                    reason: "The token is looked up there with each request, so a change of the record is obeyed at once. A JWT validates itself by its signature, so there is no record to change.",
                },
                Choice {
                    text: "A copy of each token",
                    reason: "A digest is enough to recognise a token, as chapter 4 showed.",
                },
            ],
            right: 1,
        }),
    ],
};
