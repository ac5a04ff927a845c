//! The subject of `inspect`, recognised by its form.

use secrecy::ExposeSecret as _;

use crate::commands::args::SessionArg;
use crate::commands::input::Presented;
use crate::commands::{CommandResult, Context, Failure};
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::token::Token;
use sessionctl_core::store::{Store, TokenStatus};
use sessionctl_wire::jwt::decode_untrusted;

/// A session as it was named.
pub(super) enum Subject {
    /// An id.
    Id(SessionId),
    /// A token.
    Token(Token),
    /// A JWT, which names a session by its id; nothing else in it is trusted here.
    Jwt(SessionId),
}

/// Reads the subject from an argument.
pub(super) fn read(named: &SessionArg, context: &mut Context) -> CommandResult<Subject> {
    Ok(match named.read_any(context)? {
        Presented::Id(id) => Subject::Id(id),
        Presented::Token(token) => Subject::Token(token),
        Presented::Jwt(text) => {
            let decoded = decode_untrusted(text.expose_secret())
                .map_err(|error| Failure::usage(format!("the JWT cannot be read: {error}")))?;
            let sid = decoded.claims.get("sid").and_then(serde_json::Value::as_i64).and_then(SessionId::new);
            let sid = sid.ok_or_else(|| Failure::usage("the JWT names no session: it has no sid"))?;
            context.ui.status("a JWT: its session is shown; `sessionctl jwt verify` checks its signature");
            Subject::Jwt(sid)
        }
    })
}

type Sighting = (Session, Option<Session>, Option<TokenStatus>);

impl Subject {
    /// Looks the session up.
    pub(super) fn find(&self, context: &mut Context, store: &dyn Store) -> CommandResult<Option<Sighting>> {
        let found = match self {
            Subject::Token(token) => {
                context.ui.explain("decrypting the first half of the token gives the number of a session; the digest stored there must be \
                    the SHA-256 of the token");
                store.look_up(token)?.map(|found| (found.session, found.parent, Some(found.status)))
            }
            Subject::Id(id) | Subject::Jwt(id) => {
                context.ui.explain(
                    "read the row of the session by its number, which is no secret and proves nothing",
                );
                store.session(*id)?.map(|(session, parent)| (session, parent, None))
            }
        };
        if let Some((session, _, _)) = &found
            && context.hides(store, session)?
        {
            let Session { id, created_at, .. } = session;
            context.ui.status(&format!("session {id} was created after this time, at {created_at}"));
            return Ok(None);
        }
        Ok(found)
    }

    /// The message where there is no such session.
    pub(super) fn unknown(&self) -> String {
        match self {
            Subject::Token(_) => "no session has this token".to_owned(),
            Subject::Id(id) => format!("no session {id}"),
            Subject::Jwt(id) => format!("the JWT names session {id}, which does not exist"),
        }
    }
}
