//! The words of the demo.

/// What the shop answers once the stolen token has been rotated out.
pub(super) const THEFT_NOTICED: &str = "A replaced token that is presented again is a sign of theft, so the session and all others of \
     the same login are revoked.";

/// The same for a visitor.
pub(super) const VISITOR_THEFT_NOTICED: &str = "A replaced token that is presented again is a sign of theft, so the \
     session is revoked, and your cart is lost.";

/// What the shop answers to a thief who copied a visitor's token.
pub(super) const TAKEN_FOR_VISITOR: &str =
    "200: the shop takes the thief for this visitor: the cart is theirs too. Orders need a login.";

/// What is said more where the copied token came from a rotation.
pub(super) const COPY_IS_NEW: &str = "A rotation ends old copies only.";

pub(super) const NOTHING_STOLEN: &str =
    "The thief has nothing yet: press \"A thief copies your cookie\" first.";

/// What is stored of a token. It stands above the rows, each of which shows the digest.
pub(super) const ONE_WAY: &str = "The cookie carries the token. The database holds only its digest (SHA-256): the digest is computed \
     from the token, and the token cannot be computed from the digest.";

/// What a row shows to a token that was replaced.
pub(super) const ANOTHER_DIGEST: &str = "that of the token that replaced this one";

/// A step to try, and a question about what it showed.
pub(super) struct Chapter {
    pub(super) step: &'static str,
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
}

/// The chapters, in the order of the guide.
pub(super) const CHAPTERS: [Chapter; 9] = [
    Chapter {
        step: "Look at what happened: you have not logged in, and yet the browser already carries a token. It names an \
               anonymous session. Find the cookie in the browser's tools (F12, then Application or Storage), and the \
               session with the command \"Show the session\" in a terminal. The cookie is Secure, and the address begins with http: browsers treat \
               localhost as safe, because nothing leaves this machine. A real site needs https. In the cookie's name, __Host- \
               binds it to this host, Http- says that only the server may set it, and the number is the port of the \
               demo.",
        question: "Is the cookie the session token?",
        answer: "No. The cookie is the envelope in which the browser keeps and sends it; the token is what is written \
                 inside, and an API client sends the same kind of token in an Authorization header.",
    },
    Chapter {
        step: "Compare the token in the cookie with the digest in the row of the database, below the commands: it is all that \
               the database keeps of the token. \"Hash the token\" is the command that computes the one from the other, \
               and prints the same 64 digits.",
        question: "A thief copies the database. Can they send a digest in place of the token?",
        answer: "No. The server computes the digest of whatever it is sent, and the digest of a digest is in no row. If the \
                 database kept the tokens themselves, the thief would be logged in as everybody.",
    },
    Chapter {
        step: "Add a laptop to the cart. The cart is kept with the session, in the database; the cookie holds the token \
               only.",
        question: "Could the cart be in the cookie instead?",
        answer: "Yes, and the visitor could then change it, unless it is signed; and a signed one could still be replayed \
                 later. The browser keeps a name only; what the name stands for stays \
                 with the server.",
    },
    Chapter {
        step: "Open your orders: the proxy asks for a login. A real site has a proxy, such as nginx, in front of it, which asks \
               the gate, a check of this program, before each request; the demo plays both. Log in, and look at Set-Cookie: a new token, and the same cart. \
               The server moves the cart to the new session, and ends the visitor's.",
        question: "Why does the login make a new token instead of keeping the visitor's?",
        answer: "Somebody else may know the visitor's token, or may have planted it (session fixation). A token that nobody \
                 knew before the login cannot have been planted.",
    },
    Chapter {
        step: "Open the wiki: another site, without a password. Its session is a child of the login's, with a token of its \
               own. \"Your sessions\" shows all three.",
        question: "Why do the two sites not share one cookie?",
        answer: "Each site would then see, and could lose, the token of the other. A child session has a token that is worth \
                 nothing elsewhere, and ends with its parent.",
    },
    Chapter {
        step: "Log out of the shop (Log out above, at the shop), and open your orders once more: they open without a \
               password. (The shop alone has no login host, and asks for it.)",
        question: "Which session ended at the logout, and which did not?",
        answer: "The shop's session ended. The login's session, its parent, goes on, and starts a new shop session with a \
                 new token, for up to 14 days without a visit. On a device that others use, log out of all of them: \
                 the parent ends, and its children with it.",
    },
    Chapter {
        step: "Let a thief copy your cookie, and see what the shop takes the thief for. Then rotate the token, and open \
               Thief above: the thief sends the old copy again.",
        question: "Why could the thief do nothing after the rotation?",
        answer: "The old token is no longer accepted. A replaced token that is presented again is a sign of theft, so the \
                 session and all others of the same login are revoked, whoever holds the new token: you have to log in \
                 again as well.",
    },
    Chapter {
        step: "Log in, wait 31 minutes, and open your orders: nothing was revoked, and the shop's session has expired. Your \
               orders open without a password all the same: the login session (login.localhost) lasts longer, and starts a \
               new shop session. (The shop alone has no login host, and asks for the password.)",
        question: "Which rule decided, and could a click every 20 minutes keep the session for ever?",
        answer: "The idle limit. Each click moves it, but never past the absolute limit, which is fixed when the session \
                 begins. The move is written at most once a minute: after quick clicks the row may look unchanged.",
    },
    Chapter {
        step: "Log in, and revoke as the administrator, or with this command in a terminal; it applies to the next click:",
        question: "What would be different with a JWT instead of the token?",
        answer: "A JWT is a signed format that can be checked without the database. The administrator's revocation would \
                 not be noticed before it expires, unless the database is asked all the same.",
    },
];
