//! Reading a session from an argument: its id or its token, and for `inspect` also a JWT or a cookie line.

use secrecy::{ExposeSecret as _, SecretString};

use super::id::id;
use super::token::{self, warn_once};
use crate::commands::args::session::Place;
use crate::commands::args::{SessionArg, TokenValue};
use crate::commands::{CommandResult, Context, Failure, Outcome, reused_token};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::model::token::{Token, looks_like_token};
use sessionctl_core::ops::verify::{Requirements, Verdict, verify};
use sessionctl_core::store::Store;
use sessionctl_wire::find::{FindError, find_token_or_jwt};

/// What names a session.
#[derive(Clone, Debug)]
pub enum Named {
    /// Its id.
    Id(SessionId),
    /// Its token, or an earlier one.
    Token(Token),
}

/// What `inspect` accepts to identify a session.
#[derive(Clone, Debug)]
pub enum Presented {
    /// An id.
    Id(SessionId),
    /// A token.
    Token(Token),
    /// Text in the form of a JWT.
    Jwt(SecretString),
}

impl SessionArg {
    /// The argument, or else the session of `SESSIONCTL_TOKEN`.
    ///
    /// # Errors
    /// A usage [`Failure`] where neither is given.
    pub fn or_environment(given: Option<Self>, context: &Context) -> Result<Self, Failure> {
        given.map_or_else(|| TokenValue::of_environment(context).map(SessionArg::one), Ok)
    }

    /// Reads an id or a token, without a look-up.
    ///
    /// # Errors
    /// A usage [`Failure`], which does not repeat the text, where it is neither.
    pub fn read(&self, context: &mut Context) -> CommandResult<Named> {
        let bytes = self.0.read_quietly(context)?;
        let named = named(&bytes);
        // A name in the wrong place is not a secret; a mistyped token is.
        let is_secret = named.is_err() && looks_like_token(&String::from_utf8_lossy(&bytes));
        if self.0.is_literal() && (is_secret || matches!(named, Ok(Named::Token(_)))) {
            warn_once(context);
        }
        Ok(named.map_err(|failure| self.explain(failure, &bytes, context))?)
    }

    /// Reads an id, or a token or a JWT in any form.
    ///
    /// # Errors
    /// A usage [`Failure`], which does not repeat the text, where it is none of them.
    pub fn read_any(&self, context: &mut Context) -> CommandResult<Presented> {
        let bytes = self.0.read_quietly(context)?;
        let presented = presented(&bytes);
        let is_secret = presented.is_ok() || looks_like_token(&String::from_utf8_lossy(&bytes));
        if !matches!(presented, Ok(Presented::Id(_))) && is_secret && self.0.is_literal() {
            warn_once(context);
        }
        Ok(presented.map_err(|failure| self.explain(failure, &bytes, context))?)
    }

    /// Adds to a failure what this place expects, and what stands there instead: a list of ids where one is expected, or a
    /// user.
    fn explain(&self, failure: Failure, bytes: &[u8], context: &Context) -> Failure {
        let failure = self.0.name_source(failure);
        if failure.hint.as_deref() != Some(NOT_A_SESSION) {
            return failure;
        }
        let is_list = |text: &[u8]| {
            let separates = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
            text.iter().any(separates) && text.iter().all(|byte| byte.is_ascii_digit() || separates(byte))
        };
        let hint = match self.1 {
            Place::Ids if std::str::from_utf8(bytes).is_ok_and(|text| parse_duration(text).is_ok()) => {
                "ids are numbers; a length of time is written behind an option, as in `expire ID --in 30m` or `prune --older-than 30d`"
            }
            Place::Ids => {
                "ids are numbers, separated by spaces or commas; --user NAME selects a user's sessions"
            }
            Place::Except => {
                "ids are numbers, separated by commas; --not-user NAME leaves a user's sessions out"
            }
            Place::One if is_list(bytes.trim_ascii()) => "one session is named here, and no list",
            Place::One => NOT_A_SESSION,
        };
        self.0.hint_at_user(failure.hint(hint), self.1, context)
    }

    /// The id of the session.
    ///
    /// # Errors
    /// A [`Failure`]: usage where the text is neither id nor token, not found where no session matches; or an error
    /// of the store.
    pub fn resolve(&self, store: &dyn Store, context: &mut Context) -> CommandResult<SessionId> {
        match self.read(context)? {
            Named::Id(id) => existing(id, store, context),
            Named::Token(token) => match store.look_up(&token)? {
                Some(found) => Ok(found.session.id),
                None => Err(unknown_token().into()),
            },
        }
    }
}

/// The id of a session that exists.
fn existing(id: SessionId, store: &dyn Store, context: &Context) -> CommandResult<SessionId> {
    match store.session(id)? {
        Some((session, _)) if context.hides(store, &session)? => {
            let message =
                format!("no session {id} at this time: it was created later, at {}", session.created_at);
            Err(Failure::of(Outcome::NotFound, message).hint("--now looks at a later time").into())
        }
        Some(_) => Ok(id),
        None => Err(no_session(id).into()),
    }
}

/// The failure of a command that needs the session with this id.
fn no_session(id: SessionId) -> Failure {
    Failure::of(Outcome::NotFound, format!("no session {id}")).hint(
        "`sessionctl list --all` shows the ids; `sessionctl log --session ID` shows what became of a pruned one",
    )
}

fn unknown_token() -> Failure {
    Failure::of(Outcome::NotFound, "no session has this token")
        .hint("its session was pruned, or it belongs to another database: --db names one")
}

/// Acts of a token's holder: the token must be the current one of an active session. An administrator, who names an
/// id, needs no token.
impl SessionArg {
    /// The id of the session, for a command that acts as its holder.
    ///
    /// # Errors
    /// As [`SessionArg::resolve`]; and a [`Failure`] with the code of its state where the token is not the current
    /// one of an active session. A token that was rotated away ends its session, as for `verify`.
    pub fn resolve_held(&self, store: &mut dyn Store, context: &mut Context) -> CommandResult<SessionId> {
        let token = match self.read(context)? {
            Named::Id(id) => return existing(id, store, context),
            Named::Token(token) => token,
        };
        let answer = context.act(store, |cx| verify(cx, &token, &Requirements::default()))?;
        if let (true, Some(found)) = (answer.wants_reuse_report, answer.verdict.found())
            && reused_token::may_write(context, store)?
        {
            reused_token::report(context, store, &found.session);
        }
        match &answer.verdict {
            Verdict::Active(found) => Ok(found.session.id),
            Verdict::Unknown => Err(unknown_token().into()),
            Verdict::RotatedAway(found) => {
                let message =
                    format!("this token of session {} was replaced by a newer one", found.session.id);
                Err(Failure::of(Outcome::Revoked, message).into())
            }
            verdict => {
                let message = format!("the session of the token is {}", verdict.word());
                Err(Failure::of(Outcome::from(verdict), message).into())
            }
        }
    }
}

/// What a session is, for text that names none.
const NOT_A_SESSION: &str = "an id is a number; `sessionctl list --all` shows the ids";

fn named(bytes: &[u8]) -> Result<Named, Failure> {
    if let Some(id) = id(bytes) {
        return Ok(Named::Id(id));
    }
    token::search(bytes).map(Named::Token).map_err(|error| match error {
        FindError::NotAToken => {
            Failure::usage("that is neither a session id nor a token").hint(NOT_A_SESSION)
        }
        error => token::explain(error),
    })
}

fn presented(bytes: &[u8]) -> Result<Presented, Failure> {
    if let Some(id) = id(bytes) {
        return Ok(Presented::Id(id));
    }
    let is_token = |word: &str| Token::parse(word.as_bytes()).is_some();
    let found = find_token_or_jwt(bytes, &is_token).map_err(|error| match error {
        FindError::NotAToken => {
            Failure::usage("that is neither a session id, a token, a JWT nor a cookie line")
                .hint(NOT_A_SESSION)
        }
        error => token::explain(error),
    })?;
    if found.is_jwt {
        return Ok(Presented::Jwt(found.value));
    }
    let token = Token::parse(found.value.expose_secret().as_bytes());
    token.map(Presented::Token).ok_or_else(|| token::explain(FindError::NotAToken))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::commands::testing::Scene;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    fn argument(text: &str) -> SessionArg {
        OsString::from(text).into()
    }

    #[test]
    fn named_distinguishes_ids_and_tokens() {
        let digits = "1".repeat(64);
        assert!(matches!(named(b"42"), Ok(Named::Id(id)) if id.get() == 42));
        assert!(matches!(named(TOKEN.as_bytes()), Ok(Named::Token(_))));
        assert!(matches!(named(digits.as_bytes()), Ok(Named::Token(_))));
        for bad in ["", "0", "-1", "+1", "01", "0001", "alice", "99999999999999999999", &TOKEN[1..]] {
            assert!(named(bad.as_bytes()).is_err(), "{bad}");
        }
        let name = named(b"alice").unwrap_err();
        assert_eq!(name.message, "that is neither a session id nor a token");
        assert_eq!(name.hint.as_deref(), Some(NOT_A_SESSION));
    }

    #[test]
    fn presented_accepts_jwt_and_cookie_lines() {
        let see = |text: &str| presented(text.as_bytes());
        assert!(matches!(see("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.AA"), Ok(Presented::Jwt(_))));
        assert!(matches!(see(&format!("Cookie: a=b; __Host-session={TOKEN}")), Ok(Presented::Token(_))));
        assert!(matches!(
            see(&format!("Set-Cookie: __Host-session={TOKEN}; Secure")),
            Ok(Presented::Token(_))
        ));
        for bad in ["alice", "Cookie: a=b", "__Host-session=x", "__Host-session=x; __Host-session=y"] {
            assert_eq!(see(bad).unwrap_err().code, 2, "{bad}");
        }
    }

    #[test]
    fn read_warns_about_secrets_and_repeats_none() {
        let mut scene = Scene::new();
        argument("42").read(&mut scene.context).unwrap();
        assert_eq!(scene.err(), "");
        let error = argument(&TOKEN[1..]).read(&mut scene.context).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a part of that looks like a token, but is damaged or inside other text"
        );
        assert!(scene.err().starts_with("warning: ") && !scene.err().contains(&TOKEN[1..]));
    }
}
