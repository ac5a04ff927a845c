//! The chapters about the login and the requests after it.

use super::Beat::{Ask, Fail, Keep, Run, Tell, Try};
use super::Check::{Exits, Names, Prints, PrintsLine, Sees};
use super::{Chapter, Choice, Mistake, Question, Task};

pub(super) const LOGIN: Chapter = Chapter {
    name: "login",
    title: "Login: a new token replaces the old one",
    beats: &[
        Tell(
            "At the checkout the visitor signs up and logs in. The password is stored as an argon2id hash, which is slow on purpose: each guess costs an attacker about a tenth of a second of processor time and 64 MiB of memory.",
        ),
        Run("echo \"$PASSWORD\" | sessionctl user add alice --password-stdin"),
        Fail("echo 'a wrong password' | sessionctl login alice --password-stdin", 6),
        Keep(
            "TOKEN",
            "echo \"$CART\" > cart; echo \"$PASSWORD\" | sessionctl login alice --upgrade @cart --password-stdin --ip 203.0.113.7 -q",
        ),
        Tell("A new token; the cart and the preferences were moved to it, and the old token has ended:"),
        Run("echo \"$TOKEN\" | sessionctl data list -"),
        Fail("echo \"$CART\" | sessionctl verify -", 5),
        Try(Task {
            ask: "could somebody still log in with the old token, and take the session over? Try to upgrade @cart once more.",
            hint: "it is the login command from above, typed again",
            example: "echo \"$PASSWORD\" | sessionctl login alice --upgrade @cart --password-stdin",
            code: 3,
            about: &["sessionctl login"],
            done: &[Exits(3), Prints("its session was revoked"), Names(&["@cart", "$CART", "${CART}"])],
            ..Task::BASE
        }),
        Ask(Question {
            text: "Why does the token change at login?",
            options: &[
                Choice {
                    text: "A token wears out when it is used often",
                    reason: "A random number does not wear out: verifying it a million times shows nothing of the next one.",
                },
                Choice {
                    text: "The new token contains the name and the password",
                    reason: "A token contains neither. The server's record of the session gained a user; the token is as random as before.",
                },
                Choice {
                    text: "Somebody may have known the old one, or even planted it",
                    reason: "Before login a token opens nothing worth stealing, so it is guarded less. An attacker who plants a token of his own in the victim's browser, by a link or from a sibling site, would after the login hold a token of the account: session fixation. A new token at login ends it, and the server never accepts a token that it did not issue.",
                },
            ],
            right: 2,
        }),
    ],
};

pub(super) const REQUESTS: Chapter = Chapter {
    name: "requests",
    title: "Every request shows the token again",
    beats: &[
        Tell(
            "Alice opens her order history. The browser sends the token, the server looks the session up and checks it, and nobody asks for the password again. These are the checks, in order. (RFC, ASVS and NIST are the standards that ask for them.)",
        ),
        Run("echo \"$TOKEN\" | sessionctl verify - --explain"),
        Tell(
            "The digests are compared in constant time: a comparison that stopped at the first different byte would show by its speed how many were right.",
        ),
        Tell(
            "Scripts use the exit code, not the word: 0 active, 3 unknown, 4 expired, 5 revoked or replaced, 6 refused, 7 insufficient (cookie lint: an error was found); 2 is a usage error, and 1 means that the answer could not be determined.",
        ),
        Try(Task {
            ask: "verify the token in $TOKEN, and print the exit code with: echo $?",
            hint: "pipe \"$TOKEN\" to sessionctl verify -; the other command follows a semicolon",
            example: "echo \"$TOKEN\" | sessionctl verify -; echo $?",
            about: &["sessionctl verify"],
            done: &[
                PrintsLine("active"),
                PrintsLine("0"),
                Names(&["verify"]),
                Sees("TOKEN=$(printf %064d 0)", "unknown"),
            ],
            mistakes: &[Mistake {
                when: &[PrintsLine("active"), Names(&["verify"]), Sees("TOKEN=$(printf %064d 0)", "unknown")],
                say: "It is active, but the exit code was not printed: add ; echo $?",
            }],
            ..Task::BASE
        }),
        Run("sessionctl list --user alice"),
        Tell("And this is its life, as a line:"),
        Run("echo \"$TOKEN\" | sessionctl inspect - | grep -B 4 '. issued'"),
    ],
};
