//! `POST /v1/sessions`: a session without a password; and the answer with a new token.

use std::ops::ControlFlow;
use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use sessionctl_core::counted;
use sessionctl_core::model::session::{Kind, SessionId, parse_scope, session_json};
use sessionctl_core::ops::generate::{Outcome, Request, generate};
use sessionctl_core::ops::verify::{Requirements, Verdict};
use sessionctl_core::store::Issued;

use super::caller::Role;
use super::error::ApiError;
use super::input::{ClientInput, Secret, lifetime};
use super::{ApiResult, Call, json};
use crate::deliver::NewToken;
use crate::verification;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    kind: Option<String>,
    user: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    app: Option<String>,
    label: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    #[serde(default)]
    remember: bool,
    ttl: Option<String>,
    idle: Option<String>,
    /// A parent, by id: for administrators.
    under: Option<i64>,
    /// A parent, by its token.
    parent: Option<Secret>,
}

pub(super) async fn create(call: &Call<'_>) -> ApiResult {
    let input: Input = call.json()?;
    let kind: Kind = match input.kind.as_deref() {
        None if input.under.is_some() || input.parent.is_some() => Kind::Web,
        None => Kind::Anonymous,
        Some(name) => name.parse().map_err(|_| ApiError::invalid("kind is anonymous, web, sso or api"))?,
    };
    let under = match (&input.parent, input.under) {
        (Some(token), None) => Some(parent(call, token).await?),
        (None, id) => id.map(|id| SessionId::new(id).ok_or_else(no_parent)).transpose()?,
        (Some(_), Some(_)) => return Err(ApiError::invalid("under and parent exclude each other")),
    };
    let is_own = kind == Kind::Anonymous || input.parent.is_some();
    if call.caller.role < Role::Administrator && !is_own {
        let message =
            "an application creates anonymous sessions, and children of a parent whose token it has";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message));
    }
    let mut request = Request::one(kind);
    request.remember = input.remember;
    request.lifetime = lifetime(input.ttl.as_deref(), input.idle.as_deref())?;
    request.user = input
        .user
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| ApiError::invalid("no user has that name"))?;
    request.scopes = input
        .scopes
        .iter()
        .map(|scope| parse_scope(scope).map_err(|error| ApiError::invalid(error.to_string())))
        .collect::<Result<_, _>>()?;
    let Input { app, label, ip, user_agent, .. } = input;
    request.client = ClientInput { app, label, ip, user_agent }.client()?;
    request.under = under;
    let undelivered = Arc::clone(&call.front.undelivered);
    let created = call.front.change(call.caller.actor.clone(), move |cx| {
        let mut new = None;
        let outcome = generate(cx, &request, &mut |issued| {
            new = issued.first().map(|Issued { id, token }| Issued { id: *id, token: token.clone() });
            ControlFlow::Continue(())
        })?;
        Ok((outcome, new.map(|issued| NewToken::new(issued, undelivered))))
    });
    match created.await? {
        (_, Some(token)) => issued(call, token, StatusCode::CREATED).await,
        (outcome, None) => Err(refuse(outcome)),
    }
}

fn no_parent() -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "no_parent", "the parent is no active sso session")
}

/// The session of a parent's token.
async fn parent(call: &Call<'_>, token: &Secret) -> Result<SessionId, ApiError> {
    let token = token.token().ok_or_else(no_parent)?;
    let answer = verification::verify(call.front, token, Requirements::default()).await?;
    match answer.verdict {
        Verdict::Active(found) => Ok(found.session.id),
        _ => Err(no_parent()),
    }
}

fn refuse(outcome: Outcome) -> ApiError {
    match outcome {
        Outcome::NoSuchUser => ApiError::invalid("no user has that name"),
        Outcome::UserDisabled => ApiError::new(StatusCode::CONFLICT, "disabled", "the user is disabled"),
        Outcome::TooManySessions { live, max } => {
            let sessions = counted(live, "active session", "active sessions");
            let message = format!("the user has {sessions}, and may have {max}");
            ApiError::new(StatusCode::CONFLICT, "too_many", message)
        }
        _ => no_parent(),
    }
}

/// The answer with a new token and its session.
pub(super) async fn issued(call: &Call<'_>, token: NewToken, status: StatusCode) -> ApiResult {
    let unavailable = ApiError::unavailable;
    let id = token.id().ok_or_else(unavailable)?;
    let read =
        call.front.read(move |cx| Ok(cx.store.session(id)?.map(|found| session_json(&found.0, cx.now()))));
    let session = read.await?.ok_or_else(unavailable)?;
    let issued = token.hand_over(call.delivery).ok_or_else(unavailable)?;
    let body = json!({"token": issued.token.expose().as_str(), "session": session});
    Ok(json(status, &body).about(Some(id)))
}
