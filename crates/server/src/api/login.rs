//! `POST /v1/login`: a password for a session.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use serde::Deserialize;
use serde_json::json;
use sessionctl_core::counted;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::login::{LoginKind, Outcome, UpgradeRefusal};
use sessionctl_core::store::Merge;

use super::error::ApiError;
use super::input::{ClientInput, Secret};
use super::sessions::issued;
use super::{ApiResult, Call};
use crate::routes::{Attempt, LoggedIn, hash_for_nobody, log_in};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    name: String,
    password: Secret,
    app: Option<String>,
    label: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    #[serde(default)]
    remember: bool,
    #[serde(default)]
    sso: bool,
    upgrade: Option<Secret>,
    merge: Option<MergeWord>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MergeWord {
    Keep,
    Replace,
    Fail,
}

pub(super) async fn login(call: &Call<'_>) -> ApiResult {
    let Input { name, password, app, label, ip, user_agent, remember, sso, upgrade, merge } = call.json()?;
    let kind = match (remember, sso) {
        (false, false) => LoginKind::Web,
        (true, false) => LoginKind::Remembered,
        (false, true) => LoginKind::Sso,
        (true, true) => return Err(ApiError::invalid("remember and sso exclude each other")),
    };
    // A name that nobody can have is refused in the words and the time of a wrong password.
    let Ok(name) = name.parse::<UserName>() else {
        hash_for_nobody(call.front, &password.0).await?;
        return Err(refused());
    };
    let upgrade = match &upgrade {
        None => None,
        Some(token) => Some(token.token().ok_or_else(|| not_upgradable(UpgradeRefusal::Unknown))?),
    };
    let attempt = Attempt {
        name,
        password: password.0,
        kind,
        // A program keeps what it gets.
        keeps_cookie: false,
        client: ClientInput { app, label, ip, user_agent }.client()?,
        ends: Vec::new(),
        upgrade,
        upgrade_is_optional: false,
        upgrade_grace: Duration::ZERO,
        merge: match merge {
            None | Some(MergeWord::Keep) => Merge::Keep,
            Some(MergeWord::Replace) => Merge::Replace,
            Some(MergeWord::Fail) => Merge::Fail,
        },
        actor: call.caller.actor.clone(),
    };
    match log_in(call.front, attempt).await? {
        LoggedIn::In(token, _) => issued(call, token, StatusCode::CREATED).await,
        LoggedIn::Not(outcome) => refuse(call, &outcome),
    }
}

fn refused() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "refused", "wrong name or password")
}

fn not_upgradable(reason: UpgradeRefusal) -> ApiError {
    let message = format!("the token `upgrade` cannot be upgraded: {}", reason.clause());
    ApiError::new(StatusCode::CONFLICT, "not_upgradable", message).with("reason", reason.word())
}

fn refuse(call: &Call<'_>, outcome: &Outcome) -> ApiResult {
    let many = |word, message: String| ApiError::new(StatusCode::TOO_MANY_REQUESTS, word, message);
    Err(match outcome {
        Outcome::Throttled { until } => {
            let seconds = until.since(call.front.clock().now()).as_secs().max(1);
            let error = many("throttled", format!("too many failed logins: try again in {seconds} s"));
            return Ok(error
                .with("retry_after", seconds)
                .reply("api")
                .with(RETRY_AFTER, &seconds.to_string()));
        }
        Outcome::Locked => many("locked", "too many failed logins: the password is locked".to_owned()),
        Outcome::TooMany(live) => {
            let sessions = counted(*live, "active session", "active sessions");
            let message = format!("the user has {sessions}, as many as are allowed");
            ApiError::new(StatusCode::CONFLICT, "too_many", message)
        }
        Outcome::NotUpgradable(reason) => not_upgradable(*reason),
        Outcome::MergeConflict(keys) => {
            let message = "both sessions hold values of the same name; nothing was changed";
            ApiError::new(StatusCode::CONFLICT, "merge_conflict", message).with("keys", json!(keys))
        }
        _ => refused(),
    })
}
