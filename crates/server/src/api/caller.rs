//! Who makes a call. On a Unix socket the kernel names the account: the front's own and root are administrators,
//! everybody else who may connect is an application. On TCP an API token decides, by its scope.

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, StatusCode};
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::verify::{Requirements, Verdict};
use zeroize::Zeroizing;

use super::error::ApiError;
use crate::client::{Peer, single};
use crate::front::Front;
use crate::verification;

/// The scope of an application's API token.
const APPLICATION_SCOPE: &str = "sessionctl:app";
/// The scope of an administrator's.
const ADMINISTRATOR_SCOPE: &str = "sessionctl:admin";

/// What a caller may do; the later one may do more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Calls about tokens that it presents itself.
    Application,
    /// Everything.
    Administrator,
}

/// Who makes a call.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) role: Role,
    /// The name in the audit log.
    pub(super) actor: String,
}

/// Finds out who calls.
///
/// # Errors
/// 401 where nobody can be found out, 403 where the API token is for something else.
pub(super) async fn identify(
    front: &Arc<Front>,
    headers: &HeaderMap,
    peer: Peer,
) -> Result<Caller, ApiError> {
    match peer {
        Peer::Unix(Some(account)) => {
            let is_own = account == 0 || account == front.account();
            let role = if is_own { Role::Administrator } else { Role::Application };
            Ok(Caller { role, actor: format!("api uid:{account}") })
        }
        Peer::Unix(None) => Err(unauthenticated()),
        Peer::Tcp(_) => by_token(front, headers).await,
    }
}

fn unauthenticated() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "unauthenticated", "an API token is needed")
}

async fn by_token(front: &Arc<Front>, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let token = presented(headers).ok_or_else(unauthenticated)?;
    let answer = verification::verify(front, token, Requirements::default()).await?;
    let Verdict::Active(found) = &answer.verdict else { return Err(unauthenticated()) };
    let session = &found.session;
    if session.kind != Kind::Api {
        return Err(unauthenticated());
    }
    verification::note_use(front, found, &answer).await;
    let has = |scope: &str| session.scopes.iter().any(|known| known == scope);
    let role = if has(ADMINISTRATOR_SCOPE) {
        Role::Administrator
    } else if has(APPLICATION_SCOPE) {
        Role::Application
    } else {
        let message = "the API token needs the scope sessionctl:app or sessionctl:admin";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message));
    };
    let user = session.user.as_ref().map_or("", |name| name.as_str());
    Ok(Caller { role, actor: format!("api {user} (session {})", session.id) })
}

/// The API token of `Authorization: Bearer`, or of Basic as the password (RFC 7662 §2.1).
fn presented(headers: &HeaderMap) -> Option<Token> {
    let (scheme, value) = single(headers, &AUTHORIZATION)?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Token::parse(value.trim().as_bytes());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(Base64::decode_vec(value.trim()).ok()?);
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Token::parse(&decoded[colon + 1..])
}
