//! Calls about a token that is presented: verify, introspect, revoke, logout, rotate.

use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sessionctl_core::model::redact::{holds_token, redact_tokens};
use sessionctl_core::model::selector::split_list;
use sessionctl_core::model::session::{introspection_json, parse_scope, session_json};
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::verify::{Requirements, UnmetRequirement, Verdict};
use sessionctl_core::ops::{logout as end, rotate as renew};

use super::error::ApiError;
use super::input::{Secret, address, duration};
use super::sessions::issued;
use super::{ApiResult, Call, json};
use crate::deliver::NewToken;
use crate::verification;

/// One value or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyInput {
    token: Secret,
    scope: Option<OneOrMany>,
    app: Option<String>,
    max_auth_age: Option<String>,
    ip: Option<String>,
    #[serde(default = "yes")]
    touch: bool,
}

fn yes() -> bool {
    true
}

/// Answers with the word that `verify` prints.
pub(super) async fn verify(call: &Call<'_>) -> ApiResult {
    let input: VerifyInput = call.json()?;
    let scopes = match input.scope {
        None => Vec::new(),
        Some(OneOrMany::One(scope)) => split_list(&scope),
        Some(OneOrMany::Many(scopes)) => scopes,
    };
    for scope in &scopes {
        parse_scope(scope).map_err(|error| ApiError::invalid(error.to_string()))?;
        // No session has such a scope, and the answer names it.
        if holds_token(scope) {
            return Err(ApiError::invalid("`scope` has the shape of a token"));
        }
    }
    let requirements = Requirements {
        scopes,
        app: input.app,
        max_auth_age: duration(input.max_auth_age.as_deref())?,
        ip: address(input.ip.as_deref()),
        touch: false,
    };
    let Some(token) = input.token.token() else { return Ok(verdict_json(call, &Verdict::Unknown)) };
    let answer = verification::verify(call.front, token, requirements).await?;
    if let (Verdict::Active(found), true) = (&answer.verdict, input.touch) {
        verification::note_use(call.front, found, &answer).await;
    }
    Ok(verdict_json(call, &answer.verdict))
}

fn verdict_json(call: &Call<'_>, verdict: &Verdict) -> crate::reply::Reply {
    let reason = match verdict {
        Verdict::RotatedAway(_) => Some("the token was replaced by a newer one of its session".to_owned()),
        Verdict::Insufficient(_, UnmetRequirement::App(app)) => {
            Some(format!("the session is not for the application {}", redact_tokens(app)))
        }
        Verdict::Insufficient(_, UnmetRequirement::Scope(scope)) => {
            Some(format!("the session does not have the scope {scope}"))
        }
        Verdict::Insufficient(..) => Some("the login is too old".to_owned()),
        _ => None,
    };
    let now = call.front.clock().now();
    let session = verdict.found().map(|found| session_json(&found.session, now));
    let body = json!({"result": verdict.word(), "reason": reason, "session": session});
    json(StatusCode::OK, &body).about(verdict.found().map(|found| found.session.id))
}

/// RFC 7662. About a token that is not active it reveals only that.
pub(super) async fn introspect(call: &Call<'_>) -> ApiResult {
    let inactive = || json(StatusCode::OK, &json!({"active": false}));
    let Some(token) = call.form_token()? else { return Ok(inactive()) };
    let answer = verification::verify(call.front, token, Requirements::default()).await?;
    match &answer.verdict {
        Verdict::Active(found) => {
            verification::note_use(call.front, found, &answer).await;
            Ok(json(StatusCode::OK, &introspection_json(&found.session)).about(Some(found.session.id)))
        }
        _ => Ok(inactive()),
    }
}

/// RFC 7009: 200 for every token, known or not, unless the revocation failed.
pub(super) async fn revoke(call: &Call<'_>) -> ApiResult {
    if let Some(token) = call.form_token()? {
        log_out(call, token).await?;
    }
    Ok(json(StatusCode::OK, &json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenInput {
    token: Secret,
    grace: Option<String>,
}

async fn log_out(call: &Call<'_>, token: Token) -> Result<end::Outcome, ApiError> {
    Ok(call.front.change(call.caller.actor.clone(), move |cx| end::logout(cx, &token)).await?)
}

/// Ends the session of a token.
pub(super) async fn logout(call: &Call<'_>) -> ApiResult {
    let input: TokenInput = call.json()?;
    let token = input.token.token().ok_or_else(ApiError::not_active)?;
    match log_out(call, token).await? {
        end::Outcome::LoggedOut { id, ended } => {
            let ended: Vec<Value> = ended.into_iter().map(|id| id.get().into()).collect();
            Ok(json(StatusCode::OK, &json!({"ended": ended})).about(Some(id)))
        }
        end::Outcome::NotActive(_) => Err(ApiError::not_active()),
    }
}

/// A new token for the session of a token.
pub(super) async fn rotate(call: &Call<'_>) -> ApiResult {
    let input: TokenInput = call.json()?;
    let grace = duration(input.grace.as_deref())?.unwrap_or_default();
    let token = input.token.token().ok_or_else(ApiError::not_active)?;
    let undelivered = Arc::clone(&call.front.undelivered);
    let rotated = call.front.change(call.caller.actor.clone(), move |cx| {
        Ok(match renew::rotate(cx, &token, grace)? {
            renew::Outcome::Rotated(new) => Ok(NewToken::new(new, undelivered)),
            renew::Outcome::NotActive(verdict) => Err(verdict),
        })
    });
    match rotated.await? {
        Ok(token) => issued(call, token, StatusCode::OK).await,
        Err(Verdict::RotatedAway(_)) => Err(ApiError::new(
            StatusCode::CONFLICT,
            "rotated",
            "the token was replaced by a newer one of its session",
        )),
        Err(_) => Err(ApiError::not_active()),
    }
}
