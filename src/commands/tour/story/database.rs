//! The last chapters: what a thief gets from the database, and what to take home.

use super::Beat::{Fail, Keep, Run, Tell, TellUnkept, Try};
use super::Check::{Exits, Names, Prints, PrintsLine, PrintsNo, Sees};
use super::{Chapter, Mistake, Task};

pub(super) const STOLEN: Chapter = Chapter {
    name: "stolen-database",
    title: "What a thief gets from the database",
    beats: &[
        Tell(
            "Suppose the worst: the file itself is stolen, or a backup. The thief reads a digest from it (the one of an active session) and shows it in place of the token.",
        ),
        Keep("VICTIM", "echo \"$PASSWORD\" | sessionctl login alice --password-stdin -q"),
        Run("cat shop.db* | od -An -v -tx1 | tr -d ' \\n' > dump"),
        Run(
            "grep -o \"$(printf %s \"$VICTIM\" | sha256sum | cut -c1-64)\" dump | head -n 1 > loot; cat loot",
        ),
        Fail("sessionctl verify @loot", 3),
        Tell(
            "Unknown: a digest opens nothing. For comparison, a shop that stores tokens as they are. The same thief finds this in its file, and is in:",
        ),
        Run("echo \"$VICTIM\" > careless-shop.db"),
        Try(Task {
            ask: "attack the careless shop: get in with what is in careless-shop.db.",
            hint: "sessionctl verify takes a file that holds a token as @FILE",
            example: "sessionctl verify @careless-shop.db",
            about: &["sessionctl verify"],
            done: &[PrintsLine("active"), Sees("printf %064d 0 > careless-shop.db", "unknown")],
            mistakes: &[Mistake {
                when: &[PrintsLine("active"), Names(&["verify"])],
                say: "The thief has only the file careless-shop.db: use what is in it.",
            }],
            ..Task::BASE
        }),
        Tell(
            "The passwords are argon2id hashes: guessing them is slow, and hopeless where they are long and in no list of known passwords. But the thief does get names, addresses, times and the carts, and since we issued a JWT also the signing keys: with such a key they can sign JWTs for anybody. So: revoke the keys, end all sessions, make new keys, and require a new password of every user (NIST 800-63B-4 §3.1.1.2 requires it where a password was compromised).",
        ),
        Run("sessionctl jwt keys revoke \"$(sessionctl jwt keys list --format ids)\" --yes"),
        Fail("echo \"$JWT\" | sessionctl jwt verify - --audience shop", 3),
        Run("sessionctl revoke --all --reason 'database stolen' --yes -q | tail -n 3"),
        Run("ls -l shop.db | cut -c1-10"),
        Tell("The file is readable by its owner only, and so is each backup that `db backup` makes."),
    ],
};

pub(super) const BOTTOM_LINE: Chapter = Chapter {
    name: "bottom-line",
    title: "What to take home",
    beats: &[
        Tell(
            "All that happened is in the audit log, a chain in which each event holds the hash of the one before it: a later change, or a gap, breaks the chain. A chain that was cut short or computed anew is noticed by whoever keeps its head elsewhere (sessionctl log head).",
        ),
        Run("sessionctl log verify"),
        Run("sessionctl log --limit 5 --fields id,at,action,user"),
        Tell(
            "You meet session tokens wherever you log in: the mail, the bank, the shop. Web frameworks such as Django, Laravel or Express keep sessions in this way, as a record and a cookie; Flask and Rails by default keep the data in a signed or encrypted cookie, which, like a JWT, does not know of a revocation. A session token is a random pass; the server keeps the record; the browser keeps the token in a cookie; HTTPS protects it on the way; a login, a theft, a logout and time replace or end it.",
        ),
        Try(Task {
            ask: "the last task. Find the event with which the stolen token was noticed: its action is token.reused.",
            hint: "sessionctl log has --action",
            example: "sessionctl log --action token.reused",
            about: &["sessionctl log"],
            done: &[
                Exits(0),
                Names(&["log"]),
                Prints("token.reused"),
                PrintsNo("session."),
                PrintsNo("login."),
            ],
            mistakes: &[Mistake {
                when: &[Exits(0), Names(&["log"]), Prints("token.reused")],
                say: "It is among them. Let the log show this action alone.",
            }],
            ..Task::BASE
        }),
        Tell(
            "That was the tour. A good exercise: log in twice, revoke one session by its address, and find in the log who did it.",
        ),
        TellUnkept(
            "To continue experimenting: sessionctl tour --keep DIR keeps the folder, and sessionctl --db play.db db init --sandbox makes an empty one.",
        ),
    ],
};
