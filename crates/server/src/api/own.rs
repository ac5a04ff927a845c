//! Calls of an application for the user whose token it has: that user's sessions, and no others.

use std::ops::ControlFlow;

use hyper::StatusCode;
use serde_json::json;
use sessionctl_core::model::selector::{Selector, Sort, StateFilter, ValueFilter};
use sessionctl_core::model::session::{Kind, Session, SessionId, State, session_json};
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::verify::{Requirements, Verdict};
use sessionctl_core::ops::{BulkRequest, existence};
use sessionctl_core::store::Page;

use super::error::ApiError;
use super::{ApiResult, Call, json};
use crate::verification;

/// Sessions in one answer.
const MAX_ROWS: u64 = 1_000;
/// The reason that is kept with sessions that their user ended.
const ENDED_BY_USER: &str = "ended by the user";

/// The active session of the call's token.
pub(super) async fn session(call: &Call<'_>) -> Result<Session, ApiError> {
    let token = call.session_token().ok_or_else(ApiError::not_active)?;
    let answer = verification::verify(call.front, token, Requirements::default()).await?;
    if let Verdict::Active(found) = &answer.verdict {
        verification::note_use(call.front, found, &answer).await;
    }
    match answer.verdict {
        Verdict::Active(found) => Ok(found.session),
        _ => Err(ApiError::not_active()),
    }
}

async fn session_of_user(call: &Call<'_>) -> Result<(Session, UserName), ApiError> {
    let session = session(call).await?;
    match session.user.clone() {
        Some(user) => Ok((session, user)),
        None => Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", "an anonymous session has no user")),
    }
}

fn active_of(user: UserName) -> Selector {
    Selector { user: user.into(), state: Some(StateFilter::Only(State::Active)), ..Selector::default() }
}

/// The user's active sessions, newest first.
pub(super) async fn list(call: &Call<'_>) -> ApiResult {
    let (own, user) = session_of_user(call).await?;
    let mut selector = active_of(user);
    let read = call.front.read(move |cx| {
        let (now, mut sessions) = (cx.now(), Vec::new());
        existence::select_existing(cx.store, &mut selector, now)?;
        let page = Page { sort: Sort::Newest, after: None, limit: Some(MAX_ROWS) };
        cx.store.select(&selector, page, now, &mut |session| {
            sessions.push(session_json(&session, now));
            ControlFlow::Continue(())
        })?;
        Ok(sessions)
    });
    Ok(json(StatusCode::OK, &json!({"sessions": read.await?, "own": own.id.get()})).about(Some(own.id)))
}

/// Ends one of them.
pub(super) async fn end(call: &Call<'_>, id: i64) -> ApiResult {
    let (own, user) = session_of_user(call).await?;
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "not_found", "the user has no such active session");
    let id = SessionId::new(id).ok_or_else(unknown)?;
    match end_all(call, Selector { ids: vec![id], ..active_of(user) }).await? {
        0 => Err(unknown()),
        ended => Ok(json(StatusCode::OK, &json!({"ended": ended})).about(Some(own.id))),
    }
}

/// Ends every other session in a browser.
pub(super) async fn end_others(call: &Call<'_>) -> ApiResult {
    let (own, user) = session_of_user(call).await?;
    let kind = ValueFilter { any_of: vec![Kind::Web, Kind::Sso], none_of: Vec::new() };
    let except = own.parent.into_iter().chain([own.id]).collect();
    let ended = end_all(call, Selector { kind, except, ..active_of(user) }).await?;
    Ok(json(StatusCode::OK, &json!({"ended": ended})).about(Some(own.id)))
}

async fn end_all(call: &Call<'_>, selector: Selector) -> Result<u64, ApiError> {
    let ended = call.front.change(call.caller.actor.clone(), move |cx| {
        let request = BulkRequest::of(selector);
        Ok(revoke(cx, &request, ENDED_BY_USER, &mut |_| ControlFlow::Continue(()))?.changed)
    });
    Ok(ended.await?)
}
