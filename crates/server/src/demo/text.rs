//! The words of the demo.

pub(super) const NOTHING_STOLEN: &str =
    "The thief has nothing yet: press \"A thief copies your cookie\" first.";

/// What to try, in order.
pub(super) const STORY: [&str; 7] = [
    "Look at the panel below: you have not logged in, and yet the browser already carries a token. It names an anonymous session.",
    "Add a laptop to the cart. The cart is kept with the session, in the database; the cookie holds the token only.",
    "Open your orders: the proxy asks for a login. Log in, and look at Set-Cookie: a new token, and the same cart.",
    "Open the wiki: another site, without a password. Its session is a child of the login's, with a token of its own.",
    "Let a thief copy your cookie, and see what the shop takes the thief for. Then rotate the token, and use the stolen one again.",
    "Wait 31 minutes, and click: nothing was revoked, and the session has expired.",
    "Revoke as the administrator, or with the command in a terminal: it counts for the next click.",
];

/// Questions, each with its answer.
pub(super) const QUESTIONS: [(&str, &str); 4] = [
    (
        "Is the cookie the session token?",
        "No. The cookie is the envelope in which the browser keeps and sends it; the token is what is written inside, and an \
         API client sends the same kind of token in an Authorization header.",
    ),
    (
        "Why does the login make a new token instead of keeping the visitor's?",
        "Somebody else may know the visitor's token, or may have planted it (session fixation). A token that nobody knew \
         before the login cannot have been planted.",
    ),
    (
        "Why could the thief do nothing after the rotation?",
        "The old token is no longer accepted. That it is presented at all is a sign of theft, so the session is revoked, \
         whoever holds the new token.",
    ),
    (
        "What would be different with a JWT instead of the token?",
        "A JWT is a signed format that can be checked without the database. The administrator's revocation would not be \
         noticed before it expires, unless the database is asked all the same.",
    ),
];
