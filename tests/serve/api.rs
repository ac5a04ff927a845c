//! A program that calls the API with a token of its own.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::front::Front;
use crate::http::{Answer, get};

pub(crate) struct Api {
    address: SocketAddr,
    token: String,
}

impl Api {
    /// A caller with an administrator's token, of an API that listens at `address`.
    pub(crate) fn new(front: &Front, address: SocketAddr) -> Self {
        let scope = ["generate", "--kind", "api", "--user", "alice", "--scope", "sessionctl:admin"];
        Api { address, token: front.run(&scope).trim().to_owned() }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Posts JSON; `None` where there is no answer.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = get(self.address, path).method("POST");
        let request = request.with("Authorization", &format!("Bearer {}", self.token));
        request.with("Content-Type", "application/json").body(&body.to_string()).try_send()
    }

    /// A new token for the session of `token`.
    pub(crate) fn rotate(&self, token: &str) -> Option<String> {
        let answer =
            self.post("/v1/rotate", &json!({"token": token})).filter(|answer| answer.status == 200)?;
        let body: Value = serde_json::from_str(&answer.body).ok()?;
        body["token"].as_str().map(str::to_owned)
    }

    /// Revokes as RFC 7009 has it; whether that was acknowledged.
    pub(crate) fn revoke(&self, token: &str) -> bool {
        let request = get(self.address, "/v1/revoke").method("POST");
        let request = request.with("Authorization", &format!("Bearer {}", self.token));
        let request = request.with("Content-Type", "application/x-www-form-urlencoded");
        request.body(&format!("token={token}")).try_send().is_some_and(|answer| answer.status == 200)
    }

    /// A new anonymous session.
    pub(crate) fn anonymous(&self) -> Option<String> {
        let answer = self.post("/v1/sessions", &json!({"kind": "anonymous", "app": "shop"}))?;
        let body: Value = serde_json::from_str(&answer.body).ok()?;
        body["token"].as_str().map(str::to_owned)
    }
}
