//! What an error of the API looks like: a word for programs, a message for people, and no secret in either.

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use serde_json::{Value, json};
use sessionctl_core::ops::OpsError;
use sessionctl_core::store::StoreError;

use crate::reply::Reply;
use crate::selector::SelectorError;

/// Why a call was not done.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    word: &'static str,
    message: String,
    more: Vec<(&'static str, Value)>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, word: &'static str, message: impl Into<String>) -> Self {
        ApiError { status, word, message: message.into(), more: Vec::new() }
    }

    /// With a further member.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// The token of the call is not active.
    pub(super) fn not_active() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_active", "the token is not active")
    }

    /// The answer cannot be determined. What the machine says about itself is in its own log, not in an answer.
    pub(super) fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "try again in a moment")
    }

    /// What was sent cannot be.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }

    pub(super) fn reply(self, route: &'static str) -> Reply {
        let mut body = json!({"error": self.word, "message": self.message});
        if let Some(object) = body.as_object_mut() {
            object.extend(self.more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        let reply = Reply::empty(route, self.status).body("application/json", body.to_string());
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => reply.with(RETRY_AFTER, "1"),
            _ => reply,
        }
    }
}

impl From<OpsError> for ApiError {
    fn from(error: OpsError) -> Self {
        match &error {
            OpsError::Store(StoreError::CountMismatch { found, .. }) => {
                let found = *found;
                ApiError::new(StatusCode::CONFLICT, "expect", error.to_string()).with("matched", found)
            }
            error if error.is_usage() => ApiError::invalid(error.to_string()),
            _ => ApiError::unavailable(),
        }
    }
}

impl From<SelectorError> for ApiError {
    fn from(error: SelectorError) -> Self {
        ApiError::invalid(error.to_string())
    }
}
