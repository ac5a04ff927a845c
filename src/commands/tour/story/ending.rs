//! The chapters about the ends of a session: theft, revocation and expiry.

use super::Beat::{Ask, Fail, Keep, Run, Tell, Try};
use super::Check::{Leaves, Names, Prints, PrintsLine, Sees};
use super::{Chapter, Choice, Mistake, Question, Task};

/// The states of the laptop, the phone, and two others of Alice.
const STATES: &str = "for t in \"$LAPTOP\" \"$PHONE\" \"$LONG\" \"$ROBOT\"; do echo \"$t\" | sessionctl inspect - --fields state; done | tr '\\n' ' '";

pub(super) const THEFT: Chapter = Chapter {
    name: "theft",
    title: "A stolen token gives itself away",
    beats: &[
        Tell(
            "Somebody copied Alice's token from her laptop. The token does not show it: both use the same pass. Another address may be a hint, and is no proof: phones change networks too. But the app rotates tokens now and then: the session gets a new token, the old one ends.",
        ),
        Run("echo \"$TOKEN\" > stolen"),
        Keep("NEW", "echo \"$TOKEN\" | sessionctl rotate - -q"),
        Run("echo \"$NEW\" | sessionctl verify -"),
        Tell(
            "Now the thief shows the copy. A replaced token should never turn up again. If it does, two people have it. The server cannot know which of them is Alice, so it ends the session for both.",
        ),
        Try(Task {
            ask: "be the thief: verify the token in the file stolen.",
            hint: "sessionctl verify takes a file that holds a token as @FILE",
            example: "sessionctl verify @stolen",
            code: 5,
            about: &["sessionctl verify"],
            done: &[Leaves("echo \"$NEW\" | sessionctl inspect - --fields end_reason", "token reused")],
            mistakes: &[Mistake {
                when: &[Leaves("echo \"$NEW\" | sessionctl inspect - --fields state", "revoked")],
                say: "That ended the session, but not as a thief does. Show the server the token in the file stolen.",
            }],
            ..Task::BASE
        }),
        Fail("echo \"$NEW\" | sessionctl verify -", 5),
        Run("sessionctl log --action token.reused --fields id,at,action,user"),
        Tell(
            "Two tabs of one browser can look like that too: the slower one still shows the old token. A grace period (rotate --grace 10s) keeps accepting the old token that long.",
        ),
    ],
};

pub(super) const REVOKE: Chapter = Chapter {
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
        Run("sessionctl revoke --user alice --label laptop --dry-run --fields id,label,ip,state"),
        Tell("A dry run shows what would happen, and changes nothing."),
        Try(Task {
            ask: "revoke the laptop's session, with the reason 'stolen laptop'. Without a question to answer, it needs --yes.",
            hint: "sessionctl revoke has --user, --label and --reason",
            example: "sessionctl revoke --user alice --label laptop --reason 'stolen laptop' --yes",
            about: &["sessionctl revoke", "sessionctl expire", "sessionctl logout"],
            done: &[
                Leaves("echo \"$LAPTOP\" | sessionctl inspect - --fields end_reason", "stolen laptop"),
                Leaves(STATES, "revoked active active active"),
            ],
            mistakes: &[
                Mistake {
                    when: &[Leaves(STATES, "revoked active active active")],
                    say: "The right session ended, but not with that reason: --reason 'stolen laptop'.",
                },
                Mistake {
                    when: &[Leaves(STATES, "active revoked active active")],
                    say: "That was the phone: use --label laptop (try it with --dry-run first).",
                },
                Mistake {
                    when: &[Leaves(STATES, "revoked revoked revoked revoked")],
                    say: "That ended all of Alice's sessions, the phone too: use --label laptop (try it with --dry-run first).",
                },
                Mistake {
                    when: &[Leaves(STATES, "revoked revoked active active")],
                    say: "That ended more than the laptop's session: use --label laptop (try it with --dry-run first).",
                },
            ],
            ..Task::BASE
        }),
        Fail("echo \"$LAPTOP\" | sessionctl verify -", 5),
        Run("echo \"$PHONE\" | sessionctl verify -"),
        Tell("The next request is refused, at once. That needs a record on the server that can be changed."),
    ],
};

pub(super) const EXPIRY: Chapter = Chapter {
    name: "expiry",
    title: "Time ends every session",
    beats: &[
        Tell(
            "There are two limits. Idle: half an hour without a request, and the session has expired; each request starts the half hour again. Absolute: after eight hours it has expired, however busy it was. This is a sandbox, so we can travel in time.",
        ),
        Keep("IDLE", "echo \"$PASSWORD\" | sessionctl login alice --password-stdin -q"),
        Run("echo \"$IDLE\" | sessionctl verify - --now +29m"),
        Run("echo \"$IDLE\" | sessionctl verify - --now +58m"),
        Tell("It was used in time, so it stays active. But left alone for more than half an hour:"),
        Fail("echo \"$IDLE\" | sessionctl verify - --now +90m", 4),
        Tell(
            "Now the phone, which is never idle: a request every 29 minutes, until the absolute limit ends it. The limit is 480 minutes after the login, and the line shows the first request after it.",
        ),
        Run(
            "m=0; while r=$(echo \"$PHONE\" | sessionctl verify - --now +${m}m -q); do m=$((m + 29)); done; echo \"$r after $m minutes\"",
        ),
        Run("echo \"$PHONE\" | sessionctl inspect - --now +8h --fields end_reason"),
        Try(Task {
            ask: "which limit ended the session in $IDLE at +90m? Inspect it then, and print the field end_reason.",
            hint: "the command above with $IDLE and +90m",
            example: "echo \"$IDLE\" | sessionctl inspect - --now +90m --fields end_reason",
            about: &["sessionctl inspect"],
            // A session that ended at its absolute limit gets another answer.
            done: &[
                PrintsLine("idle"),
                Sees("IDLE=$(sessionctl generate --user alice --ttl 88m --idle 88m -q)", "absolute"),
            ],
            mistakes: &[Mistake {
                when: &[Names(&["inspect"]), Prints("end_reason"), Prints("idle")],
                say: "The answer is in there. Print this field alone: --fields end_reason.",
            }],
            ..Task::BASE
        }),
        Ask(Question {
            text: "Why is there an absolute limit, if an unused session expires anyway?",
            options: &[
                Choice {
                    text: "The database would grow without end",
                    reason: "Ended sessions stay in it until they are pruned: the limit removes no row.",
                },
                Choice {
                    text: "A thief can keep a stolen token busy for ever",
                    reason: "The idle limit protects what was forgotten, on a library's computer perhaps. A thief does not forget: a request every few minutes would keep the session active for ever. The absolute limit caps how long a stolen token is useful.",
                },
                Choice {
                    text: "Tokens become easier to guess with time",
                    reason: "Among 2^192 tokens eight hours of guessing are as hopeless as eight years.",
                },
            ],
            right: 1,
        }),
    ],
};
