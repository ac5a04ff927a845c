//! An exchange while it happens: the row before and behind it, and the command for the same step.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use serde_json::Value;
use sessionctl_core::model::session::{SessionId, session_json};
use sessionctl_core::model::token::Token;
use sessionctl_core::rules::{Subject, checks};
use sessionctl_core::store::{Found, TokenStatus};

use super::command::{Commands, Filled};
use super::exchange::{Exchange, Row, StoredDigest};
use super::state::{Demo, is_of_demo};
use crate::front::Front;
use crate::presented::{Presented, in_cookie};
use crate::reply::Reply;

/// An exchange that is not answered yet.
pub(super) struct PendingExchange {
    line: String,
    cookie: Option<String>,
    presented: Option<Token>,
    before: Option<Row>,
    commands: Commands,
}

impl PendingExchange {
    /// Looks at the row before.
    pub(super) async fn begin(front: &Arc<Front>, demo: &Demo, head: &Parts, host: &str) -> Self {
        let presented = match in_cookie(&head.headers, &front.config.cookie) {
            Presented::Cookie(token) => Some(token),
            _ => None,
        };
        let before = match presented.clone() {
            Some(token) => row_of_token(front, token).await,
            None => None,
        };
        let path = head.uri.path();
        let step = (head.method.as_str(), path);
        let commands = Commands::of(demo, front, host, step, presented.as_ref());
        PendingExchange {
            line: format!("{} http://{host}{}", head.method, head.uri),
            cookie: head.headers.get(COOKIE).and_then(text).and_then(|line| without_own(&line)),
            presented,
            before,
            commands,
        }
    }

    /// The same where the gate answered, and the proxy sends the browser on.
    pub(super) async fn end_by_gate(self, front: &Arc<Front>, gate: &Reply) -> Exchange {
        let status = gate.response.status();
        let exchange = self.end(front, gate).await;
        if status == StatusCode::UNAUTHORIZED && exchange.location.is_some() {
            return Exchange { status: 303, gate: Some(status.as_u16()), ..exchange };
        }
        exchange
    }

    /// Looks at the row behind, which is that of the new token where there is one.
    pub(super) async fn end(self, front: &Arc<Front>, reply: &Reply) -> Exchange {
        let headers = reply.response.headers();
        let lines: Vec<String> = headers.get_all(SET_COOKIE).iter().filter_map(text).collect();
        let token = lines.iter().find_map(|line| given(line, &front.config.cookie)).or(self.presented);
        let before = self.before.as_ref().and_then(|before| SessionId::new(before.id));
        let after = match (reply.session.or(before), token.clone()) {
            (Some(id), token) => row(front, id, token).await,
            (None, Some(token)) => row_of_token(front, token).await,
            (None, None) => None,
        };
        let besides = besides(front, self.before.as_ref(), after.as_ref()).await;
        let Filled { step, inspect, data } = self.commands.filled(self.before.as_ref(), after.as_ref());
        let digest = after.as_ref().or(self.before.as_ref()).and_then(|row| row.digest.as_ref());
        Exchange {
            line: self.line,
            cookie: self.cookie,
            status: reply.response.status().as_u16(),
            gate: None,
            location: headers.get(LOCATION).and_then(text),
            set_cookie: lines.into_iter().filter(|line| !is_of_demo(line)).collect(),
            command: step,
            besides,
            inspect,
            data,
            digest: token
                .filter(|_| matches!(digest, Some(StoredDigest::OfToken(_))))
                .map(|token| format!("printf %s {} | sha256sum", token.expose().as_str())),
            before: self.before,
            after,
        }
    }
}

/// What became of the session that the browser had before, where a login took its place.
async fn besides(front: &Arc<Front>, before: Option<&Row>, after: Option<&Row>) -> Option<String> {
    const REASON: &str = "end_reason";
    let (before, after) = (before?, after?);
    if before.id == after.id || before.field(REASON).is_some() {
        return None;
    }
    let ended = row(front, SessionId::new(before.id)?, None).await?;
    let reason = ended.field(REASON)?;
    let moved = if before.data.iter().any(|value| after.data.contains(value)) {
        format!("moved the data of session {} to session {}, and ", before.id, after.id)
    } else {
        String::new()
    };
    Some(format!("The server also {moved}ended session {} ({reason}).", before.id))
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(str::to_owned)
}

/// A line of cookies without the demo's own.
fn without_own(line: &str) -> Option<String> {
    let kept: Vec<&str> = line.split("; ").filter(|cookie| !is_of_demo(cookie)).collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

/// The token that a Set-Cookie line gives the browser.
fn given(line: &str, cookie: &str) -> Option<Token> {
    let (value, _) = line.strip_prefix(cookie)?.strip_prefix('=')?.split_once(';')?;
    Token::parse(value.as_bytes())
}

async fn row_of_token(front: &Arc<Front>, token: Token) -> Option<Row> {
    let presented = token.clone();
    let found = front.read(move |cx| Ok(cx.store.look_up(&presented)?.map(|found| found.session.id))).await;
    row(front, found.ok()??, Some(token)).await
}

async fn row(front: &Arc<Front>, id: SessionId, token: Option<Token>) -> Option<Row> {
    let read = front.read(move |cx| {
        let now = cx.now();
        let data = cx.store.data(id)?.into_iter().map(|entry| (entry.key, entry.json)).collect();
        let digest = match &token {
            Some(token) => cx.store.look_up(token)?.and_then(|found| stored_digest(&found, id, token)),
            None => None,
        };
        Ok(cx.store.session(id)?.map(|(session, parent)| {
            let subject = Subject { session: &session, parent: parent.as_ref(), status: None };
            let rules = checks(subject, now)
                .map(|check| (check.rule.name(), check.passed, check.at.map(|at| at.to_string())))
                .collect();
            Row { id: id.get(), fields: fields(&session_json(&session, now)), digest, rules, data }
        }))
    });
    read.await.ok()?
}

/// What the row with an id holds of the token that found it: the look-up compared the stored digest with the token's.
fn stored_digest(found: &Found, id: SessionId, token: &Token) -> Option<StoredDigest> {
    if found.session.id != id {
        return None;
    }
    Some(match found.status {
        TokenStatus::Current => StoredDigest::OfToken(hex::encode(token.digest().as_bytes())),
        TokenStatus::Retired { .. } => StoredDigest::OfAnother,
    })
}

/// The parts of the record that are set, as text.
fn fields(record: &Value) -> Vec<(String, String)> {
    const HIDDEN: [&str; 4] = ["from", "authenticates", "why", "scopes"];
    let members = record.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| !value.is_null() && !HIDDEN.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}
