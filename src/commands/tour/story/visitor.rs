//! The chapters about a visitor who has not logged in: the token, what it is made of, and how it is stored.

use super::Beat::{Ask, Fail, Keep, Run, Tell, Try};
use super::Check::{Exits, Leaves, Names, Notices, PrintsLine};
use super::{Chapter, Choice, Mistake, Question, Task};

pub(super) const CART: Chapter = Chapter {
    name: "cart",
    title: "A visitor puts a laptop into the cart",
    beats: &[
        Tell(
            "A browser and a server speak HTTP: the browser sends a request, the server answers, and nothing connects one request with the next. To the server, every request looks as if it came from a stranger. Here is a request that shows nothing:",
        ),
        Fail("printf '' | sessionctl verify -", 2),
        Tell(
            "Without anything to show, the name and the password would have to come with each click. So a shop gives every visitor a session token: a digital pass that the browser shows with each request. This visitor has not logged in, yet the shop can keep a cart for whoever carries that pass. (In a shell, $(…) is what a command prints, | feeds it to the next command, and a - there means: read it.)",
        ),
        Keep("CART", "sessionctl generate --kind anonymous --ip 203.0.113.7 -q"),
        Tell(
            "That is the whole pass: whoever holds it *is* this visitor. The cart itself stays on the server, under the session that the token names.",
        ),
        Run("echo \"$CART\" | sessionctl data set - cart '[\"laptop\"]'"),
        Run("echo \"$CART\" | sessionctl data get - cart"),
        Try(Task {
            ask: "a session keeps preferences just as well. Give this visitor's session the value \"dark\" under the name theme.",
            hint: "it is the command that set the cart, with another name; a value is JSON, so the word needs its quotes: '\"dark\"'",
            example: "echo \"$CART\" | sessionctl data set - theme '\"dark\"'",
            about: &["sessionctl data set"],
            done: &[
                Leaves("echo \"$CART\" | sessionctl data get - theme", "\"dark\""),
                Leaves("echo \"$CART\" | sessionctl data get - cart", "[\"laptop\"]"),
            ],
            mistakes: &[
                Mistake {
                    when: &[Leaves("echo \"$CART\" | sessionctl data get - theme", "\"dark\"")],
                    say: "The theme is set, but the cart is no longer what it was: give the value one name only.",
                },
                Mistake {
                    when: &[Leaves("echo \"$CART\" | sessionctl data get - cart", "\"dark\"")],
                    say: "That replaced the cart. The name behind the - is the one to change: theme.",
                },
            ],
            ..Task::BASE
        }),
        Run("echo \"$CART\" | sessionctl data list -"),
    ],
};

pub(super) const RANDOM: Chapter = Chapter {
    name: "random",
    title: "Nobody can guess it",
    beats: &[
        Tell(
            "A token is 32 bytes, written as 64 hexadecimal digits (0 to 9 and a to f, four bits each). These are made and forgotten at once, to look at:",
        ),
        Run("sessionctl generate --no-store -n 4 -q"),
        Tell(
            "Nothing in it says who the visitor is, and no two have anything in common. Some texts call a session token encrypted. It is not: there is nothing inside that could be decrypted to a name or a cart. It is random, and only the server's database gives it a meaning.",
        ),
        Tell(
            "One detail: so that the row is found fast, the first half hides its number, encrypted with a key that the server keeps, beside 8 random bytes. Nothing about the visitor is in it. 8 + 16 random bytes are 192 bits that even someone with the whole database cannot predict. The number of equally likely tokens, and the years that a thief needs to try them all at a million million guesses a second:",
        ),
        Run("awk 'BEGIN { printf \"%.0f tokens\\n\", 2^192 }'"),
        Run("awk 'BEGIN { printf \"%.0e years\\n\", 2^192 / 1e12 / 31557600 }'"),
        Tell("A token that the server did not issue is unknown, however well it is formed:"),
        Fail("printf %064d 0 | sessionctl verify -", 3),
        Try(Task {
            ask: "guess a token of your own, 64 hexadecimal digits, and have it verified.",
            hint: "echo any 64 characters from 0 to 9 and a to f, and pipe them to: sessionctl verify -",
            example: "head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \\n' | sessionctl verify -",
            code: 3,
            about: &["sessionctl verify"],
            done: &[Exits(3), PrintsLine("unknown"), Names(&["sessionctl verify"])],
            ..Task::BASE
        }),
        Ask(Question {
            text: "Why can nobody guess a session token?",
            options: &[
                Choice {
                    text: "It is an encrypted form of the user's name and password",
                    reason: "Nothing about the user is in it. If it were computed from the password, it would change only with the password, and whoever broke the encryption would have both.",
                },
                Choice {
                    text: "The server blocks whoever guesses wrong",
                    reason: "That helps against guessed passwords. A guess at a token can come from many addresses, so the number of possible tokens alone must be enough.",
                },
                Choice {
                    text: "It is drawn at random from far too many possible ones",
                    reason: "64 bits would be the least (NIST 800-63B-4 §5.1), and 128 are asked for (OWASP ASVS 5.0 7.2.3); 192 unpredictable bits leave no hope.",
                },
            ],
            right: 2,
        }),
    ],
};

pub(super) const DIGEST: Chapter = Chapter {
    name: "digest",
    title: "The shop keeps a digest, not the token",
    beats: &[
        Tell(
            "The database knows a token only by its digest, a hash of 32 bytes that SHA-256 computes. Computing the digest of a token is quick; getting the token back from the digest is impossible. So the database can recognise a pass without being able to produce one.",
        ),
        Keep("DIGEST", "printf %s \"$CART\" | sha256sum | cut -c1-64"),
        Tell(
            "A proof must be able to fail. So all bytes of the database's files are written out as hexadecimal digits, and both are looked for, the token and its digest (grep -c counts the lines that match):",
        ),
        Run("cat shop.db* | od -An -v -tx1 | tr -d ' \\n' > dump"),
        Fail("grep -c \"$CART\" dump", 1),
        Run("grep -c \"$DIGEST\" dump"),
        Tell(
            "The token is nowhere in the database files (0 matches), its digest is (1 match). Was it perhaps stored as text? A careless shop, which stores tokens as they are, shows what that looks like:",
        ),
        Run("echo \"$CART\" > careless.db; cat careless.db | grep -c \"$CART\""),
        Try(Task {
            ask: "look for the token as text in the files of our shop: the same search in shop.db*.",
            hint: "the last command above begins with cat: give it shop.db*",
            example: "cat shop.db* | grep -c \"$CART\"",
            code: 1,
            about: &["grep", "egrep", "fgrep"],
            // The same search finds a token that is in the file, so that finding none is a proof.
            done: &[Exits(1), Names(&["shop.db"]), Notices("echo \"$CART\" >> shop.db")],
            mistakes: &[Mistake {
                when: &[Names(&["grep"]), Names(&["dump"])],
                say: "In dump the bytes are written as digits; this time the files themselves are searched: cat shop.db*",
            }],
            ..Task::BASE
        }),
        Tell(
            "Why not the slow hash that passwords get? A slow hash protects what people choose, because people choose among few words. A token is random: trying all of them is hopeless at any speed, and a fast digest can be computed with every request.",
        ),
    ],
};
